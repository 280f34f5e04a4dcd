"""Backups: an installation as it is at one moment, in one SQLite file, whatever it runs on and while it runs.

A backup holds everything but the key that opens what is sealed in it, and the files beside the database.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from engine.errors import InvalidState
from engine.store.copying import CopiedTable, copy_database
from engine.store.database import Database


def back_up(source: Database, file: Path, tell: Callable[[CopiedTable], None]) -> list[CopiedTable]:
    """Write a backup, compare it row by row, and give it its name once it is whole and on the disk.

    Others may go on working. Raises InvalidState when there is such a file (`file_there`), and what
    `copy_database` raises; there is no file then.
    """
    if file.exists():
        raise InvalidState(f"Expected a new file, but there is one: {file}", code="file_there")
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    os.close(handle)
    begun = Path(name)
    try:
        with closing(Database(_address(str(begun)))) as target:
            copied = copy_database(source, target, tell)
        _make_one_file(begun)
        os.link(begun, file)  # unlike a rename it never replaces what somebody else has written meanwhile
    except FileExistsError as exc:
        raise InvalidState(f"Expected a new file, but there is one: {file}", code="file_there") from exc
    finally:
        for ending in ("", "-wal", "-shm"):
            begun.with_name(begun.name + ending).unlink(missing_ok=True)
    _flush(file.parent)
    return copied


@contextmanager
def opened(file: Path) -> Iterator[Database]:
    """Open a backup to read it; neither it nor its folder is changed.

    Raises InvalidState for what is no database (`file_broken`).
    """
    address = _address(file.resolve().as_uri(), mode="ro", immutable="1", uri="true")
    with closing(Database(address)) as found:
        if not _has_tables(found):
            raise InvalidState(f"Expected a backup of Linbang, but {file} is none", code="file_broken")
        yield found


def _has_tables(database: Database) -> bool:
    try:
        return database.schema() is not None
    except DBAPIError:
        return False


def _address(place: str, **how: str) -> str:
    """Give SQLAlchemy's address of a file, whatever signs are in its name."""
    return URL.create("sqlite", database=place, query=how).render_as_string()


def _make_one_file(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    _flush(file)


def _flush(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
