"""Clocks in a diagram: what starts, pauses, moves, ends and breaches them, and what a task's due date is.

The cases start on Monday 2026-03-02 at 10:15; March 2026 has no holidays.
"""

from __future__ import annotations

import pytest

from engine import user_tasks

from ..bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    trigger,
    user_task,
)
from ..story import begin
from ..support import ALICE, World
from .clocks import deadline, struck, watched


def test_a_clock_of_a_process_runs_from_its_start_to_its_end(world: World) -> None:
    story = begin(world, bundle(watched(deadline()) + user_task("ask") + start_and_end("ask")))

    assert story.due("promise") == story.due("ask") == "2026-03-09T17:00"
    assert story.deadlines == {"promise": "running"}
    story.do("ask")
    assert story.deadlines == {"promise": "kept"}


def test_a_clock_of_a_subprocess_runs_while_it_does(world: World) -> None:
    inner = watched(deadline()) + small_body("inner", user_task("ask"), "ask")
    body = (
        user_task("first")
        + subprocess("examine", inner)
        + user_task("after")
        + start_and_end("first", "examine", "after")
    )
    story = begin(world, bundle(body))
    assert story.deadlines == {}
    assert story.due("first").startswith("9999")

    story.later(days=1).do("first")
    assert story.due("ask") == "2026-03-10T17:00"
    story.do("ask")

    assert story.deadlines == {"promise": "kept"}
    assert story.due("after").startswith("9999")


def test_a_clock_of_a_called_process_runs_while_it_does(world: World) -> None:
    called = diagram(
        watched(deadline()) + small_body("inner", user_task("ask"), "ask"), key="called", process=""
    )
    body = node("callActivity", "examine", attributes='calledElement="called"') + start_and_end("examine")
    story = begin(world, bundle(body, called__bpmn=called))

    assert story.due("ask") == "2026-03-09T17:00"
    assert story.do("ask").deadlines == {"promise": "kept"}


def test_a_task_shows_the_earliest_of_its_own_clock_and_those_around_it(world: World) -> None:
    body = (
        watched(deadline())
        + user_task("ask", inner=deadline("own", "2 WD", "internal"))
        + user_task("long", inner=deadline("far", "20 WD", "internal"))
    )
    story = begin(world, bundle(body + start_and_end("ask", "long")))

    assert story.due("ask") == "2026-03-04T17:00"
    assert story.do("ask").due("long") == "2026-03-09T17:00"


@pytest.mark.parametrize("finish", ["decide", "hand_over"])
def test_a_clock_starts_ends_and_hands_over_at_the_elements_that_it_names(world: World, finish: str) -> None:
    clock = deadline(startsOn="accept", endsOn="decided", handsOverOn="objected")
    body = (
        watched(clock)
        + user_task("receive")
        + user_task("accept")
        + user_task("decide", form="ok")
        + node("exclusiveGateway", "which", attributes='default="f_which_objected"')
        + user_task("after")
        + node("intermediateThrowEvent", "decided")
        + node("intermediateThrowEvent", "objected")
        + node("startEvent", "begin")
        + node("endEvent", "done")
        + chain("begin", "receive", "accept", "decide", "which", "objected", "after", "done")
        + '<bpmn:sequenceFlow id="yes" sourceRef="which" targetRef="decided"><bpmn:conditionExpression>ok</bpmn:conditionExpression></bpmn:sequenceFlow>'
        + chain("decided", "after")
    )
    story = begin(world, bundle(body))
    assert story.deadlines == {}

    story.later(days=1).do("receive")
    assert story.due("accept") == "2026-03-10T17:00"
    story.do("accept").do("decide", ok=finish == "decide")

    assert story.deadlines == {"promise": "kept" if finish == "decide" else "handed_over"}
    assert story.due("after").startswith("9999")


def test_a_clock_may_start_and_end_inside_a_called_process(world: World) -> None:
    called = diagram(
        small_body("inner", user_task("accept") + user_task("decide"), "accept", "decide"),
        key="called",
        process="",
    )
    body = watched(deadline(startsOn="accept", endsOn="decide")) + node(
        "callActivity", "examine", attributes='calledElement="called"'
    )
    story = begin(
        world, bundle(body + user_task("after") + start_and_end("examine", "after"), called__bpmn=called)
    )
    assert story.deadlines == {"promise": "running"}

    story.do("accept")

    assert story.deadlines == {"promise": "kept"}


