"""An installation moves from SQLite to PostgreSQL and back, without a row or a sign lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from engine import audit, user_tasks
from engine.errors import InvalidState
from engine.store import Database, copying
from engine.store.cases import CaseStore
from engine.store.copying import check_nobody_works, copy_database
from engine.store.settings import SettingStore
from tests.engine.support import ALICE, World, employ, make_world_at

from .conftest import at, everything, fill
from .pool import postgresql_url


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A filled installation on SQLite."""
    made = make_world_at(f"sqlite:///{tmp_path / 'first.db'}")
    employ(made, ALICE)
    fill(made)
    yield made
    made.runtime.database.close()


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[list[Database]]:
    """An empty PostgreSQL, and an empty SQLite to come back to."""
    made = [Database(postgresql_url(tmp_path / "second.db")), Database(f"sqlite:///{tmp_path / 'third.db'}")]
    yield made
    for database in made:
        database.close()


def copied(source: Database, target: Database) -> dict[str, tuple[int, str]]:
    return {one.name: (one.rows, one.digest) for one in copy_database(source, target, lambda _: None)}


def test_there_and_back_again_every_row_is_the_same(world: World, databases: list[Database]) -> None:
    postgresql, sqlite = databases

    there = copied(world.runtime.database, postgresql)
    back = copied(postgresql, sqlite)

    assert there == back
    assert there["process_instance"][0] == 3
    assert there["attachment"][0] == 1
    assert everything(world.runtime.database) == everything(postgresql) == everything(sqlite)


def test_cases_go_on_where_they_stood(world: World, databases: list[Database]) -> None:
    copied(world.runtime.database, databases[0])

    moved = at(world, databases[0])
    task = next(row.user_task_id for row in moved.inbox(ALICE) if row.draft_at is not None)
    draft, _at = user_tasks.read_draft(moved.runtime, task)
    user_tasks.complete(moved.runtime, task, ALICE, {"a": "there"})

    assert draft == {"a": "half"}
    assert list(audit.verify(moved.runtime, CaseStore(databases[0], 1))) == []
    assert list(audit.examine(moved.runtime, CaseStore(databases[0], 1))) == []
    assert moved.start(a="1").business_key == "T-2026-000004"


def test_it_holds_a_few_rows_in_memory_at_a_time(
    world: World, databases: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small the batches are, nothing is left out or comes twice."""
    for limit in ("MAX_BATCH", "_FIRST_BATCH"):
        monkeypatch.setattr(copying, limit, 2)

    found = copied(world.runtime.database, databases[0])

    assert found["history"][0] > 6
    assert everything(world.runtime.database) == everything(databases[0])


def test_it_refuses_a_target_that_is_not_empty(world: World, databases: list[Database]) -> None:
    target = databases[0]
    target.create_tables()
    SettingStore(target, 1).put("anything", "1")

    with pytest.raises(InvalidState) as caught:
        copied(world.runtime.database, target)

    assert caught.value.code == "target_filled"
    assert len(everything(target)["setting"]) == 2


def test_it_says_whether_somebody_works_on_it(world: World) -> None:
    SettingStore(world.runtime.database, 1).lease_process_number(7, 0, 1_000)

    with pytest.raises(InvalidState) as caught:
        check_nobody_works(world.runtime.database, 500)

    assert caught.value.code == "still_running"
    check_nobody_works(world.runtime.database, 1_500)


def test_which_processes_run_is_not_copied(world: World, databases: list[Database]) -> None:
    SettingStore(world.runtime.database, 1).lease_process_number(7, 0, 1_000)

    copied(world.runtime.database, databases[0])

    assert everything(databases[0])["node"] == []


def test_it_refuses_a_source_without_an_installation(databases: list[Database]) -> None:
    with pytest.raises(InvalidState) as caught:
        copied(databases[1], databases[0])

    assert caught.value.code == "schema_other"


def test_a_copy_that_differs_leaves_nothing_behind(
    world: World, databases: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a target that stores something else than it was given, then the whole copy is undone."""
    target = databases[0]
    target.create_tables()
    with target.writing() as connection:
        connection.execute(
            text(
                "CREATE RULE lossy AS ON INSERT TO comment DO INSTEAD"
                " UPDATE comment SET at = 0 WHERE comment.id = NEW.id"
            )
        )

    with pytest.raises(InvalidState) as caught:
        copied(world.runtime.database, target)

    with target.writing() as connection:
        connection.execute(text("DROP RULE lossy ON comment"))
    assert caught.value.code == "copy_differs"
    assert {name for name, rows in everything(target).items() if rows} == {"setting"}


def test_a_faulty_history_is_as_faulty_in_the_copy(world: World, databases: list[Database]) -> None:
    """Copying mends nothing and hides nothing: the check of the chains finds it on the other side."""
    with world.runtime.database.writing() as connection:
        connection.execute(text("UPDATE history SET event = 'x' WHERE seq = 2"))
    copied(world.runtime.database, databases[0])

    before = list(audit.verify(world.runtime, CaseStore(world.runtime.database, 1)))
    after = list(audit.verify(at(world, databases[0]).runtime, CaseStore(databases[0], 1)))

    assert before == after != []
