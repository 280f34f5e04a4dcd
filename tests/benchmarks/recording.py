"""Writes down what the engine says to a database's driver, so that the same can be said again without it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url


@dataclass
class Transaction:
    """One writing transaction: its statements with their parameters, one row or many."""

    said: list[tuple[str, Any, bool]] = field(default_factory=list)


class Recording:
    """Listens to every connection that an engine opens from now on."""

    def __init__(self, engine: Engine) -> None:
        self.transactions: list[Transaction] = []
        self.reads: list[tuple[str, Any]] = []
        self._open = Transaction()
        engine.dispose()
        event.listen(engine, "do_connect", self.connect)

    def connect(self, dialect: Any, _record: Any, arguments: Any, settings: dict[str, Any]) -> Any:
        """Let a new connection be one that is listened to."""
        if dialect.name == "sqlite":
            settings["factory"] = self._connection
            return None
        connection = _PostgresConnection.connect(*arguments, **settings, cursor_factory=_PostgresCursor)
        connection.recording = self
        return connection

    def take(self) -> list[Transaction]:
        """Give what was written since the last time."""
        taken, self.transactions = self.transactions, []
        return taken

    def hear(self, statement: str, parameters: Any, *, many: bool = False) -> None:
        """Note a statement."""
        if statement.startswith("SELECT"):
            self.reads.append((statement, parameters))
        elif not statement.startswith(("BEGIN", "PRAGMA", "SHOW")):
            self._open.said.append((statement, parameters, many))

    def end(self, *, kept: bool) -> None:
        """Note the end of a transaction."""
        if kept and self._open.said:
            self.transactions.append(self._open)
        self._open = Transaction()

    def _connection(self, *args: Any, **kwargs: Any) -> _Connection:
        connection = _Connection(*args, **kwargs)
        connection.recording = self
        return connection


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def execute(self, statement: str, parameters: Any = ()) -> _Cursor:
        self.connection.recording.hear(statement, parameters)
        return super().execute(statement, parameters)

    def executemany(self, statement: str, parameters: Any) -> _Cursor:
        self.connection.recording.hear(statement, parameters, many=True)
        return super().executemany(statement, parameters)


class _Connection(sqlite3.Connection):
    recording: Recording

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        super().commit()
        self.recording.end(kept=True)

    def rollback(self) -> None:
        super().rollback()
        self.recording.end(kept=False)


class _PostgresCursor(psycopg.Cursor[Any]):
    def execute(self, statement: Any, parameters: Any = None, **how: Any) -> Any:
        self.connection.recording.hear(statement, parameters)  # type: ignore[attr-defined]
        return super().execute(statement, parameters, **how)

    def executemany(self, statement: Any, parameters: Any, **how: Any) -> None:
        self.connection.recording.hear(statement, parameters, many=True)  # type: ignore[attr-defined]
        super().executemany(statement, parameters, **how)


class _PostgresConnection(psycopg.Connection[Any]):
    recording: Recording

    def commit(self) -> None:
        super().commit()
        self.recording.end(kept=True)

    def rollback(self) -> None:
        super().rollback()
        if hasattr(self, "recording"):
            self.recording.end(kept=False)


class Plain:
    """A connection of the plain driver, with the settings that the engine gives its own."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self._connection: Any
        if address.drivername == "sqlite":
            self._connection = open_plainly(str(address.database))
            self._begin = "BEGIN IMMEDIATE"
        else:
            plainly = address.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(plainly, autocommit=True)
            self._begin = "BEGIN"

    def say_again(self, transactions: Iterable[Transaction]) -> float:
        """Write the same rows in the same transactions; give the seconds."""
        began = time.perf_counter()
        for transaction in transactions:
            cursor = self._connection.cursor()
            cursor.execute(self._begin)
            for statement, parameters, many in transaction.said:
                (cursor.executemany if many else cursor.execute)(statement, parameters)
            cursor.execute("COMMIT")
        return time.perf_counter() - began

    def sizes(self) -> dict[str, int]:
        """Give the bytes of each table with its indexes."""
        return dict(self._connection.execute(_SIZES[type(self._connection).__module__]).fetchall())

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def open_plainly(path: str) -> sqlite3.Connection:
    """Open a file of SQLite with the settings that the engine gives its own connections."""
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


_SIZES = {
    "sqlite3": "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master ON dbstat.name = sqlite_master.name"
    " GROUP BY 1",
    "psycopg": "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables",
}
