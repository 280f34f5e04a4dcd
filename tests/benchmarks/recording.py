"""Writes down what the engine says to SQLite, so that the same can be said again without the engine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

_READS = ("SELECT", "BEGIN", "PRAGMA")


@dataclass
class Transaction:
    """One writing transaction: its statements with their parameters, one row or many."""

    said: list[tuple[str, Any, bool]] = field(default_factory=list)


class Recording:
    """Listens to an engine for as long as it lives; reads are counted only."""

    def __init__(self, engine: Engine) -> None:
        self.transactions: list[Transaction] = []
        self.reads = 0
        self._open: Transaction | None = None
        event.listen(engine, "before_cursor_execute", self._hear)
        event.listen(engine, "commit", self._commit)
        event.listen(engine, "rollback", self._forget)

    def take(self) -> list[Transaction]:
        """Give what was written since the last time."""
        taken, self.transactions = self.transactions, []
        return taken

    def _hear(self, _c: Connection, _cursor: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's signature
        if statement.startswith("SELECT"):
            self.reads += 1
        elif not statement.startswith(_READS):
            self._open = self._open or Transaction()
            self._open.said.append((statement, parameters, many))

    def _commit(self, _connection: Connection) -> None:
        if self._open is not None:
            self.transactions.append(self._open)
            self._open = None

    def _forget(self, _connection: Connection) -> None:
        self._open = None


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
