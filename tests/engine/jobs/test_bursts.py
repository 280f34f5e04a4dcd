"""Clocks that are due together are struck in one transaction, each by a step of its own; none holds up another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine import instances
from engine.jobs import run_together
from engine.scheduler import tick
from engine.state import machine_ms
from engine.store.failures import ConflictError
from engine.store.steps import StepStore
from tests.engine.bundles import boundary, bundle, chain, extensions, node, user_task
from tests.engine.stories import counting
from tests.engine.support import SUPERVISOR

from .services import BEGIN, DONE, WAITS, events, states
from .services import jobs as jobs_left

if TYPE_CHECKING:
    from engine.store.jobs import DueJob
    from tests.engine.support import World

MANY = 20
A_DAY = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
TWO_CLOCKS = bundle(
    BEGIN
    + user_task("look")
    + DONE
    + boundary("once", "look", A_DAY, cancel=False)
    + boundary("twice", "look", A_DAY, cancel=False)
    + node("endEvent", "told_once")
    + node("endEvent", "told_twice")
    + chain("begin", "look", "done")
    + chain("once", "told_once")
    + chain("twice", "told_twice")
)
WATCHED = bundle(
    extensions('<linbang:deadline id="limit" kind="internal" limit="1 D"/>')
    + BEGIN
    + user_task("look")
    + DONE
    + chain("begin", "look", "done")
)


def waiting(world: World, count: int = MANY) -> list[int]:
    """Start cases whose clock is due now."""
    world.deploy(WAITS)
    cases = [world.start().id for _ in range(count)]
    world.clock.move(days=1)
    return cases


def due(world: World) -> list[DueJob]:
    """Claim everything that is due."""
    runtime = world.runtime
    return runtime.jobs.claim(runtime.now_ms(), machine_ms(), 1_000, runtime.ids.next(), 100)


def test_many_clocks_are_one_commit_and_each_case_has_its_own_step(world: World) -> None:
    cases, claimed = waiting(world), due(world)

    with counting(world.runtime.database) as count:
        settled = run_together(world.runtime, claimed)

    assert settled == {job.id for job in claimed}
    assert count.commits == 1
    assert set(states(world.runtime).values()) == {("completed", "done")}
    assert {tuple(events(world.runtime, case)) for case in cases} == {("case_started", "timer_fired")}
    assert jobs_left(world.runtime) == []


def test_deadlines_are_struck_together_too(world: World) -> None:
    world.deploy(WATCHED)
    cases = [world.start().id for _ in range(MANY)]
    world.clock.move(days=2)
    claimed = due(world)

    with counting(world.runtime.database) as count:
        settled = run_together(world.runtime, claimed)

    assert (len(settled), count.commits) == (MANY, 1)
    assert {tuple(events(world.runtime, case)) for case in cases} == {("case_started", "deadline_struck")}


def test_a_case_that_has_ended_meanwhile_holds_up_none_of_the_others(world: World) -> None:
    cases, claimed = waiting(world), due(world)
    instances.cancel(world.runtime, cases[3], SUPERVISOR, "moved away")

    settled = run_together(world.runtime, claimed)

    assert {job.process_instance_id for job in claimed if job.id not in settled} == {cases[3]}
    assert states(world.runtime)[cases[3]][0] == "cancelled"


def test_a_case_that_somebody_was_quicker_with_is_left_as_they_left_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases, claimed = waiting(world), due(world)
    save_several = StepStore.save_several

    def meanwhile(store: StepStore, steps: Any) -> set[int]:
        instances.cancel(world.runtime, cases[3], SUPERVISOR, "moved away")
        return save_several(store, steps)

    monkeypatch.setattr(StepStore, "save_several", meanwhile)
    settled = run_together(world.runtime, claimed)

    assert len(settled) == MANY - 1
    assert events(world.runtime, cases[3]) == ["case_started", "case_cancelled"]


def test_two_clocks_of_one_case_are_two_steps(world: World) -> None:
    world.deploy(TWO_CLOCKS)
    cases = [world.start().id for _ in range(3)]
    world.clock.move(days=1)

    assert tick(world.runtime, budget_s=60) == 6

    for case in cases:
        assert events(world.runtime, case) == ["case_started", "timer_fired", "timer_fired"]


def test_when_the_one_transaction_is_lost_each_case_is_struck_by_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(world, 5)

    def lost(_store: StepStore, _steps: Any) -> set[int]:
        raise ConflictError

    monkeypatch.setattr(StepStore, "save_several", lost)

    assert tick(world.runtime, budget_s=60) == 5
    assert set(states(world.runtime).values()) == {("completed", "done")}
