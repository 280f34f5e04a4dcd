"""Writes down what is said to the database's driver, so that the same can be said again without the engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from engine.store.database import Database

_NO_ROWS = ("COMMIT", "ROLLBACK", "PRAGMA", "SHOW", "NOTIFY", "SELECT pg_notify")
"""What changes no row and asks for none."""
_KEPT, _LOST = "commit", "rollback"

Heard = tuple[Any, Any, bool]
"""A statement, its parameters, and whether these are many rows; or the end of a transaction, without parameters."""


@dataclass
class Transaction:
    """One writing transaction: its statements with their parameters, one row or many.

    begun: whether it was begun in words; one statement may be a transaction by itself.
    """

    said: list[tuple[str, Any, bool]] = field(default_factory=list)
    begun: bool = False


@dataclass
class Said:
    """What was written and asked in some time."""

    transactions: list[Transaction] = field(default_factory=list)
    reads: list[tuple[str, Any]] = field(default_factory=list)


class Recording:
    """Listens to every connection that a database opens from now on; meant for one thread at a time.

    Listening is next to free, because it goes on while a clock runs: what was heard is sorted out afterwards.
    """

    def __init__(self, database: Database) -> None:
        self._heard: list[Heard] = []
        database.engine.dispose()
        event.listen(database.engine, "do_connect", self._connect)

    def take(self) -> Said:
        """Give what was said since the last time; called between transactions."""
        found, open_ = Said(), Transaction()
        for statement, parameters, many in self._heard:
            text = str(statement)
            if text in {_KEPT, _LOST}:
                if text == _KEPT and open_.said:
                    found.transactions.append(open_)
                open_ = Transaction()
            elif text.startswith("BEGIN"):
                open_.begun = True
            elif text.startswith(_NO_ROWS):
                continue
            elif text.startswith("SELECT"):
                found.reads.append((text, parameters))
            else:
                open_.said.append((text, parameters, many))
        self._heard.clear()
        return found

    def _connect(self, dialect: Any, _record: Any, arguments: Any, settings: dict[str, Any]) -> Any:
        """Let a new connection be one that is listened to."""
        if dialect.name == "sqlite":
            settings["factory"] = self._sqlite
            return None
        return _heard_by(self._heard, arguments, settings)

    def _sqlite(self, *args: Any, **kwargs: Any) -> _Connection:
        connection = _Connection(*args, **kwargs)
        connection.heard = self._heard
        return connection


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def execute(self, statement: str, parameters: Any = ()) -> _Cursor:
        self.connection.heard.append((statement, parameters, False))
        super().execute(statement, parameters)
        return self

    def executemany(self, statement: str, parameters: Any) -> _Cursor:
        self.connection.heard.append((statement, parameters, True))
        super().executemany(statement, parameters)
        return self


class _Connection(sqlite3.Connection):
    heard: list[Heard]

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        super().commit()
        self.heard.append((_KEPT, None, False))

    def rollback(self) -> None:
        super().rollback()
        self.heard.append((_LOST, None, False))


def _heard_by(heard: list[Heard], arguments: Any, settings: dict[str, Any]) -> Any:
    """Open a connection to PostgreSQL that is listened to."""
    import psycopg  # noqa: PLC0415 - an installation on SQLite does without it

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            heard.append((query, params, False))
            return super().execute(query, params, **how)

        def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
            heard.append((query, params_seq, True))
            super().executemany(query, params_seq, **how)

    connection = psycopg.connect(*arguments, **settings, cursor_factory=Cursor)
    _and_tell(connection, "commit", lambda: heard.append((_KEPT, None, False)))
    _and_tell(connection, "rollback", lambda: heard.append((_LOST, None, False)))
    return connection


def _and_tell(connection: Any, name: str, tell: Callable[[], None]) -> None:
    """Let a connection's method tell somebody when it is done."""
    method = getattr(connection, name)

    def done() -> None:
        method()
        tell()

    setattr(connection, name, done)
