"""Where tokens wait for ever, or come twice: found before a case does, and told with the way that leads there."""

from __future__ import annotations

import pytest

from ...engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    event_subprocess,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from ..gate import assert_refused, errors_of
from .support import the_only, tokens_of

TERMINATE = "<bpmn:terminateEventDefinition/>"
JOIN = node("parallelGateway", "join")
CHOICE = node("exclusiveGateway", "which", attributes='default="f_which_b"') + flow("which", "a", "ok")


def between(inner: str, *more: str) -> str:
    """Write a start, an end and what stands between, with the tasks `a` and `b`."""
    return (
        node("startEvent", "begin")
        + node("endEvent", "done")
        + user_task("a")
        + user_task("b")
        + inner
        + "".join(more)
    )


CHOSEN_AND_AWAITED = between(
    CHOICE, f"\n{JOIN}\n", chain("begin", "which", "b", "join", "done"), chain("a", "join")
)
"""Either `a` or `b` is done, and the join waits for both."""


def test_a_join_of_what_was_chosen_waits_for_ever() -> None:
    assert_refused(bundle(CHOSEN_AND_AWAITED), "deadlock", "join")


def test_it_tells_the_way_and_what_never_comes() -> None:
    """A designer sees by which elements the case comes to a stand."""
    found = the_only(bundle(CHOSEN_AND_AWAITED), "deadlock")

    assert "begin → which → " in found.message
    assert found.message.endswith("→ join.")
    assert "'a'" in found.message or "'b'" in found.message
    assert "exclusive gateway" in found.hint


def test_a_branch_that_ends_on_its_own_keeps_the_join_waiting() -> None:
    """One way on from the choice is fatal, whatever else happens; the other is not."""
    service = between(
        node("parallelGateway", "split"),
        CHOICE,
        JOIN,
        node("endEvent", "gone"),
        user_task("c"),
        chain("begin", "split", "which", "b", "gone"),
        chain("split", "c", "join", "done"),
        chain("a", "join"),
    )

    assert tokens_of(bundle(service)) == [("deadlock", "join")]
    assert "→ gone" in the_only(bundle(service), "deadlock").message


def test_a_join_that_waits_only_if_two_conditions_disagree_is_a_warning() -> None:
    """Nobody can say without the data whether both go the same way; the service may be deployed."""
    second = node("exclusiveGateway", "other", attributes='default="f_other_d"') + flow("other", "c", "ok")
    service = between(
        node("parallelGateway", "split"),
        CHOICE,
        second,
        JOIN,
        user_task("c"),
        user_task("d"),
        node("exclusiveGateway", "over"),
        chain("begin", "split", "which", "b", "over", "done"),
        chain("split", "other", "d", "over"),
        chain("a", "join", "over"),
        chain("c", "join"),
    )

    assert errors_of(bundle(service)) == []
    assert ("deadlock_possible", "join") in tokens_of(bundle(service))


def test_an_event_that_stops_a_branch_keeps_its_join_waiting() -> None:
    service = between(
        node("parallelGateway", "split"),
        JOIN,
        boundary("late", "a", timer("P1D")),
        node("endEvent", "gone"),
        chain("begin", "split", "a", "join", "done"),
        chain("split", "b", "join"),
        chain("late", "gone"),
    )

    assert tokens_of(bundle(service)) == [("deadlock", "join")]


@pytest.mark.parametrize("ending", [TERMINATE, trigger("error", "stop")])
def test_a_branch_that_ends_everything_leaves_nobody_waiting(ending: str) -> None:
    inner = (
        small_body("x", user_task("c") + node("parallelGateway", "split") + JOIN, "split", "c", "join")
        + user_task("d")
        + node("exclusiveGateway", "which", attributes='default="f_which_join"')
        + chain("split", "d", "which", "join")
        + flow("which", "gone", "ok")
        + node("endEvent", "gone", ending)
    )
    caught = boundary("caught", "work", trigger("error", "stop")) + chain("caught", "done")
    service = (
        node("startEvent", "begin")
        + node("endEvent", "done")
        + subprocess("work", inner)
        + chain("begin", "work", "done")
    )

    assert tokens_of(bundle(service + caught, extra=declare("error", "stop"))) == []


