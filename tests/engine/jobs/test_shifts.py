"""Several workers share what is due: by bucket and by job, under leases that are renewed, and given back at the end."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from engine.draining import BATCH, Shift
from engine.ids import IdSource
from engine.ports import ConnectorError
from engine.runtime import open_runtime
from engine.store.leases import LeaseStore
from engine.store.step_rows import bucket_of
from tests.engine.bundles import bundle

from .services import ASKS, WAITS_BODY, WANG, happened, jobs, states

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.ports import Call
    from engine.runtime import Runtime
    from tests.engine.support import World

LEASE_S = 60.0
WAITS = bundle(
    WAITS_BODY, key="w", process='linbang:caseNumber="W" linbang:title="name" linbang:startGroups="clerk"'
)


class Registry:
    """A connector that lets the test do something while a call is under way."""

    name = "registry"
    operations: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.meanwhile = meanwhile
        self.calls = 0

    def call(self, _call: Call) -> Any:
        self.calls += 1
        self.meanwhile()
        return {"wage": 1}


def answering(world: World, meanwhile: Callable[[], object] = lambda: None) -> Registry:
    registry = Registry(meanwhile)
    world.runtime.connectors = {"registry": registry}
    return registry


def other_process(world: World) -> Runtime:
    mine = world.runtime
    return open_runtime(
        mine.database,
        clock=world.clock,
        ids=IdSource(1),
        sealer=mine.sealer,
        calendar=mine.calendar,
        groups=mine.groups,
        connectors=mine.connectors,
    )


def leases(world: World) -> list[int | None]:
    return [job.lease_until for job in jobs(world.runtime)]


def all_in_one_bucket(world: World) -> None:
    with world.runtime.database.writing() as connection:
        connection.exec_driver_sql("UPDATE job SET bucket = 7")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_it_finds_the_buckets_with_clocks_that_are_due(world: World) -> None:
    world.deploy(WAITS)
    cases = [world.start("w").id for _ in range(5)]
    shift = Shift(world.runtime, LEASE_S)
    assert shift.due_buckets() == []

    world.clock.move(days=1)

    assert shift.due_buckets() == sorted({bucket_of(case) for case in cases})


def test_it_strikes_the_clocks_of_one_bucket(world: World) -> None:
    world.deploy(WAITS)
    cases = [world.start("w").id for _ in range(8)]
    world.clock.move(days=1)
    bucket = bucket_of(cases[0])

    assert not Shift(world.runtime, LEASE_S).drain(bucket, 5)

    ended = {case for case, (state, _) in states(world.runtime).items() if state == "completed"}
    assert ended == {case for case in cases if bucket_of(case) == bucket}


def test_it_makes_no_calls_while_it_strikes_clocks(world: World) -> None:
    """An outside system that does not answer keeps no clock waiting."""
    registry = answering(world)
    world.deploy(ASKS)
    case = world.start(**WANG).id

    shift = Shift(world.runtime, LEASE_S)

    assert shift.due_buckets() == []
    assert not shift.drain(bucket_of(case), 5)
    assert registry.calls == 0


def test_it_gives_back_what_it_has_no_time_for(world: World) -> None:
    world.deploy(WAITS)
    for _ in range(3):
        world.start("w")
    all_in_one_bucket(world)
    world.clock.move(days=1)

    assert Shift(world.runtime, LEASE_S).drain(7, 0)

    assert leases(world) == [None] * 3
    assert [job.attempts for job in jobs(world.runtime)] == [0] * 3


def test_it_goes_on_until_a_bucket_is_empty(world: World) -> None:
    world.deploy(WAITS)
    for _ in range(BATCH + 2):
        world.start("w")
    all_in_one_bucket(world)
    world.clock.move(days=1)

    assert not Shift(world.runtime, LEASE_S).drain(7, 60)

    assert jobs(world.runtime) == []


def test_it_looks_at_one_job(world: World) -> None:
    answering(world)
    world.deploy(ASKS)
    case = world.start(**WANG).id
    (job,) = jobs(world.runtime)

    assert Shift(world.runtime, LEASE_S).look(job.id)

    assert states(world.runtime)[case] == ("completed", "done")
    assert not Shift(world.runtime, LEASE_S).look(job.id)


def test_it_leaves_alone_what_another_worker_does(world: World) -> None:
    """Told twice of one job: the second look finds it held, and changes nothing."""
    world.deploy(ASKS)
    looked = []
    registry = answering(world, lambda: looked.append(second.look(job.id)))
    world.start(**WANG)
    (job,) = jobs(world.runtime)
    second = Shift(other_process(world), LEASE_S)

    assert Shift(world.runtime, LEASE_S).look(job.id)

    assert (looked, registry.calls) == ([False], 1)


def test_it_leaves_alone_what_is_not_due(world: World) -> None:
    world.deploy(WAITS)
    world.start("w")
    (job,) = jobs(world.runtime)

    assert not Shift(world.runtime, LEASE_S).look(job.id)


def test_it_holds_longer_what_still_runs(world: World) -> None:
    world.deploy(ASKS)
    found: list[int | None] = []
    shift = Shift(world.runtime, 0.001)

    def meanwhile() -> None:
        shift._lease_ms = 60_000
        shift.renew()
        found.extend(leases(world))

    answering(world, meanwhile)
    world.start(**WANG)

    shift.look(jobs(world.runtime)[0].id)

    (until,) = found
    assert until is not None
    assert until > now_ms() + 30_000


def test_it_holds_no_longer_what_somebody_else_has_taken_up(world: World) -> None:
    """A worker that was thought dead comes back: the token says that the job is not its own any more."""
    world.deploy(ASKS)
    taken: list[int | None] = []
    slow = Shift(world.runtime, -1)

    def meanwhile() -> None:
        claimed = world.runtime.jobs.claim_one(job.id, world.runtime.now_ms(), now_ms(), 60_000, 77)
        assert claimed is not None
        before = leases(world)
        slow.renew()
        slow.give_back()
        taken.extend(before)
        assert leases(world) == before

    answering(world, meanwhile)
    world.start(**WANG)
    (job,) = jobs(world.runtime)

    assert slow.look(job.id)

    assert taken != [None]
    assert states(world.runtime)[job.process_instance_id][0] == "completed"


def test_it_gives_back_what_still_runs_at_the_end(world: World) -> None:
    """The other worker's answer counts, and the late one changes nothing."""
    world.deploy(ASKS)
    ends: list[int] = []
    shift = Shift(world.runtime, LEASE_S)

    def meanwhile() -> None:
        if not ends:
            shift.end()
            ends.append(shift.give_back())
            assert Shift(other_process(world), LEASE_S).look(job.id)

    registry = answering(world, meanwhile)
    case = world.start(**WANG).id
    (job,) = jobs(world.runtime)

    shift.look(job.id)

    assert (ends, registry.calls) == ([1], 2)
    assert happened(world.runtime)[case, "service_answered"] == 1
    assert jobs(world.runtime) == []


