"""Gives each test databases of its own: SQLite files, or emptied databases on the run's PostgreSQL.

`LINBANG_TEST_DATABASE=postgresql` chooses the second. A test names a database by a file, wherever it lies; the
same file is the same database for as long as the test lasts.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from psycopg import sql
from psycopg.errors import DuplicateDatabase

from engine.store import Database, schema_version
from engine.store.database import SCHEMA_KEY
from engine.store.schema import metadata

from .server import Server, shared_server

KIND = os.environ.get("LINBANG_TEST_DATABASE", "sqlite")
ON_POSTGRESQL = KIND == "postgresql"
_TEMPLATE = "linbang_template"
_EMPTYING = "; ".join(f"DELETE FROM {table.name}" for table in metadata.sorted_tables)
_EMPTYING += f"; INSERT INTO setting VALUES (0, '{SCHEMA_KEY}', '{schema_version()}')"


def database_url(file: Path) -> str:
    """Give the address of a test's database; its tables are not there yet on SQLite, and empty on PostgreSQL."""
    return _POOL.url(file) if ON_POSTGRESQL else f"sqlite:///{file}"


def open_database(file: Path) -> Database:
    """Open a test's database, with its tables: on SQLite a new file is a copy of one that has them."""
    if not ON_POSTGRESQL and not file.exists():
        shutil.copyfile(_empty_file(), file)
    database = Database(database_url(file))
    database.create_tables()
    return database


def postgresql_url(file: Path) -> str:
    """Give the address of an empty database on PostgreSQL, whatever the run is on."""
    return _POOL.url(file)


def give_back(folder: Path) -> None:
    """Take back every database that was named by a file in a folder; the next test gets them emptied."""
    _POOL.give_back(folder)


def one_at_a_time() -> Callable[[Path], Database]:
    """Give what opens the database of a story, and takes back that of the story before."""
    before: list[Path] = []

    def opened(file: Path) -> Database:
        while before:
            give_back(before.pop())
        before.append(file.parent)
        return open_database(file)

    return opened


@cache
def _empty_file() -> Path:
    """Make a file of SQLite with all tables, once a process: making them takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="linbang-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(f"sqlite:///{folder / 'empty.db'}")
    database.create_tables()
    database.close()  # everything is in the one file then
    return folder / "empty.db"


class _Pool:
    """The databases of one worker: made from a template, emptied before they are used again."""

    def __init__(self) -> None:
        self._server: Server | None = None
        self._used: dict[Path, str] = {}
        self._free: list[str] = []
        self._made = 0

    def url(self, file: Path) -> str:
        name = self._used.get(file)
        if name is None:
            name = self._used[file] = self._emptied() if self._free else self._new()
        return self._running().url(name)

    def give_back(self, folder: Path) -> None:
        for file in [file for file in self._used if file.is_relative_to(folder)]:
            self._free.append(self._used.pop(file))

    def _running(self) -> Server:
        if self._server is None:
            self._server = shared_server()
            _make_template(self._server)
        return self._server

    def _new(self) -> str:
        server = self._running()
        self._made += 1
        name = f"linbang_{os.getpid()}_{self._made}"
        with server.connect() as connection:
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(made.format(sql.Identifier(name), sql.Identifier(_TEMPLATE)))
        return name

    def _emptied(self) -> str:
        """Empty a database that another test has used; deleting few rows is far quicker than truncating tables."""
        name = self._free.pop()
        with self._running().connect(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute(_EMPTYING)
        return name


def _make_template(server: Server) -> None:
    with (server.folder.parent / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with server.connect() as connection:
            try:
                connection.execute(f"CREATE DATABASE {_TEMPLATE}")
            except DuplicateDatabase:
                return
        database = Database(server.url(_TEMPLATE))
        database.create_tables()
        database.close()


_POOL = _Pool()
