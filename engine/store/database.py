"""Opens the database and its transactions: the same calls on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, inspect, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.sql import ClauseElement

from engine.errors import Busy, DatabaseAway, InvalidState
from engine.store.engines import begin_words, driver_arguments, open_engine
from engine.store.failures import ConflictError, means_away, plainly
from engine.store.lines import Lines
from engine.store.schema import metadata, schema_version, setting


class Statement:
    """A Core statement compiled once to the driver's own text, when it is first needed, and run by the driver alone.

    Parameters are given by name; values are what the driver takes: numbers, text, bytes.
    """

    __slots__ = ("_order", "_pick", "_source", "defaults", "text")
    text: str
    defaults: dict[str, Any]

    def __init__(self, statement: ClauseElement, engine: Engine) -> None:
        self._source = statement, engine.dialect

    def __getattr__(self, name: str) -> Any:
        """Compile when something is asked for that only compiling gives; from then on this is never called."""
        if name not in self.__slots__:
            raise AttributeError(name)
        self._compile()
        return getattr(self, name)

    def _compile(self) -> None:
        statement, dialect = self._source
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self.defaults = dict(compiled.params)
        names: Sequence[str] | None = getattr(compiled, "positiontup", None)
        self._order = names
        self._pick = itemgetter(*names) if names is not None and len(names) > 1 else None

    def run(self, connection: DBAPIConnection, **values: Any) -> Any:
        """Run once and give the driver's cursor."""
        cursor = connection.cursor()
        cursor.execute(self.text, self._arranged(values))
        return cursor

    def run_many(self, connection: DBAPIConnection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run for each row, as one statement, and give the number of rows touched; nothing for no rows."""
        if not rows:
            return 0
        arranged = [self._arranged(row) for row in rows]
        cursor = connection.cursor()
        if len(rows) > 1:
            cursor.executemany(self.text, arranged)
        else:
            cursor.execute(self.text, arranged[0])
        return int(cursor.rowcount)

    def _arranged(self, values: Mapping[str, Any]) -> Any:
        if self._order is None:
            return {**self.defaults, **values}
        if self._pick is not None:
            try:
                return self._pick(values)
            except KeyError:  # for a value that the statement has itself
                pass
        return tuple([values.get(name, self.defaults[name]) for name in self._order])


SCHEMA_KEY = "schema_version"
NOBODYS = 0
"""The tenant of what belongs to the installation itself."""
UNKNOWN_SCHEMA = "unknown"
"""The schema of tables that do not say by which they were made."""


class Database:
    """The pool and the ways to use it: reading, the one writing transaction, and a step's own of either kind.

    Where the database is away, each of them raises DatabaseAway; where others stand in the way, Busy.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._driver_error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        self._lines = Lines(self.engine)
        self._begin = {writing: begin_words(self.engine, writing=writing) for writing in (False, True)}

    @property
    def writes_at_once(self) -> bool:
        """Say whether it takes several changes in one statement; SQLite is not asked over a line."""
        return self.is_postgresql

    @property
    def address(self) -> str:
        """Give where it is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def is_postgresql(self) -> bool:
        """Say whether several machines can share it."""
        return self.engine.dialect.name == "postgresql"

    @property
    def driver_arguments(self) -> dict[str, Any]:
        """Give what psycopg opens a line of its own with, on PostgreSQL."""
        return driver_arguments(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment and blocks nobody."""
        with self._plainly(), self.engine.connect().execution_options(linbang_reads=True) as connection:
            yield connection

    @contextmanager
    def writing(self, *, alone: str | None = None) -> Iterator[Connection]:
        """Give a connection inside a transaction that commits at the end, or leaves nothing behind.

        alone: a name; no two transactions that say the same one run at the same time, so that what one of
        them has looked up is still so when it writes. On SQLite only one transaction writes anyway.
        """
        with self._plainly(), self.engine.begin() as connection:
            if alone is not None and self.is_postgresql:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext(%s))", (alone,))
            yield connection

    @contextmanager
    def stepping(
        self, *, writing: bool, again: bool = False, alone: bool = False
    ) -> Iterator[DBAPIConnection]:
        """Give the driver's connection in a transaction, for statements of the hot path.

        It commits at the end, or leaves nothing behind: what is given back to the pool is rolled back.
        again: whoever asks starts again on ConflictError, which is raised where that may help: others stood
        in the way, or the connection broke before the commit. alone: one statement follows, which needs no
        transaction around it.
        """
        with self._plainly():
            line = self._lines.take()
        connection = line.dbapi_connection
        committing = False
        try:
            assert connection is not None  # it was just taken out
            if not alone:
                connection.cursor().execute(self._begin[writing])
            yield connection
            committing = True
            connection.commit()
        except self._driver_error as exc:
            if committing or means_away(exc):
                line.invalidate(exc)
            line.close()
            told = self._meaning(exc, committing=committing, again=again, alone=alone)
            if told is None:
                raise
            raise told from exc
        except BaseException:
            line.close()
            raise
        self._lines.give_back(line)

    def _meaning(self, error: Exception, *, committing: bool, again: bool, alone: bool) -> Exception | None:
        """Give what to raise for a driver's error in a step; None for one that nobody foresaw."""
        told = plainly(error)
        # It may be committed, and the answer lost.
        unsure = committing or (alone and isinstance(told, DatabaseAway))
        return ConflictError() if again and isinstance(told, Busy) and not unsure else told

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Let an error of the driver be one that people can be told."""
        try:
            yield
        except (DBAPIError, self._driver_error) as exc:
            # The pool's own attempts to connect raise the driver's error as it is.
            told = plainly(getattr(exc, "orig", None) or exc)
            if told is None:
                raise
            raise told from exc
        except PoolTimeoutError as exc:
            raise Busy from exc

    def ping(self) -> None:
        """Raise unless the database answers."""
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def create_tables(self) -> bool:
        """Make the tables where there are none; says whether it did.

        Raises InvalidState (`schema_other`) where there are tables of another schema.
        """
        with self.writing(alone="create tables") as connection:
            found = _schema_of(connection)
            if found is None:
                metadata.create_all(connection)
                row = {"tenant_id": NOBODYS, "key": SCHEMA_KEY, "value": schema_version()}
                connection.execute(insert(setting), row)
            elif found != schema_version():
                raise InvalidState(
                    f"Expected a database of the schema {schema_version()}, but it is of the schema {found}: "
                    "`linbang upgrade-db` says what to do",
                    code="schema_other",
                )
        return found is None

    def schema(self) -> str | None:
        """Give the name of the schema that the tables were made by; None where there are no tables."""
        with self.reading() as connection:
            return _schema_of(connection)

    def close(self) -> None:
        """Close all connections; one that a thread still uses follows when the thread has done with it."""
        self._lines.end()
        event.listen(self.engine, "checkin", lambda _connection, record: record.close())
        self.engine.dispose()


def _schema_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(setting.name):
        return None
    own = setting.c
    query = select(own.value).where(own.tenant_id == NOBODYS, own.key == SCHEMA_KEY)
    return connection.execute(query).scalar() or UNKNOWN_SCHEMA