def test_it_begins_nothing_more_at_the_end(world: World) -> None:
    registry = answering(world)
    world.deploy(ASKS)
    case = world.start(**WANG).id
    shift = Shift(world.runtime, LEASE_S)

    shift.end()

    assert not shift.look(jobs(world.runtime)[0].id)
    assert not shift.drain(bucket_of(case), 5)
    assert registry.calls == 0


def test_a_call_that_nobody_was_told_of_comes_up_after_a_moment(world: World) -> None:
    """Tried again, or written by a process that tells nobody: found by whoever looks."""
    world.deploy(ASKS)
    registry = answering(world)

    def down() -> None:
        raise ConnectorError("no answer", code="registry_down")

    registry.meanwhile = down
    world.start(**WANG)
    shift = Shift(world.runtime, LEASE_S)
    (job,) = jobs(world.runtime)
    assert shift.due_calls() == []
    shift.look(job.id)
    assert shift.seconds_to_next() == pytest.approx(300)

    world.clock.move(minutes=5, seconds=1)

    assert shift.due_calls() == [job.id]


def test_it_knows_when_the_next_job_falls_due_though_others_are_overdue(world: World) -> None:
    world.deploy(WAITS)
    world.start("w")
    world.clock.move(hours=23)
    world.start("w")
    world.clock.move(hours=2)

    assert Shift(world.runtime, LEASE_S).seconds_to_next() == pytest.approx(22 * 3600)


def test_one_process_at_a_time_has_a_lease(world: World) -> None:
    store, now = LeaseStore(world.runtime.database, 1), int(datetime.now(UTC).timestamp() * 1000)

    assert store.take("house", 1, now, now + 100)
    assert not store.take("house", 2, now + 50, now + 150)
    assert store.take("house", 1, now + 90, now + 190)
    assert not store.take("house", 2, now + 150, now + 250)
    assert store.take("house", 2, now + 191, now + 291)
    store.give_up("house", 1)
    assert not store.take("house", 1, now + 200, now + 300)
    store.give_up("house", 2)
    assert store.take("house", 1, now + 200, now + 300)
