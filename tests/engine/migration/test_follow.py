"""Which changes of a diagram a running case can follow, and how it goes on then."""

from __future__ import annotations

from engine.definitions import Bundle

from ..bundles import (
    boundary,
    bundle,
    chain,
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
from .conftest import Moving


def line(*ids: str, **files: bytes) -> Bundle:
    return bundle("".join(user_task(one) for one in ids) + start_and_end(*ids), **files)


def renames(**ids: str) -> dict[str, bytes]:
    return {"migrate__yaml": "".join(f"{old}: {new}\n" for old, new in ids.items()).encode()}


def test_it_goes_on_as_the_new_version_draws_it(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))

    moving.move(story, line("ask", "look", "check"))

    assert story.open == ["ask"]
    assert story.do("ask").open == ["look"]
    assert story.do("look").do("check").outcome == "done"


def test_it_leaves_out_what_the_new_version_has_no_more(moving: Moving) -> None:
    story = moving.begin(line("ask", "look", "check"))

    moving.move(story, line("ask", "check"))

    assert story.do("ask").open == ["check"]


def test_it_does_not_go_back_to_what_was_added_before(moving: Moving) -> None:
    story = moving.begin(line("ask", "check")).do("ask")

    moving.move(story, line("ask", "look", "check"))

    assert story.open == ["check"]
    assert story.do("check").outcome == "done"


def test_it_needs_no_element_that_it_has_passed(moving: Moving) -> None:
    story = moving.begin(line("ask", "look", "check")).do("ask").do("look")

    moving.move(story, line("ask", "check"))

    assert story.do("check").outcome == "done"


def test_it_follows_a_task_that_was_renamed(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))

    moving.move(story, line("inquire", "check", **renames(ask="inquire")))

    assert story.open == ["inquire"]
    assert story.do("inquire").do("check").outcome == "done"


def test_it_follows_names_over_several_versions(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))
    moving.world.deploy(line("inquire", "check", **renames(ask="inquire")))

    moving.move(story, line("question", "check", **renames(inquire="question")))

    assert story.open == ["question"]


def test_it_refuses_a_task_that_is_gone(moving: Moving) -> None:
    moving.begin(line("ask", "check"))

    assert moving.refusal(line("look", "check")) == ("element_missing", "ask")


def test_it_refuses_a_task_that_became_something_else(moving: Moving) -> None:
    moving.begin(line("ask", "check"))
    other = bundle(script("ask", "{a: 1}") + user_task("check") + start_and_end("ask", "check"))

    assert moving.refusal(other) == ("element_kind", "ask")


def side_by_side(*branches: str, more: str = "") -> Bundle:
    gates = node("parallelGateway", "split") + node("parallelGateway", "join")
    tasks = "".join(user_task(one) for one in (*branches, "check"))
    ways = "".join(chain("split", one, "join") for one in branches)
    body = gates + tasks + ways + node("startEvent", "begin") + node("endEvent", "done")
    return bundle(body + more + chain("begin", "split") + chain("join", "check", "done"))


def test_it_refuses_a_branch_that_was_added_beside_the_present_ones(moving: Moving) -> None:
    moving.begin(side_by_side("one", "two"))

    assert moving.refusal(side_by_side("one", "two", "three"))[0] == "not_reachable"


def test_it_refuses_one_that_could_be_over_only_by_an_event_that_ends_the_case(moving: Moving) -> None:
    """Nobody stands beside an end that ends everything."""
    moving.begin(side_by_side("one", "two"))
    late = boundary("late", "three", timer("P1D")) + node("endEvent", "over", trigger("terminate"))

    refusal = moving.refusal(side_by_side("one", "two", "three", more=late + chain("late", "over")))

    assert refusal[0] == "not_reachable"


def test_it_takes_a_branch_that_was_added_ahead(moving: Moving) -> None:
    first = user_task("ask")

    def drawn(*branches: str) -> Bundle:
        gates = node("parallelGateway", "split") + node("parallelGateway", "join")
        tasks = first + "".join(user_task(one) for one in branches)
        ways = "".join(chain("split", one, "join") for one in branches)
        ends = node("startEvent", "begin") + node("endEvent", "done")
        return bundle(gates + tasks + ways + ends + chain("begin", "ask", "split") + chain("join", "done"))

    story = moving.begin(drawn("one", "two"))

    moving.move(story, drawn("one", "two", "three"))

    assert story.do("ask").open == ["one", "three", "two"]
    assert story.do("one").do("two").do("three").outcome == "done"


