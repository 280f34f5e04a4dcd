"""A message for a case that comes before the case waits for it is kept, and taken once, in order, in time."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import InvalidInput, InvalidState
from engine.instances import cancel
from engine.messages import correlate, receive
from engine.ports import Inbound
from tests.engine.bundles import bundle, node, start_and_end, trigger, user_task
from tests.engine.story import Story, begin
from tests.engine.support import CLERK, SUPERVISOR, World


def message(**attributes: str) -> str:
    more = "".join(f' linbang:{name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:message id="message_reply" name="reply" linbang:messageGroups="clerk"{more} />'


ASK = user_task("ask", form="a")
WAIT = node("intermediateCatchEvent", "wait", trigger("message", "reply"))
AGAIN = node("intermediateCatchEvent", "again", trigger("message", "reply"))
PATIENT = message(timeToLive="P3D")
ONCE = bundle(ASK + WAIT + start_and_end("ask", "wait"), extra=PATIENT)
TWICE = bundle(ASK + WAIT + AGAIN + start_and_end("ask", "wait", "again"), extra=PATIENT)


def said(story: Story, number: str = "r-1", **content: Any) -> str:
    story.reopen()
    found = receive(story.world.runtime, "beds", Inbound(number, f"{story.case_id}-0", "reply", content))
    story.settle()
    return found


def test_it_is_taken_in_the_step_that_comes_to_wait_for_it(world: World) -> None:
    """Given a reply that is quicker than the case; when the task is done; then that very step takes it."""
    story = begin(world, ONCE)
    assert said(story, bed="A-1") == "kept"
    assert story.open == ["ask"]

    story.do("ask", a="x")

    assert story.outcome == "done"
    assert story.variables["bed"] == "A-1"
    last = story.links[-1]
    assert last.event == "user_task_completed"
    (taken,) = story.events("message_delivered")
    assert (taken["message"], taken["source"], taken["answers"]) == ("reply", "beds", {"bed": "A-1"})


def test_several_are_taken_in_the_order_in_which_they_came(world: World) -> None:
    story = begin(world, TWICE)
    said(story, "r-1", first="one")
    said(story, "r-2", first="two", second="two")

    story.do("ask", a="x")

    assert story.outcome == "done"
    assert [event["answers"]["first"] for event in story.events("message_delivered")] == ["one", "two"]


def test_each_is_taken_once_only(world: World) -> None:
    story = begin(world, TWICE)
    said(story)

    story.do("ask", a="x")

    assert story.outcome == "active"
    assert len(story.events("message_delivered")) == 1


def test_a_double_changes_nothing(world: World) -> None:
    story = begin(world, TWICE)
    said(story)
    before = len(story.links)

    assert said(story) == "double"

    assert len(story.links) == before
    story.do("ask", a="x")
    assert story.outcome == "active"
    assert said(story) == "double"


def test_without_a_time_to_live_it_comes_too_late_as_ever(world: World) -> None:
    story = begin(world, bundle(ASK + WAIT + start_and_end("ask", "wait"), extra=message()))

    assert said(story) == "late"


def test_its_time_runs_out_with_a_line_in_the_history(world: World) -> None:
    story = begin(world, ONCE)
    said(story)

    story.later(days=3, minutes=1)

    assert story.links[-1].event == "message_expired"
    assert story.links[-1].payload["message"] == "reply"
    story.do("ask", a="x")
    assert story.outcome == "active"
    assert story.jobs == []


def test_one_whose_time_is_over_is_not_taken_though_nobody_has_closed_it_yet(world: World) -> None:
    story = begin(world, ONCE)
    said(story)
    world.clock.move(days=4)

    story.do("ask", a="x")

    assert story.outcome == "active"
    assert story.events("message_delivered") == []


def test_one_that_does_not_fit_waits_for_a_place_that_it_fits(world: World) -> None:
    fitting = message(timeToLive="P3D", matches="message.no = a")
    story = begin(world, bundle(ASK + WAIT + start_and_end("ask", "wait"), extra=fitting))
    said(story, "r-1", no="other")
    said(story, "r-2", no="mine")

    story.do("ask", a="mine")

    assert story.outcome == "done"
    assert story.variables["no"] == "mine"


def test_what_an_ended_case_never_heard_is_closed(world: World) -> None:
    story = begin(world, ONCE)
    said(story)

    cancel(world.runtime, story.case_id, SUPERVISOR, "Started by mistake")
    story.settle()

    assert [event["message"] for event in story.events("message_unheard")] == ["reply"]
    assert said(story, "r-2") == "late"
    story.later(days=4)
    assert [link.event for link in story.links][-2:] == ["case_cancelled", "message_late"]


def test_a_clerk_may_hand_one_in_early(world: World) -> None:
    story = begin(world, ONCE)

    assert correlate(world.runtime, "reply", story.case_id, CLERK, {}) == "kept"

    link = story.links[-1]
    assert (link.event, link.actor) == ("message_kept", CLERK.person_id)
    story.do("ask", a="x")
    assert story.outcome == "done"


def test_a_case_keeps_no_more_than_so_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.message_keeping.MAX_KEPT", 1)
    story = begin(world, ONCE)
    said(story)

    with pytest.raises(InvalidState) as caught:
        said(story, "r-2")

    assert caught.value.code == "too_many_kept"


@pytest.mark.parametrize("text", ["P91D", "P0D", "soon", "P1M"])
def test_the_gate_refuses_a_time_that_cannot_be(world: World, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        world.deploy(bundle(ASK + WAIT + start_and_end("ask", "wait"), extra=message(timeToLive=text)))

    assert [problem.code for problem in caught.value.details["problems"]] == ["time_to_live_broken"]