def test_branches_that_no_gateway_joins_do_what_follows_twice() -> None:
    """The standard runs it so, and the engine does: the designer is told, not stopped."""
    service = between(
        node("parallelGateway", "split"),
        chain("begin", "split", "a", "after", "done"),
        chain("split", "b", "after"),
        "\n" + user_task("after") + "\n",
    )

    assert errors_of(bundle(service)) == []
    found = the_only(bundle(service), "not_synchronised")
    assert found.element == "after"
    assert "begin → split" in found.message


def test_branches_that_meet_only_at_the_end_are_no_problem() -> None:
    service = between(
        node("parallelGateway", "split"), chain("begin", "split", "a", "done"), chain("split", "b", "done")
    )

    assert tokens_of(bundle(service)) == []


def test_an_inclusive_join_takes_what_comes() -> None:
    service = between(
        CHOICE,
        node("inclusiveGateway", "join"),
        chain("begin", "which", "b", "join", "done"),
        chain("a", "join"),
    )

    assert tokens_of(bundle(service)) == []


def test_a_parallel_join_of_conditional_branches_is_a_warning() -> None:
    """If all the conditions always hold, it runs: only the designer knows."""
    split = node("inclusiveGateway", "some") + flow("some", "a", "ok") + flow("some", "b", "n = 1")
    service = between(split, JOIN, chain("begin", "some"), chain("a", "join", "done"), chain("b", "join"))

    assert errors_of(bundle(service)) == []
    assert tokens_of(bundle(service)) == [("deadlock_possible", "join")]


def test_a_loop_may_pass_its_join_in_every_round() -> None:
    service = between(
        node("exclusiveGateway", "merge"),
        node("parallelGateway", "split"),
        JOIN,
        node("exclusiveGateway", "again", attributes='default="f_again_done"'),
        chain("begin", "merge", "split", "a", "join", "again", "done"),
        chain("split", "b", "join"),
        flow("again", "merge", "ok"),
    )

    assert tokens_of(bundle(service)) == []


def test_what_is_begun_anew_in_every_round_is_no_double() -> None:
    """A branch that goes its own way while the loop goes on: each round has one."""
    service = between(
        node("exclusiveGateway", "merge"),
        node("parallelGateway", "split"),
        node("exclusiveGateway", "again", attributes='default="f_again_done"'),
        node("endEvent", "noted"),
        chain("begin", "merge", "split", "a", "again", "done"),
        chain("split", "b", "noted"),
        flow("again", "merge", "ok"),
    )

    assert tokens_of(bundle(service)) == []


def test_each_scope_is_played_by_itself() -> None:
    """A deadlock inside of an event subprocess is found there."""
    inner = (
        user_task("x")
        + user_task("y")
        + node("exclusiveGateway", "odd", attributes='default="f_odd_x"')
        + f"\n{JOIN}\n"
    )
    handler = event_subprocess("handler", trigger("message", "stop"), inner, "odd", "x", "join")
    more = flow("odd", "y", "ok") + chain("y", "join")
    service = (
        user_task("ask")
        + start_and_end("ask")
        + handler.replace("</bpmn:subProcess>", f"{more}</bpmn:subProcess>")
    )

    assert tokens_of(bundle(service, extra=declare("message", "stop"))) == [("deadlock", "join")]


def test_more_positions_than_can_be_looked_at_are_said_to_be_undecided() -> None:
    """Twelve branches, each of which may be stopped or not, have more positions than the limit."""
    parts = [node("startEvent", "begin"), node("parallelGateway", "split"), chain("begin", "split")]
    for number in range(12):
        parts += [
            user_task(f"t{number}"),
            boundary(f"late{number}", f"t{number}", timer("P1D")),
            script(f"s{number}", "{}"),
            node("endEvent", f"in_time{number}"),
            node("endEvent", f"too_late{number}"),
            chain("split", f"t{number}", f"in_time{number}"),
            chain(f"late{number}", f"s{number}", f"too_late{number}"),
        ]

    assert tokens_of(bundle("".join(parts))) == [("soundness_not_decided", "t")]
