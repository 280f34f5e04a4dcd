"""A tick runs what is due, and no more than it has time for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from engine.scheduler import BATCH, ClaimedJob, next_moment, tick
from tests.engine.bundles import bundle, chain

from .services import ASKS, BEGIN, DONE, MUST_BE_DONE, WAITS, WAITS_BODY, WANG, call, events, jobs, states

if TYPE_CHECKING:
    from tests.engine.support import World

    from .conftest import AskedRegistry


def test_it_has_nothing_to_do_in_a_new_installation(world: World) -> None:
    assert tick(world.runtime) == 0
    assert next_moment(world.runtime) is None


def test_it_says_when_the_next_job_is_due(world: World) -> None:
    world.deploy(WAITS)
    world.start()

    assert next_moment(world.runtime) == world.clock.now() + timedelta(days=1)


def test_it_leaves_what_is_not_due(world: World) -> None:
    world.deploy(WAITS)
    world.start()
    world.clock.move(hours=23, minutes=59, seconds=59)

    assert tick(world.runtime) == 0


def test_it_runs_what_only_became_due_through_what_it_ran(world: World, registry: AskedRegistry) -> None:
    """Two calls in a row are one tick."""
    twice = bundle(
        BEGIN + call("ask_once") + call("ask_again") + DONE + chain("begin", "ask_once", "ask_again", "done")
    )
    world.deploy(twice)
    case = world.start(**WANG)

    assert tick(world.runtime) == 2
    assert states(world.runtime)[case.id] == ("completed", "done")


def test_it_runs_more_than_one_batch(world: World) -> None:
    world.deploy(WAITS)
    for _ in range(BATCH + 3):
        world.start()
    world.clock.move(days=1)

    assert tick(world.runtime, budget_s=60) == BATCH + 3
    assert jobs(world.runtime) == []


def test_it_gives_back_what_it_has_no_time_for(world: World) -> None:
    """One job at least is run, so that a slow machine goes on; the others are free for anybody."""
    world.deploy(WAITS)
    for _ in range(3):
        world.start()
    world.clock.move(days=1)

    assert [tick(world.runtime, budget_s=0) for _ in range(4)] == [1, 1, 1, 0]


def test_it_hands_over_calls_and_runs_clocks(world: World, registry: AskedRegistry) -> None:
    """A clock does not wait for an outside system."""
    world.deploy(ASKS)
    world.start(**WANG)
    other = 'linbang:caseNumber="W" linbang:title="name" linbang:startGroups="clerk"'
    world.deploy(bundle(WAITS_BODY, key="w", process=other))
    waiting = world.start("w")
    world.clock.move(days=1)
    handed: list[ClaimedJob] = []

    assert tick(world.runtime, hand_over=handed.append) == 2

    assert [item.job.kind for item in handed] == ["call"]
    assert registry.keys == []
    assert states(world.runtime)[waiting.id] == ("completed", "done")


def test_it_warns_and_then_breaches_a_deadline(world: World) -> None:
    """Four working days from a Monday end on Friday; the warning comes when one of them is left."""
    world.deploy(MUST_BE_DONE)
    case = world.start()
    seen = []
    for _ in range(2):
        moment = next_moment(world.runtime)
        assert moment is not None
        world.clock.moment = moment + timedelta(milliseconds=1)
        assert tick(world.runtime) == 1
        seen.append(world.clock.moment.astimezone(world.runtime.calendar.zone).date().isoformat())

    assert seen == ["2026-03-05", "2026-03-06"]
    assert events(world.runtime, case.id) == ["case_started", "deadline_struck", "deadline_struck"]
    assert next_moment(world.runtime) is None


@pytest.mark.parametrize("late_s", [0, 0.001, 3600])
def test_it_looks_after_a_deadline_once_however_late_it_comes(world: World, late_s: float) -> None:
    world.deploy(MUST_BE_DONE)
    world.start()
    for _ in range(2):
        moment = next_moment(world.runtime)
        assert moment is not None
        world.clock.moment = moment + timedelta(seconds=late_s)
        tick(world.runtime)

    assert jobs(world.runtime) == []
