"""Opens the database and its transactions: SQLite as a file today, the same calls on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.sql import ClauseElement

from engine.store.schema import metadata

BUSY_TIMEOUT_S = 15
POOL_SIZE = 16


class Statement:
    """A Core statement compiled once to the driver's own text, and run by the driver alone.

    Parameters are given by name; values are what the driver takes: numbers, text, bytes.
    """

    __slots__ = ("_defaults", "_order", "_text")

    def __init__(self, statement: ClauseElement, engine: Engine) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self._text = str(compiled)
        self._defaults = dict(compiled.params)
        names: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._order = None if names is None else [(name, self._defaults[name]) for name in names]

    def run(self, connection: PoolProxiedConnection, **values: Any) -> Any:
        """Run once and give the driver's cursor."""
        cursor = connection.cursor()
        cursor.execute(self._text, self._arranged(values))
        return cursor

    def run_many(self, connection: PoolProxiedConnection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run for each row, as one statement, and give the number of rows touched; nothing for no rows."""
        if not rows:
            return 0
        arranged = [self._arranged(row) for row in rows]
        cursor = connection.cursor()
        if len(rows) > 1:
            cursor.executemany(self._text, arranged)
        else:
            cursor.execute(self._text, arranged[0])
        return int(cursor.rowcount)

    def _arranged(self, values: Mapping[str, Any]) -> Any:
        if self._order is None:
            return {**self._defaults, **values}
        return tuple([values.get(name, default) for name, default in self._order])


class Database:
    """The pool and the ways to use it: reading, the one writing transaction, and a step's own of either kind."""

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

    @contextmanager
    def stepping(self, *, writing: bool) -> Iterator[PoolProxiedConnection]:
        """Give the driver's connection in a transaction, for statements of the hot path.

        It commits at the end, or leaves nothing behind: what is given back to the pool is rolled back.
        """
        with closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            yield connection
            connection.commit()

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
