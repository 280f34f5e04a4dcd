"""Stands between the engine and its database and sees where a write begins, goes on, and is committed.

At a chosen one of these moments a fault comes: the process ends itself, the server goes away, the disk is full.
Nothing of this is known to the product: the connections themselves are of another class.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

BEGIN, STATEMENT, BEFORE, AFTER = "begin", "statement", "before the commit", "after the commit"
_WRITES = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN"}
_CHANGES = ("WITH", "INSERT", "UPDATE", "DELETE")


class Watch:
    """Hears of every moment of a writing transaction, and counts those of a turn."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.hears: Callable[[str, int, Any], None] = lambda _moment, _count, _connection: None
        self.connects: Callable[[], None] = lambda: None
        self.begins = ""
        self._writing = False

    def start_anew(self) -> None:
        """Count from the beginning."""
        self.counts.clear()

    def sees(self, statement: Any, connection: Any) -> None:
        """Hear of a statement that is about to be run."""
        if statement == self.begins:
            self._tell(BEGIN, connection)
            self._writing = True
        elif self._writing:
            self._tell(STATEMENT, connection)

    def commits(self, commit: Callable[[], None], connection: Any) -> None:
        """Commit, and hear of it before and after where something was to be written."""
        if not self._writing:
            commit()
            return
        self._tell(BEFORE, connection)
        commit()
        self._writing = False
        self._tell(AFTER, connection)

    def writes_alone(self, execute: Callable[[], Any], connection: Any) -> Any:
        """Run a statement that is a transaction by itself, and hear of all its moments."""
        self._tell(BEGIN, connection)
        self._tell(STATEMENT, connection)
        self._tell(BEFORE, connection)
        found = execute()
        self._tell(AFTER, connection)
        return found

    def leaves(self) -> None:
        """Hear that a transaction is given up."""
        self._writing = False

    def _tell(self, moment: str, connection: Any) -> None:
        self.counts[moment] += 1
        self.hears(moment, self.counts[moment], connection)


def watch(engine: Engine) -> Watch:
    """Let every connection of a pool that has none yet be watched."""
    found = Watch()
    found.begins = _WRITES[engine.dialect.name]

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, args: Any, named: dict[str, Any]) -> Any:
        if found.begins == _WRITES["sqlite"]:
            named["factory"] = functools.partial(_Sqlite, found)
            return None
        found.connects()
        connection = _Postgresql.connect(*args, **named)
        connection.watch = found
        connection.cursor_factory = functools.partial(_PostgresqlCursor, found)
        return connection

    return found


class _Sqlite(sqlite3.Connection):
    def __init__(self, found: Watch, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.watch = found

    def cursor(self, *_args: Any, **_named: Any) -> Any:
        return super().cursor(functools.partial(_SqliteCursor, self.watch))

    def commit(self) -> None:
        self.watch.commits(super().commit, self)

    def rollback(self) -> None:
        self.watch.leaves()
        super().rollback()


class _SqliteCursor(sqlite3.Cursor):
    def __init__(self, found: Watch, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._watch = found

    def execute(self, statement: str, *rest: Any) -> Any:
        self._watch.sees(statement, self.connection)
        return super().execute(statement, *rest)

    def executemany(self, statement: str, *rest: Any) -> Any:
        self._watch.sees(statement, self.connection)
        return super().executemany(statement, *rest)


class _Postgresql(psycopg.Connection[Any]):
    watch: Watch

    def commit(self) -> None:
        self.watch.commits(super().commit, self)

    def rollback(self) -> None:
        self.watch.leaves()
        super().rollback()


class _PostgresqlCursor(psycopg.Cursor[Any]):
    def __init__(self, found: Watch, *rest: Any, **named: Any) -> None:
        super().__init__(*rest, **named)
        self._watch = found

    def execute(self, query: Any, *rest: Any, **named: Any) -> Any:
        execute = functools.partial(super().execute, query, *rest, **named)
        with _as_a_full_disk():
            if self._is_alone(str(query)):
                return self._watch.writes_alone(execute, self.connection)
            self._watch.sees(query, self.connection)
            return execute()

    def executemany(self, query: Any, *rest: Any, **named: Any) -> Any:
        self._watch.sees(query, self.connection)
        with _as_a_full_disk():
            return super().executemany(query, *rest, **named)

    def _is_alone(self, query: str) -> bool:
        idle = self.connection.info.transaction_status == TransactionStatus.IDLE
        return idle and query.startswith(_CHANGES)


@contextlib.contextmanager
def _as_a_full_disk() -> Iterator[None]:
    """Say with the number of a full disk what the server calls an internal error: a file that may not grow."""
    try:
        yield
    except psycopg.errors.InternalError_ as exc:
        if "File too large" not in str(exc):
            raise
        raise psycopg.errors.DiskFull(str(exc)) from exc