def test_it_takes_a_branch_that_was_added_behind(moving: Moving) -> None:
    story = moving.begin(side_by_side("one", "two")).do("one").do("two")

    moving.move(story, side_by_side("one", "two", "three"))

    assert story.do("check").outcome == "done"


def test_it_goes_on_waiting_at_a_join(moving: Moving) -> None:
    def drawn(*more: str) -> Bundle:
        gates = node("parallelGateway", "split") + node("parallelGateway", "join")
        tasks = "".join(user_task(one) for one in ("one", "two", *more))
        ways = chain("split", "one", *more, "join") + chain("split", "two", "join")
        ends = node("startEvent", "begin") + node("endEvent", "done")
        return bundle(gates + tasks + ways + ends + chain("begin", "split") + chain("join", "done"))

    story = moving.begin(drawn()).do("one", a="kept")

    moving.move(story, drawn("late"))

    assert story.open == ["two"]
    assert story.do("two").outcome == "done"


def test_it_keeps_what_a_passed_script_found_out(moving: Moving) -> None:
    old = bundle(
        user_task("ask")
        + script("weigh", "{level: 3}")
        + user_task("check")
        + start_and_end("ask", "weigh", "check")
    )
    story = moving.begin(old).do("ask")

    moving.move(story, line("ask", "check"))

    assert story.do("check").variables["level"] == 3


def test_it_follows_inside_a_subprocess(moving: Moving) -> None:
    def drawn(*ids: str) -> Bundle:
        inner = small_body("in", "".join(user_task(one) for one in ids), *ids)
        return bundle(subprocess("part", inner) + start_and_end("part"))

    story = moving.begin(drawn("ask", "check")).do("ask")

    moving.move(story, drawn("ask", "look", "check", "sign"))

    assert story.do("check").open == ["sign"]
    assert story.do("sign").outcome == "done"


def test_it_refuses_a_task_that_was_put_into_a_subprocess(moving: Moving) -> None:
    moving.begin(line("ask"))
    wrapped = bundle(subprocess("part", small_body("in", user_task("ask"), "ask")) + start_and_end("part"))

    assert moving.refusal(wrapped) == ("element_missing", "ask")


def late(text: str) -> Bundle:
    body = user_task("ask") + boundary("late", "ask", timer(text)) + node("endEvent", "too_late")
    return bundle(body + start_and_end("ask") + chain("late", "too_late"))


def test_a_timer_that_was_added_counts_from_when_the_task_was_opened(moving: Moving) -> None:
    story = moving.begin(line("ask"))
    story.later(days=1)

    moving.move(story, late("P3D"))

    assert story.later(days=1, hours=23).outcome == "active"
    assert story.later(hours=2).outcome == "too_late"


def test_a_timer_that_runs_keeps_its_moment(moving: Moving) -> None:
    story = moving.begin(late("P3D"))
    story.later(days=2)

    moving.move(story, late("P9D"))

    assert story.later(days=1, hours=1).outcome == "too_late"


def test_a_timer_that_was_removed_strikes_no_more(moving: Moving) -> None:
    story = moving.begin(late("P3D"))

    moving.move(story, line("ask"))

    assert story.later(days=9).open == ["ask"]
    assert story.do("ask").outcome == "done"


def test_a_renamed_timer_keeps_its_moment(moving: Moving) -> None:
    story = moving.begin(late("P3D"))
    story.later(days=2)
    body = user_task("ask") + boundary("overdue", "ask", timer("P3D")) + node("endEvent", "too_late")
    new = bundle(body + start_and_end("ask") + chain("overdue", "too_late"), **renames(late="overdue"))

    moving.move(story, new)

    assert story.later(hours=23).outcome == "active"
    assert story.later(hours=2).outcome == "too_late"


def test_a_condition_ahead_is_the_new_one(moving: Moving) -> None:
    def drawn(condition: str) -> Bundle:
        gate = node("exclusiveGateway", "which", attributes='default="f_which_done"')
        ends = node("startEvent", "begin") + node("endEvent", "done") + node("endEvent", "other")
        ways = chain("begin", "ask", "which", "done") + flow("which", "other", condition)
        return bundle(user_task("ask") + gate + ends + ways)

    story = moving.begin(drawn("false"))

    moving.move(story, drawn("true"))

    assert story.do("ask").outcome == "other"