def test_a_clock_that_is_started_again_in_a_loop_keeps_its_first_start(world: World) -> None:
    body = (
        watched(deadline(startsOn="accept"))
        + user_task("accept", form="ok")
        + node("exclusiveGateway", "again", attributes='default="f_again_accept"')
        + node("exclusiveGateway", "merge")
        + node("startEvent", "begin")
        + node("endEvent", "done")
        + chain("begin", "merge", "accept", "again")
        + '<bpmn:sequenceFlow id="f_again_accept" sourceRef="again" targetRef="merge"/>'
        + '<bpmn:sequenceFlow id="yes" sourceRef="again" targetRef="done"><bpmn:conditionExpression>ok</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )
    story = begin(world, bundle(body)).later(days=1).do("accept", ok=False)

    assert story.due("promise") == "2026-03-09T17:00"
    assert len(story.events("deadline_started")) == 1


def test_it_warns_and_breaches_when_nobody_acts(world: World) -> None:
    service = bundle(
        watched(deadline(warn="60%, 1 WD", escalateTo="supervisor")) + user_task("ask") + start_and_end("ask")
    )
    story = begin(world, service)

    story.later(days=30)

    assert [kind for kind, _ in struck(story)] == ["deadline_warned", "deadline_warned", "deadline_breached"]
    assert story.events("deadline_breached")[0]["escalate_to"] == "supervisor"
    assert story.deadlines == {"promise": "breached"}
    assert story.jobs == []
    assert story.do("ask").deadlines == {"promise": "breached"}


def test_a_clock_moved_far_beyond_several_moments_notes_each_once(world: World) -> None:
    service = bundle(watched(deadline(warn="60%, 1 WD")) + user_task("ask") + start_and_end("ask"))
    story = begin(world, service).leap(days=300)

    assert [kind for kind, _ in struck(story)] == ["deadline_warned", "deadline_warned", "deadline_breached"]
    assert story.jobs == []


def test_completing_after_the_moment_but_before_the_tick_is_a_breach_all_the_same(world: World) -> None:
    """The moment decides, not when somebody looked."""
    story = begin(world, bundle(watched(deadline()) + user_task("ask") + start_and_end("ask")))
    world.clock.move(days=30)
    row = story.tasks()[0]
    user_tasks.claim(world.runtime, row.id, ALICE)
    user_tasks.complete(world.runtime, row.id, ALICE, {})

    assert story.settle().deadlines == {"promise": "breached"}


def test_leaving_an_element_extends_the_limit(world: World) -> None:
    extend = '<linbang:extend deadline="promise" limit="10 WD" reason="because"/>'
    body = (
        watched(deadline())
        + user_task("approve", inner=extend)
        + user_task("ask")
        + start_and_end("approve", "ask")
    )
    story = begin(world, bundle(body)).later(days=1)
    assert story.due("approve") == "2026-03-09T17:00"

    story.do("approve")

    assert story.due("ask") == story.due("promise") == "2026-03-16T17:00"
    assert story.events("deadline_extended")[0]["reason"] == "because"


def test_an_extension_does_not_undo_a_breach(world: World) -> None:
    extend = '<linbang:extend deadline="promise" limit="10 WD" reason="because"/>'
    body = (
        watched(deadline())
        + user_task("approve", inner=extend)
        + user_task("ask")
        + start_and_end("approve", "ask")
    )

    story = begin(world, bundle(body)).later(days=8).do("approve")

    assert story.deadlines == {"promise": "breached"}


def test_a_limit_may_be_an_expression(world: World) -> None:
    clock = deadline(limit="= if a = &quot;quick&quot; then &quot;2 WD&quot; else &quot;5 WD&quot;")
    service = bundle(watched(clock) + user_task("ask") + start_and_end("ask"))

    assert begin(world, service, a="quick").due("ask") == "2026-03-04T17:00"
    assert begin(world, a="slow").due("ask") == "2026-03-09T17:00"


def test_a_limit_that_is_no_limit_raises_an_incident_and_loses_no_work(world: World) -> None:
    """The person before it has done their work: their completion stands, and the clock is an operator's matter."""
    inner = watched(deadline(limit="= a")) + small_body("inner", user_task("ask"), "ask")
    body = user_task("first", form="a") + subprocess("examine", inner) + start_and_end("first", "examine")
    story = begin(world, bundle(body)).do("first", a="nonsense")

    assert [(row.element_id, row.code) for row in story.incidents] == [("examine", "limit_broken")]


def test_a_task_is_due_so_early_that_the_rest_still_fits(world: World) -> None:
    body = (
        watched(deadline(limit="12 WD"))
        + user_task("publish", latestFor="promise", leaving="7 D, 3 WD")
        + start_and_end("publish")
    )
    story = begin(world, bundle(body))

    assert story.due("promise") == "2026-03-18T17:00"
    assert story.due("publish") == "2026-03-06T17:00"


def test_a_breach_outlives_the_scope_that_is_interrupted_later(world: World) -> None:
    inner = watched(deadline()) + small_body("inner", user_task("ask"), "ask")
    body = (
        subprocess("examine", inner)
        + boundary("withdrawn", "examine", trigger("message", "withdrawal"))
        + node("endEvent", "closed")
        + start_and_end("examine")
        + chain("withdrawn", "closed")
    )
    service = bundle(body, extra=declare("message", "withdrawal"))

    assert begin(world, service).message("withdrawal").deadlines == {"promise": "cancelled"}
    assert begin(world).later(days=9).message("withdrawal").deadlines == {"promise": "breached"}


def test_a_script_reads_the_clock_of_the_case(world: World) -> None:
    story = begin(
        world, bundle(user_task("ask") + script("note", "{seen: today()}") + start_and_end("ask", "note"))
    )

    assert str(story.leap(days=5).do("ask").variables["seen"]) == "2026-03-07"
