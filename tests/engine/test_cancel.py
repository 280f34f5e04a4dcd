"""Cancelling a case."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.instances import cancel

from .bundles import boundary, bundle, chain, node, small_body, start_and_end, subprocess, timer, user_task
from .story import Story, begin
from .support import ALICE, SHIQIAO, SUPERVISOR, World, person


@pytest.fixture
def story(world: World) -> Story:
    clock = '<bpmn:extensionElements><linbang:deadline id="promise" kind="promised" limit="5 WD"/></bpmn:extensionElements>'
    body = (
        clock
        + subprocess("examine", small_body("inner", user_task("ask"), "ask"))
        + boundary("late", "examine", timer("P1D"))
        + node("endEvent", "too_late")
        + start_and_end("examine")
        + chain("late", "too_late")
    )
    return begin(world, bundle(body), a="kept")


def test_it_closes_everything_that_was_open(story: Story) -> None:
    cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    story.settle()
    assert (story.outcome, story.open, story.jobs, story.world.inbox(ALICE)) == ("cancelled", [], [], [])
    assert story.deadlines == {"promise": "cancelled"}
    assert (story.links[-1].event, story.links[-1].payload["reason"]) == (
        "case_cancelled",
        "Started by mistake",
    )


def test_it_knows_no_case_of_another_office(story: Story) -> None:
    next_door = person(17, "Nora", "supervisor", office=SHIQIAO, roles="supervisor")

    with pytest.raises(NotFound):
        cancel(story.world.runtime, story.case_id, next_door, "Started by mistake")

    assert story.outcome != "cancelled"


def test_it_keeps_no_incident_open(world: World) -> None:
    from .bundles import script

    story = begin(world, bundle(script("compute", "[1]") + start_and_end("compute")))
    assert len(story.incidents) == 1

    cancel(world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    assert story.incidents == []


def test_only_a_supervisor_may(story: Story) -> None:
    with pytest.raises(NotAllowed) as caught:
        cancel(story.world.runtime, story.case_id, ALICE, "Started by mistake")

    assert caught.value.code == "not_a_supervisor"


def test_it_needs_a_reason(story: Story) -> None:
    with pytest.raises(InvalidInput) as caught:
        cancel(story.world.runtime, story.case_id, SUPERVISOR, "   no ")

    assert caught.value.code == "reason_missing"


def test_a_case_that_has_ended_cannot_be_cancelled(story: Story) -> None:
    story.do("ask")

    with pytest.raises(InvalidState) as caught:
        cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    assert caught.value.code == "case_ended"


def test_a_case_that_does_not_exist_cannot_be_cancelled(story: Story) -> None:
    with pytest.raises(NotFound):
        cancel(story.world.runtime, 4711, SUPERVISOR, "Started by mistake")
