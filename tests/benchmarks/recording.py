"""Writes down what the engine says to SQLite's driver, so that the same can be said again without it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event


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

    def connect(self, _dialect: Any, _record: Any, _arguments: Any, settings: dict[str, Any]) -> None:
        """Let a new connection be one that is listened to."""
        settings["factory"] = self._connection

    def take(self) -> list[Transaction]:
        """Give what was written since the last time."""
        taken, self.transactions = self.transactions, []
        return taken

    def hear(self, statement: str, parameters: Any, *, many: bool = False) -> None:
        """Note a statement."""
        if statement.startswith("SELECT"):
            self.reads.append((statement, parameters))
        elif not statement.startswith(("BEGIN", "PRAGMA")):
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


def say_again(connection: sqlite3.Connection, transactions: Iterable[Transaction]) -> float:
    """Write the same rows in the same transactions with the plain driver; give the seconds."""
    began = time.perf_counter()
    for transaction in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters, many in transaction.said:
            if many:
                connection.executemany(statement, parameters)
            else:
                connection.execute(statement, parameters)
        connection.execute("COMMIT")
    return time.perf_counter() - began


def open_plainly(path: str) -> sqlite3.Connection:
    """Open a database with the settings that the engine gives its own connections."""
    connection = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection
