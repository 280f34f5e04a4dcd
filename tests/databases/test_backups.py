"""A backup of an installation at work: one file, one moment, and a restored installation that goes on."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import audit, user_tasks
from engine.errors import InvalidState
from engine.sealing import Sealer
from engine.store import Database, backups
from engine.store.backups import back_up
from engine.store.cases import CaseStore
from engine.store.copying import copy_database
from tests.engine.support import ALICE, World, employ, make_world_at

from .conftest import at, everything, fill
from .pool import postgresql_url

FEW = 3
ENOUGH = 30
"""More cases than anybody needs who works while a backup is written."""


def address(kind: str, file: Path) -> str:
    return f"sqlite:///{file}" if kind == "sqlite" else postgresql_url(file)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(kind: str, tmp_path: Path) -> Iterator[World]:
    made = make_world_at(address(kind, tmp_path / "first.db"))
    employ(made, ALICE)
    fill(made)
    yield made
    made.runtime.database.close()


@pytest.fixture
def empty(kind: str, tmp_path: Path) -> Iterator[Database]:
    made = Database(address(kind, tmp_path / "second.db"))
    yield made
    made.close()


def written(world: World, file: Path) -> Path:
    back_up(world.runtime.database, file, lambda _table: None)
    return file


def restored(world: World, file: Path, target: Database) -> World:
    with backups.opened(file) as source:
        copy_database(source, target, lambda _table: None)
    return at(world, target)


def test_what_comes_back_is_what_was_there(world: World, empty: Database, tmp_path: Path) -> None:
    before = everything(world.runtime.database)

    restored(world, written(world, tmp_path / "backup.db"), empty)

    assert everything(empty) == before


def test_cases_go_on_where_they_stood(world: World, empty: Database, tmp_path: Path) -> None:
    again = restored(world, written(world, tmp_path / "backup.db"), empty)
    task = next(row.user_task_id for row in again.inbox(ALICE) if row.draft_at is not None)

    user_tasks.complete(again.runtime, task, ALICE, {"a": "there"})

    assert list(audit.examine(again.runtime, CaseStore(empty, 1))) == []
    assert again.start(a="1").business_key == "T-2026-000004"


def test_it_is_of_one_moment_while_others_work(world: World, empty: Database, tmp_path: Path) -> None:
    """Given somebody who completes tasks meanwhile, then all that was done before it began is in it, and whole."""
    done: list[int] = []
    enough, stopped = threading.Event(), threading.Event()

    def work() -> None:
        for number in range(ENOUGH):
            case = world.start(a=str(number))
            task = next(one.user_task_id for one in world.inbox(ALICE) if one.process_instance_id == case.id)
            user_tasks.claim(world.runtime, task, ALICE)
            user_tasks.complete(world.runtime, task, ALICE, {"a": "yes"})
            done.append(case.id)
            if len(done) >= FEW:
                enough.set()
            if stopped.is_set():
                return

    somebody = threading.Thread(target=work)
    somebody.start()
    enough.wait(30)
    before = list(done)
    file = written(world, tmp_path / "backup.db")
    stopped.set()
    somebody.join(30)

    again = restored(world, file, empty)
    store = CaseStore(empty, 1)
    assert before
    for case in before:
        assert [row.event for row in store.history(case)][-1] == "user_task_completed"
    assert list(audit.verify(again.runtime, store)) == []
    assert list(audit.examine(again.runtime, store)) == []


def test_only_its_owner_reads_it_and_nothing_lies_beside_it(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "copies of 100% #1"
    folder.mkdir()

    file = written(world, folder / "backup.db")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [file]
    with backups.opened(file) as source:
        assert source.schema() is not None
    assert list(folder.iterdir()) == [file]


def test_a_file_that_is_there_stays_as_it_is(world: World, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    file.write_text("of yesterday")

    with pytest.raises(InvalidState) as caught:
        written(world, file)

    assert caught.value.code == "file_there"
    assert file.read_text() == "of yesterday"


def test_a_backup_that_fails_leaves_no_file(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()

    def give_up(_table: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(world.runtime.database, folder / "backup.db", give_up)

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_what_is_no_backup_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(content)

    with pytest.raises(InvalidState) as caught, backups.opened(file):
        pass

    assert caught.value.code == "file_broken"


def test_it_knows_the_key_that_it_was_sealed_with(world: World, tmp_path: Path) -> None:
    with backups.opened(written(world, tmp_path / "backup.db")) as source:
        store = CaseStore(source, 1)
        assert audit.key_fits(world.runtime.sealer, store)
        assert not audit.key_fits(Sealer(bytes(32)), store)
