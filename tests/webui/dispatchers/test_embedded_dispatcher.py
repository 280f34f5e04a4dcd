"""The dispatcher inside the server's process: real threads, a real database file, no sleeping."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

from connectors.registry import Registry
from connectors.sandbox import sandbox_server
from connectors.sandbox.app import Sandbox
from connectors.sandbox.faults import Fault
from engine import scheduler
from engine.jobs import LEASE_MS
from engine.scheduler import ClaimedJob, next_moment, tick
from tests.engine.bundles import bundle
from tests.engine.jobs.services import ASKS, WAITS_BODY, WANG, happened, incidents, jobs, states
from webui.dispatching import embedded
from webui.dispatching.embedded import LEASE_LEFT_S, EmbeddedDispatcher

from .conftest import HeldRegistry, running, until

if TYPE_CHECKING:
    import pytest

    from tests.engine.support import World

NEVER_S = 3600.0
"""An interval after which no test looks: what happens was asked for by `wake`."""

WAITS = bundle(
    WAITS_BODY, key="w", process='linbang:caseNumber="W" linbang:title="name" linbang:startGroups="clerk"'
)


@dataclass
class CreepingClock:
    """A clock that goes on by ten milliseconds whenever somebody looks at it."""

    moment: datetime = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=10)
        return self.moment


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def ended(world: World, count: int) -> bool:
    return sum(state == "completed" for state, _ in states(world.runtime).values()) == count


def test_it_calls_outside_as_soon_as_a_case_asks(world: World) -> None:
    """The commit wakes it: the next regular tick is an hour away."""
    world.deploy(ASKS)
    with sandbox_server() as served:
        world.runtime.connectors = {"registry": Registry(served.registry_url)}
        with running(world, interval_s=NEVER_S) as dispatcher:
            until(lambda: dispatcher.last_tick is not None)
            world.start(**WANG)

            until(lambda: ended(world, 1))


def test_it_finds_what_is_due_without_being_told(world: World) -> None:
    """Moving the clock tells nobody; the next tick sees it."""
    world.deploy(WAITS)
    world.start("w")
    with running(world, interval_s=0.05):
        world.clock.move(days=1)

        until(lambda: ended(world, 1))


def test_it_wakes_for_a_moment_between_two_ticks(world: World) -> None:
    """A clock that strikes before the next tick is not late by a whole interval."""
    world.deploy(WAITS)
    world.start("w")
    moment = next_moment(world.runtime)
    assert moment is not None
    world.clock.moment = moment - timedelta(milliseconds=200)
    with running(world, interval_s=NEVER_S) as dispatcher:
        until(lambda: dispatcher.last_tick is not None)
        world.clock.moment = moment

        until(lambda: ended(world, 1))


def test_it_misses_no_moment_that_comes_while_it_looks(world: World) -> None:
    """Every look at this clock moves it: jobs fall due between one statement and the next."""
    world.deploy(WAITS)
    world.runtime.clock = creeping = CreepingClock()
    for _ in range(20):
        world.start("w")
    moment = next_moment(world.runtime)
    assert moment is not None
    creeping.moment = moment - timedelta(milliseconds=5)

    with running(world, interval_s=NEVER_S):
        until(lambda: ended(world, 20))


def test_it_begins_no_call_whose_lease_ends_soon(world: World, held: HeldRegistry) -> None:
    """It waited too long for a caller; another claim gives it a whole lease again."""
    world.deploy(ASKS)
    with running(world, interval_s=NEVER_S) as dispatcher:
        until(lambda: dispatcher.last_tick is not None)
        world.runtime.wake = lambda: None
        world.start(**WANG)
        (job,) = world.runtime.jobs.claim(world.runtime.now_ms(), now_ms(), LEASE_MS, 7, 1)

        dispatcher._hand_over(ClaimedJob(job, 7, until=time.monotonic() + LEASE_LEFT_S - 1))

        until(lambda: jobs(world.runtime)[0].lease_until is None)
    assert held.calls == []
    assert jobs(world.runtime)[0].attempts == 0


def test_it_queues_no_more_calls_than_it_may(
    world: World, held: HeldRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is beyond stays claimed, so that nobody spins, and comes again when its lease ends."""
    monkeypatch.setattr(embedded, "MAX_QUEUED_CALLS", 1)
    world.deploy(ASKS)
    for _ in range(3):
        world.start(**WANG)
    with running(world, callers=1, interval_s=0.02) as dispatcher:
        assert held.begun.wait(5)
        until(lambda: dispatcher.last_tick is not None)
        held.go_on.set()
        until(lambda: ended(world, 1))

    assert len(held.calls) == 1
    assert [job.lease_until is not None for job in jobs(world.runtime)] == [True, True]


def test_it_keeps_clocks_going_while_calls_last(world: World, held: HeldRegistry) -> None:
    """More calls than callers, none of which answers: a clock strikes all the same."""
    world.deploy(ASKS)
    world.deploy(WAITS)
    for _ in range(3):
        world.start(**WANG)
    waiting = world.start("w")
    with running(world, callers=1):
        assert held.begun.wait(5)
        world.clock.move(days=1)

        until(lambda: states(world.runtime)[waiting.id] == ("completed", "done"))
        assert held.calls == held.calls[:1]
        held.go_on.set()
        until(lambda: ended(world, 4))
    assert len(set(held.calls)) == 3


