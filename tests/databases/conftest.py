"""A small installation on PostgreSQL, whatever the run is on, and a server that a test may end and start."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import user_tasks
from engine.cases import add_attachment, add_comment
from engine.runtime import open_runtime
from engine.store import Database
from engine.store.cases import CaseStore
from engine.store.schema import metadata
from tests.engine.bundles import bundle, chain, node, user_task
from tests.engine.support import ALICE, World, make_world_at

from .pool import postgresql_url
from .server import Server, own_server

TWO_TASKS = bundle(
    node("startEvent", "begin", attributes='linbang:form="a"')
    + user_task("ask", form="a")
    + user_task("check", form="a")
    + node("endEvent", "done")
    + chain("begin", "ask", "check", "done")
)


def fill(world: World, cases: int = 3) -> None:
    """Let cases run: some open, one done, with a draft, a comment and a file of 100 kB."""
    world.deploy(TWO_TASKS)
    runtime, store = world.runtime, CaseStore(world.runtime.database, 1)
    started = [world.start(a=f"王小明{number}") for number in range(cases)]
    tasks = {row.process_instance_id: row.user_task_id for row in world.inbox(ALICE)}
    for case in started:
        user_tasks.claim(runtime, tasks[case.id], ALICE)
    user_tasks.save_draft(runtime, tasks[started[0].id], ALICE, {"a": "half"})
    add_comment(runtime, store, started[0].id, ALICE, "A word about it")
    content = b"%PDF-1.7 " + random.Random(7).randbytes(100_000)
    add_attachment(
        runtime, store, ALICE, "id.pdf", content, process_instance_id=started[0].id, user_task_id=None
    )
    for element in ("ask", "check"):
        task = next(one.id for one in store.whole(started[1].id).open_tasks if one.element_id == element)
        if element == "check":
            user_tasks.claim(runtime, task, ALICE)
        user_tasks.complete(runtime, task, ALICE, {"a": "好"})


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Give all rows of all tables."""
    with database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


def at(world: World, database: Database) -> World:
    """Open another database with the same clock and key."""
    mine = world.runtime
    runtime = open_runtime(
        database,
        clock=mine.clock,
        ids=mine.ids,
        sealer=mine.sealer,
        calendar=mine.calendar,
        groups=mine.groups,
    )
    return World(runtime, world.clock)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world_at(postgresql_url(tmp_path / "world.db"))
    made.deploy(TWO_TASKS)
    yield made
    made.runtime.database.close()


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that only the tests of one module use, and that loses nothing when it is killed."""
    with own_server(durable=True) as server:
        yield server
