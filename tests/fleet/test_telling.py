"""Who is told of what is due: once for many wishes, and never at the cost of whoever wished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from engine.draining import Shift
from engine.store import Database
from tests.engine.jobs.services import WANG
from webui.dispatching import queue
from webui.dispatching.notifier import Notifier
from webui.dispatching.ticker import INTERVAL_S, Ticker

from .conftest import SILENT_S, Fleet
from .test_workers import queued


@pytest.fixture
def heard(fleet: Fleet) -> Iterator[psycopg.Connection]:
    """A line on which a worker hears that something is due."""
    with psycopg.connect(**fleet.found.runtime.database.driver_arguments, autocommit=True) as line:
        line.execute(f"LISTEN {queue.DUE}")
        yield line


def look(fleet: Fleet) -> float:
    """Look as one worker does; each time as another one."""
    runtime = fleet.found.runtime
    with closing(Ticker(runtime, Shift(runtime, SILENT_S))) as ticker:
        return ticker.look()


def make_all_due(fleet: Fleet) -> None:
    with fleet.found.runtime.database.writing() as connection:
        connection.exec_driver_sql("UPDATE job SET due_at = 1")


def test_many_wishes_are_told_at_once(fleet: Fleet, heard: psycopg.Connection) -> None:
    notifier = Notifier(fleet.found.runtime.database)
    for _ in range(1_000):
        notifier.wake()

    notifier.start()
    told = list(heard.notifies(timeout=5, stop_after=1))
    notifier.stop()

    assert len(told) == 1
    assert list(heard.notifies(timeout=0)) == []


def test_a_wish_that_cannot_be_told_costs_nobody_anything() -> None:
    """The database is away: workers look by themselves when it is back."""
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    notifier = Notifier(database)
    notifier.start()

    notifier.wake()
    notifier.stop()

    assert not notifier._thread.is_alive()
    database.close()


def test_it_tells_again_after_its_line_broke(fleet: Fleet, heard: psycopg.Connection) -> None:
    notifier = Notifier(fleet.found.runtime.database)
    notifier.start()
    notifier.wake()
    assert list(heard.notifies(timeout=5, stop_after=1))
    with fleet.found.runtime.database.writing() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'SELECT pg_notify%%'"
        )

    def told() -> bool:
        notifier.wake()
        return bool(list(heard.notifies(timeout=0.05, stop_after=1)))

    fleet.wait_for(told)
    notifier.stop()


def test_what_two_workers_find_due_is_queued_once(fleet: Fleet) -> None:
    for _ in range(3):
        fleet.world.start("w")
    runtime = fleet.found.runtime
    make_all_due(fleet)
    buckets = Shift(runtime, SILENT_S).due_buckets()

    look(fleet)
    look(fleet)

    assert queued(fleet) == [("linbang.drain", "todo")] * len(buckets)


def test_a_look_that_is_queued_already_is_not_queued_again(fleet: Fleet) -> None:
    fleet.world.start("a", **WANG)
    make_all_due(fleet)

    look(fleet)

    assert queued(fleet) == [("linbang.look", "todo")]


def test_it_looks_again_when_the_next_clock_falls_due(fleet: Fleet) -> None:
    assert look(fleet) == INTERVAL_S

    fleet.world.start("w")

    assert 0 < look(fleet) < INTERVAL_S