def test_it_fires_each_clock_once_with_two_processes(world: World, other: World) -> None:
    """Both look at the same moment; the lease and the case's version decide."""
    world.deploy(WAITS)
    cases = [world.start("w").id for _ in range(60)]
    world.clock.move(days=1)
    with running(world, interval_s=0.05), running(other, interval_s=0.05):
        until(lambda: ended(world, len(cases)))

    counted = happened(world.runtime)
    assert [counted[case, "timer_fired"] for case in cases] == [1] * len(cases)
    assert jobs(world.runtime) == []


def test_it_lets_what_runs_finish_when_it_stops(world: World, held: HeldRegistry) -> None:
    """The answer that is under way is kept; what was only queued is free for the next process at once."""
    world.deploy(ASKS)
    for _ in range(3):
        world.start(**WANG)
    dispatcher = EmbeddedDispatcher(world.runtime, callers=1)
    dispatcher.start()
    assert held.begun.wait(5)
    stopping = Thread(target=dispatcher.stop)
    stopping.start()

    until(lambda: [job.lease_until is None for job in jobs(world.runtime)].count(True) == 2)
    assert stopping.is_alive()
    held.go_on.set()
    stopping.join(5)

    assert ended(world, 1)
    assert tick(world.runtime) == 2


def test_it_waits_no_longer_than_told_when_it_stops(
    world: World, held: HeldRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    world.deploy(ASKS)
    world.start(**WANG)
    dispatcher = EmbeddedDispatcher(world.runtime)
    dispatcher.start()
    assert held.begun.wait(5)

    dispatcher.stop(within_s=0.05)

    assert "1 calls still run" in caplog.text
    held.go_on.set()
    until(lambda: ended(world, 1))


def test_it_takes_up_nothing_after_it_has_stopped(world: World, held: HeldRegistry) -> None:
    world.deploy(ASKS)
    with running(world) as dispatcher:
        until(lambda: dispatcher.last_tick is not None)

    dispatcher.wake()
    world.start(**WANG)

    assert held.calls == []
    assert jobs(world.runtime)[0].lease_until is None


def test_it_can_be_started_again(world: World, held: HeldRegistry) -> None:
    world.deploy(ASKS)
    held.go_on.set()
    with running(world) as dispatcher:
        dispatcher.stop()
        dispatcher.start()
        dispatcher.start()
        world.start(**WANG)

        until(lambda: ended(world, 1))


def test_it_never_ticks_twice_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is woken; and a wish that comes during a tick is not lost."""
    begun, go_on, inside, most = Event(), Event(), [0], [0]
    times = []

    def watched(*_: object, **__: object) -> int:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        times.append(1)
        begun.set()
        assert go_on.wait(5)
        inside[0] -= 1
        return 0

    monkeypatch.setattr(scheduler, "tick", watched)
    with running(world, interval_s=0.02) as dispatcher:
        assert begun.wait(5)
        for _ in range(50):
            dispatcher.wake()
        go_on.set()

        until(lambda: len(times) > 5)
    assert most == [1]


def test_it_survives_a_tick_that_fails(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A database that is away for a while does not end background work; the heart stands still meanwhile."""
    world.deploy(WAITS)
    world.start("w")
    world.clock.move(days=1)
    whole = world.runtime.jobs
    world.runtime.jobs = None  # type: ignore[assignment]  # every use of it fails
    with running(world, interval_s=0.02) as dispatcher:
        until(lambda: "a tick failed" in caplog.text)
        assert dispatcher.last_tick is None
        world.runtime.jobs = whole

        until(lambda: ended(world, 1))
        until(lambda: dispatcher.last_tick is not None)


def test_it_survives_a_connector_that_breaks(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A bug in a connector is logged and becomes an incident; the others go on."""

    class Broken:
        name = "registry"
        operations: dict[str, object] = {}  # noqa: RUF012 - never changed

        def call(self, _: object) -> None:
            raise RuntimeError("a bug")

    caplog.set_level(logging.WARNING)
    world.runtime.connectors = {"registry": Broken()}
    world.deploy(ASKS)
    world.deploy(WAITS)
    world.start(**WANG)
    with running(world, interval_s=0.05):
        until(lambda: "failed in case" in caplog.text)
        world.start("w")
        world.clock.move(days=1)

        until(lambda: ended(world, 1))


def test_its_heart_beats_by_the_machines_clock(world: World) -> None:
    """The movable clock may stand still for days; the heart may not."""
    began = datetime.now(UTC)
    with running(world, interval_s=0.02) as dispatcher:
        until(lambda: dispatcher.last_tick is not None and dispatcher.last_tick >= began)
        first = dispatcher.last_tick
        assert first is not None

        until(lambda: dispatcher.last_tick is not None and dispatcher.last_tick > first)


def test_it_ends_every_case_though_the_registry_fails_now_and_then(world: World) -> None:
    """Forty cases, four callers, faults at random, a clock that is moved on until nothing waits."""
    sandbox = Sandbox()
    sandbox.faults.replace([Fault("error", 0.3), Fault("down", 0.2), Fault("doubled", 0.2)], seed=3)
    world.deploy(ASKS)
    with sandbox_server(sandbox) as served:
        world.runtime.connectors = {"registry": Registry(served.registry_url)}
        with running(world, interval_s=0.02):
            cases = [world.start(**WANG).id for _ in range(40)]

            def settled() -> bool:
                world.clock.move(minutes=1)
                return not jobs(world.runtime)

            until(settled, within_s=30)

    standing = {row.process_instance_id for row in incidents(world.runtime)}
    found = states(world.runtime)
    assert {case for case in cases if found[case][0] == "active"} == standing
    assert set(sandbox.effects.counted().values()) == {1}
    assert len(sandbox.effects.counted()) == len(cases) - len(standing)
