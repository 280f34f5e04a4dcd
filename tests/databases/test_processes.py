"""Several processes on one PostgreSQL: one wins, the others are told the truth, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import text

from engine import user_tasks
from engine.errors import Busy, InvalidState
from engine.ids import IdSource
from engine.runtime import Runtime, open_runtime
from engine.store import Database
from engine.store.failures import ConflictError
from engine.store.filters import FilterRow
from engine.store.rows import Saved
from engine.store.settings import SettingStore
from tests.engine.support import ALICE, World
from tests.engine.test_concurrency import at_once


@pytest.fixture
def other(world: World) -> Iterator[Runtime]:
    """Another process on the same database: its own connections and ids, the same clock."""
    mine = world.runtime
    database = Database(mine.database.engine.url.render_as_string(hide_password=False))
    yield open_runtime(
        database,
        clock=mine.clock,
        ids=IdSource(1),
        sealer=mine.sealer,
        calendar=mine.calendar,
        groups=mine.groups,
    )
    database.close()


def test_a_task_is_completed_by_one_of_two_processes(world: World, other: Runtime) -> None:
    for _ in range(5):
        world.start(a="1")
        task = world.task(ALICE, "ask")
        user_tasks.claim(world.runtime, task, ALICE)

        results = at_once(
            partial(user_tasks.complete, world.runtime, task, ALICE, {"a": "here"}),
            partial(user_tasks.complete, other, task, ALICE, {"a": "there"}),
        )

        lost = [result for result in results if result is not None]
        assert [(type(result), result.code) for result in lost] == [(InvalidState, "task_not_open")]
        user_tasks.claim(other, world.task(ALICE, "check"), ALICE)
        user_tasks.complete(other, world.task(ALICE, "check"), ALICE, {"a": "1"})


def test_a_step_that_was_overtaken_saves_nothing(world: World, other: Runtime) -> None:
    world.start(a="1")
    row, _tasks = world.runtime.steps.load_by_task(world.task(ALICE, "ask"))
    user_tasks.claim(other, world.task(ALICE, "ask"), ALICE)
    newest, _tasks = other.steps.load(row.id)

    link = world.runtime.steps.load(row.id)  # the old version is what is saved below
    assert link is not None
    with pytest.raises(ConflictError):
        world.runtime.steps.save(Saved(row, row.state, None, None, None, _any_link(world, row.id)))

    assert other.steps.load(row.id)[0] == newest


def test_cases_started_at_once_have_numbers_of_their_own(world: World, other: Runtime) -> None:
    there = World(other, world.clock)

    results = at_once(*[partial(one.start, a="1") for one in (world, there) * 6])

    assert sorted(result.business_key for result in results) == [f"T-2026-{n:06d}" for n in range(1, 13)]


def test_a_due_job_is_claimed_by_one_of_two_processes(world: World, other: Runtime) -> None:
    for _ in range(20):
        world.start(a="1")
    with world.runtime.database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO job (tenant_id, id, process_instance_id, bucket, kind, target, due_at, state, attempts)"
                " SELECT 1, n, n, 0, 'clock', 'x', n, 'waiting', 0 FROM generate_series(1, 200) AS n"
            )
        )

    results = at_once(*[partial(one.jobs.claim, 500, 0, 1000, 7, 30) for one in (world.runtime, other) * 4])

    claimed = [job.id for result in results for job in result]
    assert len(claimed) == len(set(claimed)) == 200
    assert max(len(result) for result in results) <= 30


def test_what_is_looked_up_before_it_is_written_is_still_so(world: World, other: Runtime) -> None:
    """Eight processes save a filter at once where five are allowed."""
    rows = [FilterRow(number, 12, f"f{number}", "", None, 0) for number in range(8)]

    results = at_once(
        *[partial(one.filters.add, row, 5) for one, row in zip((world.runtime, other) * 4, rows, strict=True)]
    )

    assert results.count(True) == 5
    assert len(world.runtime.filters.seen_by(12, [])) == 5


def test_processes_lease_numbers_of_their_own(world: World, other: Runtime) -> None:
    stores = [SettingStore(one.database, 1) for one in (world.runtime, other) * 4]

    numbers = at_once(
        *[partial(store.lease_process_number, token, 0, 1000) for token, store in enumerate(stores)]
    )

    assert sorted(numbers) == list(range(8))


def test_a_value_is_put_by_many_at_once(world: World, other: Runtime) -> None:
    stores = [SettingStore(one.database, 1) for one in (world.runtime, other) * 4]

    results = at_once(*[partial(store.put, "k", str(number)) for number, store in enumerate(stores)])

    assert results == [None] * 8
    assert stores[0].get("k") in {str(number) for number in range(8)}


def test_two_that_wait_for_each_other_are_told_that_others_were_quicker(world: World) -> None:
    """PostgreSQL ends one of two transactions that wait for each other; that one may try again."""
    database = world.runtime.database
    SettingStore(database, 1).put("x", "0")
    SettingStore(database, 1).put("y", "0")
    change = text("UPDATE setting SET value = value || '1' WHERE key = :key")

    def both(first: str, second: str) -> None:
        with database.writing() as connection:
            connection.execute(change, {"key": first})
            connection.execute(text("SELECT pg_sleep(0.2)"))
            connection.execute(change, {"key": second})

    results = at_once(partial(both, "x", "y"), partial(both, "y", "x"))

    assert sorted(type(result) for result in results if result) == [Busy]
    assert SettingStore(database, 1).get("x") == "01"


def _any_link(world: World, case_id: int):
    from engine.history import GENESIS, Link, make_link

    return make_link(world.runtime.sealer, case_id, (1, GENESIS), Link(0, 0, "x", None, None, {}))
