"""The database's last word lost, its disk full: people hear what is true, and a step is never done twice."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import user_tasks
from engine.errors import DatabaseAway, DatabaseFull
from engine.store.cases import CaseStore
from tests.databases.server import Server, own_server
from tests.engine.bundles import FOUR_TASKS, bundle
from tests.engine.support import ALICE, World, make_world, make_world_at

from .boundaries import AFTER, BEGIN, Watch, watch
from .places import wait_for
from .player import limit_files


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    with own_server(durable=True) as server:
        yield server


@pytest.fixture
def far(own: Server) -> Iterator[World]:
    """Give an installation on a server that may be ended."""
    with own.connect() as connection:
        connection.execute("DROP DATABASE IF EXISTS far WITH (FORCE)")
        connection.execute("CREATE DATABASE far")
    made = make_world_at(own.url("far"))
    yield made
    made.runtime.database.close()


@pytest.fixture
def near(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    yield made
    made.runtime.database.close()


def claimed_task(world: World) -> tuple[int, int]:
    """Give the case and the one task, which Alice has."""
    world.deploy(bundle(FOUR_TASKS))
    case = world.start().id
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)
    return case, task


def watched(world: World) -> Watch:
    """Let new connections be watched, and every old one be closed."""
    found = watch(world.runtime.database.engine)
    world.runtime.database.engine.dispose()
    return found


def history_of(world: World, case: int) -> list[str]:
    return [row.event for row in CaseStore(world.runtime.database, 1).history(case)]


def test_a_step_whose_commit_was_not_answered_is_not_done_again(far: World, own: Server) -> None:
    """Given a completion that is committed, when the server crashes before it says so, then the person is told to
    look, and it stands in the history once.
    """
    case, task = claimed_task(far)
    watching = watched(far)

    def crash(moment: str, _count: int, connection) -> None:
        if moment == AFTER:
            watching.hears = lambda *_: None
            own.stop(signal.SIGQUIT)
            own.start()
            connection.execute("SELECT 1")  # which is when it finds out that nobody is there

    watching.hears = crash
    with pytest.raises(DatabaseAway):
        user_tasks.complete(far.runtime, task, ALICE, {})

    assert history_of(far, case) == ["case_started", "user_task_claimed", "user_task_completed"]


def test_a_server_that_cannot_write_its_log_is_away_until_it_has_room(far: World, own: Server) -> None:
    """PostgreSQL crashes where its log does not fit; the person is told, and the step goes well later."""
    case, task = claimed_task(far)
    watching = watched(far)

    def fill(moment: str, _count: int, connection) -> None:
        if moment == BEGIN:
            limit_files(connection.info.backend_pid, 0)

    watching.hears = fill
    with pytest.raises((DatabaseAway, DatabaseFull)):
        user_tasks.complete(far.runtime, task, ALICE, {})
    watching.hears = lambda *_: None
    far.runtime.database.engine.dispose()
    wait_for(own)
    assert history_of(far, case) == ["case_started", "user_task_claimed"]

    user_tasks.complete(far.runtime, task, ALICE, {})

    assert history_of(far, case)[2:] == ["user_task_completed"]


@pytest.mark.only_sqlite("SQLite's own limit")
def test_a_full_disk_is_said_to_be_full_and_nothing_of_the_step_is_left(near: World) -> None:
    case, task = claimed_task(near)
    watching = watched(near)
    full = []

    def fill(moment: str, _count: int, connection) -> None:
        if moment == BEGIN and not full:
            full.append(connection)
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")

    watching.hears = fill
    with pytest.raises(DatabaseFull) as caught:
        save_long_drafts(near, task)
    assert caught.value.code == "database_full"
    full[0].execute("PRAGMA max_page_count = 1000000")

    user_tasks.complete(near.runtime, task, ALICE, {})

    assert history_of(near, case)[2:] == ["user_task_completed"]


def save_long_drafts(world: World, task: int) -> None:
    """Write more than what lies free in the file."""
    long = random.Random(7).randbytes(100_000).hex()
    for _ in range(20):
        user_tasks.save_draft(world.runtime, task, ALICE, {"a": long})
