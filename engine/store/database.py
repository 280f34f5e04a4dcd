"""Opens the database and its transactions: SQLite as a file today, the same calls on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.sql import ClauseElement

from engine.store.schema import metadata

BUSY_TIMEOUT_S = 15
POOL_SIZE = 16


class Statement:
    """A Core statement compiled once to the driver's own text, so that running it costs no compilation.

    Parameters are given by name; values are what the driver takes: numbers, text, bytes.
    """

    __slots__ = ("_defaults", "_order", "_text")

    def __init__(self, statement: ClauseElement, engine: Engine) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._text = str(compiled)
        self._order: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._defaults = dict(compiled.params)

    def run(self, connection: Connection, **values: Any) -> Any:
        """Run once."""
        return connection.exec_driver_sql(self._text, self._arranged(values))

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run for each row, as one statement, and give the number of rows touched; nothing for no rows."""
        if not rows:
            return 0
        arranged = [self._arranged(row) for row in rows]
        result = connection.exec_driver_sql(self._text, arranged if len(rows) > 1 else arranged[0])
        return int(result.rowcount)

    def _arranged(self, values: Mapping[str, Any]) -> Any:
        merged = {**self._defaults, **values}
        if self._order is None:
            return merged
        return tuple(merged[name] for name in self._order)


class Database:
    """The pool and the two ways to use it: reading, and the one writing transaction."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment and blocks nobody."""
        with self.engine.connect().execution_options(linbang_reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that commits at the end, or leaves nothing behind."""
        with self.engine.begin() as connection:
            yield connection

    def ping(self) -> None:
        """Raise unless the database answers."""
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def create_tables(self) -> None:
        """Make every table that is missing."""
        with self.engine.begin() as connection:
            metadata.create_all(connection)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_S,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver would defer it
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-32000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("linbang_reads")
        # A deferred transaction that reads and then writes fails at once after any other commit.
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine
