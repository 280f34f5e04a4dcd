"""What a service promises of all its ways is checked on its diagrams; a breach is told with the way."""

from __future__ import annotations

import pytest
import yaml

from engine.definitions import Bundle

from ...engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    event_subprocess,
    flow,
    node,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from ..gate import assert_refused, errors_of
from .support import the_only

WORDS = {"zh": "不得如此", "en": "it must be so"}
CHOICE = node("exclusiveGateway", "which", attributes='default="f_which_visit"') + flow("which", "out", "ok")


def promising(service: Bundle, **promise: object) -> Bundle:
    """Give a service with one promise; keys with a low line stand for keys with a blank."""
    item = {"says": WORDS, **{key.replace("_", " "): value for key, value in promise.items()}}
    content = yaml.safe_dump({"always": item}, allow_unicode=True, sort_keys=False).encode()
    return Bundle(service.key, {**service.files, "invariants.yaml": content})


def broken(service: Bundle, **promise: object) -> bool:
    errors = errors_of(promising(service, **promise))
    assert {code for code, _ in errors} <= {"invariant_broken"}
    return bool(errors)


VISITED = bundle(
    node("startEvent", "begin")
    + user_task("visit")
    + CHOICE
    + node("endEvent", "done")
    + node("endEvent", "out")
    + chain("begin", "which", "visit", "done")
)
"""Either a visit and the end `done`, or the end `out`."""


def test_a_breach_is_told_in_the_services_words_with_the_way() -> None:
    service = promising(VISITED, passes="visit")

    assert_refused(service, "invariant_broken", None, file="invariants.yaml")
    problem = the_only(service, "invariant_broken")
    assert problem.line == 1
    assert "不得如此 (it must be so)" in problem.message
    assert "begin → out" in problem.message


def test_every_way_passes_or_ends_where_it_may() -> None:
    assert not broken(VISITED, passes="visit", or_ends_at="out")
    assert not broken(VISITED, passes=["visit", "out"])
    assert broken(VISITED, passes="visit", or_ends_at="done")


def test_every_way_from_an_element() -> None:
    assert not broken(VISITED, after="visit", passes="done")
    assert broken(VISITED, after="which", passes="done")


def test_one_thing_never_comes_before_another() -> None:
    service = bundle(user_task("first") + user_task("second") + start_and_end("first", "second"))

    assert not broken(service, never="second", before="first")
    assert broken(service, never="first", before="second")
    assert broken(VISITED, never="out", before="visit")


def test_two_things_never_happen_in_one_case() -> None:
    assert not broken(VISITED, not_both=["done", "out"])
    assert broken(VISITED, not_both=["visit", "done"])


def test_what_is_in_called_processes_and_subprocesses_counts() -> None:
    other = diagram(small_body("other", user_task("visit"), "visit"), key="other", process="")
    inner = small_body("x", node("callActivity", "call", attributes='calledElement="other"'), "call")
    service = bundle(
        subprocess("work", inner) + user_task("after") + start_and_end("work", "after"), other__bpmn=other
    )

    assert not broken(service, passes="visit")
    assert not broken(service, never="after", before="visit")
    assert broken(service, never="visit", before="after")


def test_work_that_repeats_may_be_there_for_nobody() -> None:
    """An empty list is passed over."""
    loop = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>[]</bpmn:loopDataInputRef></bpmn:multiInstanceLoopCharacteristics>"
    service = bundle(
        subprocess("work", small_body("x", user_task("visit"), "visit") + loop) + start_and_end("work")
    )

    assert broken(service, passes="visit")


@pytest.mark.parametrize(("cancel", "found"), [(True, True), (False, False)])
def test_an_event_that_stops_the_work_is_another_way(cancel: bool, found: bool) -> None:
    """One that does not stop it is no way around it."""
    late = (
        boundary("late", "visit", timer("P1D"), cancel=cancel)
        + node("endEvent", "gone")
        + chain("late", "gone")
    )

    assert broken(bundle(user_task("visit") + late + start_and_end("visit")), passes="done") is found


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_subprocess_that_stops_the_case_is_another_way(interrupting: bool) -> None:
    handler = event_subprocess(
        "handler", trigger("message", "stop"), user_task("note"), "note", interrupting=interrupting
    )
    service = bundle(user_task("visit") + start_and_end("visit") + handler, extra=declare("message", "stop"))

    assert broken(service, passes="done") is interrupting
    assert not broken(service, passes=["done", "note"])
    assert not broken(service, after="note", passes="handler_out")


@pytest.mark.parametrize(("code", "found"), [("stop", False), ("other", True)])
def test_an_error_goes_where_it_is_caught(code: str, found: bool) -> None:
    failing = (
        node("startEvent", "x_in")
        + node("endEvent", "x_out", trigger("error", "stop"))
        + chain("x_in", "x_out")
    )
    caught = (
        boundary("caught", "work", trigger("error", code))
        + user_task("visit")
        + chain("caught", "visit", "done")
    )
    service = bundle(
        subprocess("work", failing) + caught + start_and_end("work"), extra=declare("error", "stop", "other")
    )

    assert broken(service, passes="visit") is found


