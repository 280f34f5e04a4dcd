"""procrastinate's tables in the installation's PostgreSQL: makes them, brings them to the library's version.

A comment on its table of jobs says which version made it, so that a dump and a copy carry it along.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from procrastinate.schema import SchemaManager

from engine.errors import InvalidState
from engine.store import Database

from .queue import check_shared

# A NOTIFY inside a transaction makes commits wait for each other: it costs more than half of the throughput.
_QUIET = "ALTER TABLE procrastinate_jobs DISABLE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1"
_FIND = (
    "SELECT to_regclass('procrastinate_jobs') IS NOT NULL, obj_description(to_regclass('procrastinate_jobs'))"
)
_NAME = "linbang, procrastinate "


def version() -> str:
    """Give the version of the tables that the installed procrastinate works with."""
    return _migrations()[-1].stem


def check(database: Database) -> None:
    """Raise InvalidInput (`fleet_needs_postgresql`) or InvalidState (`queue_missing`) unless workers can work."""
    check_shared(database)
    with _line(database) as line:
        found = _named(line)
    if found != version():
        what = "there are none" if found is None else f"they are of the version {found}"
        raise InvalidState(
            f"Expected procrastinate's tables of the version {version()} in {database.address}, but {what}: "
            f"`linbang {'init-db' if found is None else 'upgrade-db'}` sees to it",
            code="queue_missing",
        )


def make(database: Database) -> bool:
    """Make the tables where there are none; says whether it did. For PostgreSQL only."""
    with _line(database) as line:
        if _named(line) is not None:
            return False
        line.execute(SchemaManager.get_schema())
        _finish(line)
    return True


def upgrade(database: Database) -> list[str]:
    """Apply what the installed procrastinate changes about the tables; gives the names of the changes.

    Raises InvalidState (`queue_newer`) where a newer procrastinate has made them.
    """
    with _line(database) as line:
        found = _named(line)
        if found is None or found == version():
            return []
        if found > version():
            raise InvalidState(
                f"Expected procrastinate's tables of the version {version()} at most, but they are of {found}: "
                "install a newer procrastinate",
                code="queue_newer",
            )
        changes = [change for change in _migrations() if change.stem > found]
        for change in changes:
            line.execute(change.read_bytes())
        _finish(line)
    return [change.stem for change in changes]


@contextmanager
def _line(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Open a line with one transaction on it; two processes that change the tables do so one after the other."""
    database.ping()  # where it is away, says so in words that people understand
    with psycopg.connect(**database.driver_arguments) as line:
        line.execute("SELECT pg_advisory_xact_lock(hashtext('linbang: the tables of procrastinate'))")
        yield line


def _named(line: psycopg.Connection[Any]) -> str | None:
    """Give the version that made the tables; None where there are none. Raises InvalidState for foreign ones."""
    row = line.execute(_FIND).fetchone()
    assert row is not None
    there, comment = row
    if not there:
        return None
    if not str(comment).startswith(_NAME):
        raise InvalidState(
            "Expected procrastinate's tables to be Linbang's own, but another application has made some: give "
            "Linbang a database or a schema of its own",
            code="queue_foreign",
        )
    return str(comment).removeprefix(_NAME)


def _finish(line: psycopg.Connection[Any]) -> None:
    line.execute(_QUIET)
    line.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{_NAME}{version()}'".encode())


def _migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
