"""A case that is started under a key is started once, whoever tries how often."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from engine.instances import Started, StartRequest, start
from engine.people import SYSTEM
from engine.store import schema
from tests.databases.pool import ON_POSTGRESQL
from tests.engine.bundles import FOUR_TASKS, bundle
from tests.engine.stories import counting
from tests.engine.support import QINGHE

if TYPE_CHECKING:
    from tests.engine.support import World


@pytest.fixture
def service(world: World) -> World:
    world.deploy(bundle(FOUR_TASKS))
    return world


def start_under(world: World, key: str | None, parent: int | None = None) -> Started:
    request = StartRequest("t", QINGHE, {"name": "Wang"}, key=key, parent=parent)
    return start(world.runtime, SYSTEM, request)


def count(world: World, table: str) -> int:
    with world.runtime.database.reading() as connection:
        return int(
            connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar()
        )


def test_it_gives_the_same_case_for_the_same_key(service: World) -> None:
    first, again = start_under(service, "once"), start_under(service, "once")

    assert first == again
    assert start_under(service, "twice") != first
    assert count(service, "process_instance") == 2


def test_it_starts_another_case_each_time_without_a_key(service: World) -> None:
    assert start_under(service, None) != start_under(service, None)
    assert count(service, "start_key") == 0


def test_it_starts_one_case_when_many_threads_start_at_once(service: World) -> None:
    """No number is lost on those that came too late."""
    together = threading.Barrier(6)
    given: list[Started] = []

    def try_it() -> None:
        together.wait(10)
        given.append(start_under(service, "once"))

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(given) == 6
    assert {one.business_key for one in given} == {"T-2026-000001"}
    assert count(service, "process_instance") == 1
    assert start_under(service, None).business_key == "T-2026-000002"


def test_it_keeps_which_case_opened_it(service: World) -> None:
    parent = start_under(service, None)

    child = start_under(service, "once", parent.id)
    start_under(service, "once", parent.id)

    (row,) = service.runtime.relations.of_case(parent.id)
    assert (row.kind, row.id, row.business_key) == ("opened", child.id, child.business_key)
    (row,) = service.runtime.relations.of_case(child.id)
    assert (row.kind, row.id) == ("opened_by", parent.id)


def test_a_key_and_a_parent_cost_three_statements_and_no_commit_more(service: World) -> None:
    parent = start_under(service, None)
    with counting(service.runtime.database) as plain:
        start_under(service, None)
    with counting(service.runtime.database) as keyed:
        start_under(service, "once", parent.id)

    looked_up, written = 1, 0 if ON_POSTGRESQL else 2  # PostgreSQL takes all writes as one statement
    assert keyed.statements == plain.statements + looked_up + written
    assert keyed.commits == plain.commits == 1