def test_one_branch_is_enough_where_all_are_gone() -> None:
    split = (
        node("parallelGateway", "split")
        + node("parallelGateway", "join")
        + user_task("visit")
        + user_task("other")
    )
    service = bundle(
        split
        + user_task("after")
        + start_and_end("split", "visit", "join", "after")
        + chain("split", "other", "join")
    )

    assert not broken(service, passes="visit")
    assert not broken(service, never="after", before="visit")
    assert broken(service, never="other", before="visit")


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        ({"always": "x"}, "invariant_form"),
        ({"passes": "visit", "never": "out"}, "invariant_form"),
        ({"never": "visit"}, "invariant_form"),
        ({"passes": "nobody"}, "invariant_element"),
        ({"passes": "visit", "says": "so"}, "invariant_words"),
        ({"passes": "visit", "says": {"zh": "如此"}}, "invariant_words"),
        ({"passes": [], "says": WORDS}, "invariant_form"),
    ],
)
def test_a_promise_that_cannot_be_read_is_refused(promise: dict[str, object], code: str) -> None:
    assert_refused(promising(VISITED, **promise), code, None, file="invariants.yaml")


@pytest.mark.parametrize(
    "content", [b"{", b"- a", b"\xff\xfe\x00", b"always: 3", b"always: {passes: {a: {}}}"]
)
def test_a_broken_file_is_a_problem(content: bytes) -> None:
    service = Bundle(VISITED.key, {**VISITED.files, "invariants.yaml": content})

    assert errors_of(service)


def test_there_are_at_most_a_hundred() -> None:
    many = {f"i{number}": {"says": WORDS, "passes": "visit", "or ends at": "out"} for number in range(101)}
    service = Bundle(VISITED.key, {**VISITED.files, "invariants.yaml": yaml.safe_dump(many).encode()})

    assert errors_of(service) == [("invariants_many", None)]


TWO_BRANCHES = (
    node("parallelGateway", "split")
    + user_task("visit")
    + user_task("other")
    + node("startEvent", "begin")
    + node("endEvent", "done")
    + chain("begin", "split", "visit", "done")
)


def test_a_branch_that_ends_everything_is_a_way_around_the_others() -> None:
    """The other branch may be over before the visit."""
    ending = chain("split", "other", "stop") + node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
    inside = subprocess("work", small_body("x", user_task("note"), "note").replace(
        '<bpmn:endEvent id="x_out" >', '<bpmn:endEvent id="x_out" ><bpmn:terminateEventDefinition/>'
    ))  # fmt: skip

    assert broken(bundle(TWO_BRANCHES + ending), passes="visit")
    assert not broken(bundle(TWO_BRANCHES + ending), passes=["visit", "stop"])
    assert not broken(bundle(TWO_BRANCHES + inside + chain("split", "other", "work", "done")), passes="visit")


@pytest.mark.parametrize("caught_by", ["border", "event subprocess"])
def test_an_error_of_a_branch_is_a_way_around_the_others(caught_by: str) -> None:
    inner = TWO_BRANCHES.replace("begin", "in").replace("done", "out") + chain("split", "other", "thrown")
    inner += node("endEvent", "thrown", trigger("error", "stop"))
    if caught_by == "border":
        body = boundary("caught", "work", trigger("error", "stop")) + chain("caught", "done")
    else:
        inner += event_subprocess("handler", trigger("error", "stop"), user_task("note"), "note")
        body = ""
    service = bundle(subprocess("work", inner) + start_and_end("work") + body, extra=declare("error", "stop"))

    assert broken(service, passes="visit")
    assert not broken(service, passes=["visit", "thrown"])


def test_what_two_branches_do_happens_in_one_case() -> None:
    both = bundle(TWO_BRANCHES + chain("split", "other", "done"))
    either = bundle(
        TWO_BRANCHES.replace("parallelGateway", "exclusiveGateway").replace(
            'id="split" ', 'id="split" default="f_split_visit"'
        )
        + flow("split", "other", "ok")
        + chain("other", "done")
    )

    assert broken(both, not_both=["visit", "other"])
    assert not broken(either, not_both=["visit", "other"])


def test_what_follows_a_quiet_event_happens_beside_the_rest() -> None:
    late = (
        boundary("late", "visit", timer("P1D"), cancel=False)
        + user_task("remind")
        + chain("late", "remind", "gone")
    )
    service = bundle(
        user_task("visit")
        + user_task("after")
        + late
        + node("endEvent", "gone")
        + start_and_end("visit", "after")
    )

    assert broken(service, not_both=["remind", "after"])


ASKED_TWICE = bundle(
    node("startEvent", "begin")
    + node("exclusiveGateway", "which", attributes='default="f_which_wait"')
    + user_task("visit")
    + user_task("wait")
    + node("exclusiveGateway", "merge")
    + node("exclusiveGateway", "again", attributes='default="f_again_done"')
    + user_task("report")
    + node("endEvent", "done")
    + chain("begin", "which", "wait", "merge", "again", "done")
    + flow("which", "visit", "urgent")
    + chain("visit", "merge")
    + flow("again", "report", "not(urgent)")
    + chain("report", "done")
)
"""What is urgent is visited, anything else waits and is reported."""


def test_a_promise_may_hang_on_a_condition_that_the_diagram_asks() -> None:
    assert not broken(ASKED_TWICE, when="urgent", passes="visit")
    assert not broken(ASKED_TWICE, when="= urgent", not_both=["visit", "report"])
    assert not broken(ASKED_TWICE, when="not(urgent)", never="visit", before="report")
    assert broken(ASKED_TWICE, passes="visit")
    assert broken(ASKED_TWICE, when="urgent", passes="report")
    assert broken(ASKED_TWICE, not_both=["visit", "report"])


@pytest.mark.parametrize("when", ["urgently", "", 3])
def test_a_condition_that_nothing_asks_is_refused(when: object) -> None:
    service = promising(ASKED_TWICE, when=when, passes="visit")

    assert_refused(service, "invariant_condition", None, file="invariants.yaml")
