"""A late or doubled answer of an outside system changes nothing: to a call, a callback, a delivery, a webhook."""

from __future__ import annotations

from typing import Any

import pytest

from engine import jobs, messages, spiff
from engine.errors import InvalidState
from engine.instances import cancel, open_case
from engine.people import SYSTEM
from engine.ports import Inbound
from engine.store.jobs import DueJob
from tests.engine.bundles import boundary, bundle, flow, node, start_and_end, timer, user_task
from tests.engine.story import Story, begin
from tests.engine.support import SUPERVISOR, World
from tests.engine.test_receive import WAITS

from .conftest import ScriptedRegistry, down
from .services import WANG, call

ASKS = bundle(
    call(retry="R0/PT5M")
    + boundary("too_long", "verify", timer("P1D"))
    + user_task("after")
    + node("endEvent", "late")
    + start_and_end("verify", "after")
    + flow("too_long", "late")
)


def facts(story: Story) -> tuple[Any, ...]:
    """Give everything that a case is: its row with the version, its history, open tasks, incidents, jobs."""
    row = story.store.instance(story.case_id)
    return row, story.store.history(story.case_id), story.tasks(), story.incidents, story.jobs


def job_of_call(story: Story) -> DueJob:
    """Give the job of the call as a worker has claimed it."""
    row = story.store.instance(story.case_id)
    case = open_case(story.world.runtime, row, [])
    (number,) = [key for key, item in spiff.resting(case.workflow).items() if item.kind == "call"]
    return DueJob(1, story.case_id, "call", str(number), 0, 0)


def test_an_answer_to_a_call_comes_once_though_two_workers_asked(world: World) -> None:
    """Given a worker that was slow and another that took its job; when both have an answer; then one counts."""
    slow: list[DueJob] = []

    def answers(_question: Any) -> dict[str, int]:
        if not slow:
            slow.append(job_of_call(story))
            jobs.run(story.world.runtime, slow[0], 7)  # the second worker is quicker
        return {"wage": len(slow)}

    story = Story(world)
    world.deploy(ASKS)
    world.runtime.connectors = {"registry": ScriptedRegistry(answers)}
    story.case_id = world.start(**WANG).id
    story.settle()

    assert story.open == ["after"]
    assert [link.event for link in story.links].count("service_answered") == 1


@pytest.mark.parametrize("way", ["timed out", "cancelled", "moved on"])
def test_an_answer_after_the_case_has_left_is_nothing(world: World, way: str) -> None:
    """Given a question under way; when the case leaves before the answer comes; then the answer moves nothing."""
    seen: list[tuple[Any, ...]] = []

    def answers(_question: Any) -> dict[str, int]:
        if way == "timed out":
            world.clock.move(days=2)
            spare = next(job for job in story.store.whole(story.case_id).jobs if job[1] == "clock")
            clock = DueJob(spare[0], story.case_id, "clock", spare[2], 0, 0)
            jobs.run(story.world.runtime, clock, 7)
        elif way == "cancelled":
            cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")
        else:
            jobs.run(story.world.runtime, job_of_call(story), 7) if not seen else None
        if not seen:
            seen.append(facts(story))
        return {"wage": 1}

    story = Story(world)
    world.deploy(ASKS)
    world.runtime.connectors = {"registry": ScriptedRegistry(answers)}
    story.case_id = world.start(**WANG).id
    story.settle()

    if way != "moved on":
        assert facts(story) == seen[0]
    assert story.outcome == {"timed out": "late", "cancelled": "cancelled", "moved on": "active"}[way]


def test_a_failure_after_the_case_has_left_is_no_incident(world: World) -> None:
    def answers(question: Any) -> Any:
        cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")
        return down(question)

    story = Story(world)
    world.deploy(ASKS)
    world.runtime.connectors = {"registry": ScriptedRegistry(answers)}
    story.case_id = world.start(**WANG).id
    story.settle()

    assert (story.outcome, story.incidents) == ("cancelled", [])


def test_a_job_that_runs_once_more_after_its_answer_asks_nobody(world: World) -> None:
    registry = ScriptedRegistry(lambda _question: {"wage": 1})
    story = Story(world)
    world.deploy(ASKS)
    world.runtime.connectors = {"registry": registry}
    story.case_id = world.start(**WANG).id
    job = job_of_call(story)
    story.settle()
    before = facts(story)

    jobs.run(story.world.runtime, job, 7)

    assert facts(story) == before


def test_a_callback_that_comes_twice_or_too_late_moves_nothing(world: World) -> None:
    story = begin(world, WAITS)
    said = Inbound("r-1", f"{story.case_id}-0", "reply", {"offer_no": "YP-1"})
    assert messages.receive(story.world.runtime, "beds", said) == "delivered"
    story.settle()
    before = facts(story)

    assert messages.receive(story.world.runtime, "beds", said) == "double"
    assert facts(story) == before

    late = Inbound("r-2", f"{story.case_id}-0", "reply", {"offer_no": "YP-1", "reply": "refused"})
    assert messages.receive(story.world.runtime, "beds", late) == "late"
    row = story.store.instance(story.case_id)
    assert (row.state, row.outcome, row.sealed_state) == ("completed", "done", before[0].sealed_state)
    assert [link.event for link in story.links][-1] == "message_late"


def test_a_person_cannot_send_what_the_case_has_left_behind(world: World) -> None:
    story = begin(world, WAITS)
    messages.correlate(story.world.runtime, "reply", story.case_id, SYSTEM, {})
    before = facts(story.settle())

    with pytest.raises(InvalidState):
        messages.correlate(story.world.runtime, "reply", story.case_id, SYSTEM, {})

    assert facts(story) == before
