"""A job belongs to one worker for the length of a lease; a worker that died loses it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.jobs import LEASE_MS, run
from engine.scheduler import ClaimedJob, give_back, tick

from .conftest import AskedRegistry, ScriptedRegistry
from .services import ASKS, WAITS, WANG, events, jobs, states

if TYPE_CHECKING:
    from engine.ports import Call
    from tests.engine.support import World

ANSWER = {"wage": 1}


def claim(world: World, *, seconds_ago: float) -> ClaimedJob:
    """Claim the one due job as another worker did that long ago."""
    wall = time.time_ns() // 1_000_000 - int(seconds_ago * 1000)
    token = world.runtime.ids.next()
    (job,) = world.runtime.jobs.claim(world.runtime.now_ms(), wall, LEASE_MS, token, 10)
    return ClaimedJob(job, token, time.monotonic() + LEASE_MS / 1000 - seconds_ago)


def test_it_leaves_alone_what_another_worker_has(world: World, registry: AskedRegistry) -> None:
    world.deploy(ASKS)
    world.start(**WANG)
    claim(world, seconds_ago=1)

    assert tick(world.runtime) == 0
    assert registry.keys == []


def test_it_takes_over_from_a_worker_that_died(world: World, registry: AskedRegistry) -> None:
    """Nobody has to notice the death: the lease simply ends."""
    world.deploy(ASKS)
    case = world.start(**WANG)
    claim(world, seconds_ago=LEASE_MS / 1000 + 1)

    assert tick(world.runtime) == 1
    assert states(world.runtime)[case.id] == ("completed", "done")


def test_it_runs_at_once_what_a_worker_gave_back(world: World, registry: AskedRegistry) -> None:
    world.deploy(ASKS)
    world.start(**WANG)
    claimed = claim(world, seconds_ago=1)

    give_back(world.runtime, claimed)

    assert jobs(world.runtime)[0].attempts == 0
    assert tick(world.runtime) == 1


def test_it_gives_back_nothing_that_another_worker_has_meanwhile(
    world: World, registry: AskedRegistry
) -> None:
    """The token of a lease that ended proves nothing any more."""
    world.deploy(ASKS)
    world.start(**WANG)
    dead = claim(world, seconds_ago=LEASE_MS / 1000 + 1)
    claim(world, seconds_ago=0)

    give_back(world.runtime, dead)

    assert tick(world.runtime) == 0


def test_it_changes_nothing_when_an_answer_comes_after_another_worker_brought_it(world: World) -> None:
    """A worker was taken for dead while its call went on; its late answer finds that nobody waits."""
    given = []

    def script(_: Call) -> object:
        if not given:
            given.append("slow")
            assert tick(world.runtime) == 1  # the other worker, meanwhile
        return ANSWER

    world.runtime.connectors = {"registry": ScriptedRegistry(script)}
    world.deploy(ASKS)
    case = world.start(**WANG)
    slow = claim(world, seconds_ago=LEASE_MS / 1000 + 1)

    run(world.runtime, slow.job, slow.token)

    assert events(world.runtime, case.id) == ["case_started", "service_answered"]
    assert states(world.runtime)[case.id] == ("completed", "done")


def test_it_fires_a_clock_once_for_two_workers_with_the_same_job(world: World) -> None:
    world.deploy(WAITS)
    case = world.start()
    world.clock.move(days=1)
    slow = claim(world, seconds_ago=LEASE_MS / 1000 + 1)
    assert tick(world.runtime) == 1

    run(world.runtime, slow.job, slow.token)

    assert events(world.runtime, case.id) == ["case_started", "timer_fired"]
