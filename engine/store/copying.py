"""Copies an installation from one database to another, and proves row by row that nothing is missing or changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, literal, select, tuple_

from engine.errors import InvalidState
from engine.store.database import SCHEMA_KEY, UNKNOWN_SCHEMA, Database
from engine.store.schema import lease, metadata, node, schema_version, setting

BATCH_BYTES = 4_000_000
"""About as much is held in memory at once; a batch is never larger than MAX_BATCH rows."""
MAX_BATCH = 1_000
_FIRST_BATCH = 10
_OF_PROCESSES = (node, lease)
"""What says which processes run, and whose turn it is."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table whose rows are the same in both databases; digest: SHA-256 over them in the order of the key."""

    name: str
    rows: int
    digest: str


def copy_database(
    source: Database, target: Database, tell: Callable[[CopiedTable], None]
) -> list[CopiedTable]:
    """Copy an installation as it is at one moment in one transaction of the target, and compare both afterwards.

    Which processes run is not copied. tell: hears of each table as soon as it is compared.
    Raises InvalidState when the source has no installation of this schema (`schema_other`), the target is not
    empty (`target_filled`), or the copy is not the same (`copy_differs`); the target is then as it was, but for
    empty tables.
    """
    _check_schema(source)
    target.create_tables()
    copied = []
    with source.reading() as reader, target.writing() as writer:
        for connection in (reader, writer):
            _take_time(connection)
        for table in metadata.sorted_tables:
            _check_empty(writer, table)
        for table in metadata.sorted_tables:
            if table in _OF_PROCESSES:
                continue
            done = _copy_table(reader, writer, table)
            tell(done)
            copied.append(done)
    with target.writing() as writer:
        writer.exec_driver_sql("ANALYZE")  # until it knows what it holds, PostgreSQL plans badly
    return copied


def check_nobody_works(source: Database, now: int) -> None:
    """Raise InvalidState while a process works on a database (`still_running`).

    now: the machine's clock in milliseconds.
    """
    _check_schema(source)
    with source.reading() as connection:
        running = connection.execute(select(node.c.number).where(node.c.until > now)).first()
    if running is not None:
        raise InvalidState(
            "Expected nobody to work on the database that is copied, but a process of Linbang runs: "
            "stop it, or wait ten minutes after a crash",
            code="still_running",
        )


def _check_schema(source: Database) -> None:
    found = source.schema()
    if found != schema_version():
        raise InvalidState(
            f"Expected to copy from a database of the schema {schema_version()}, but it has "
            + ("no tables" if found is None else f"the schema {found or UNKNOWN_SCHEMA}"),
            code="schema_other",
        )


def _take_time(connection: Connection) -> None:
    """Let a transaction last as long as copying does."""
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")


def _check_empty(writer: Connection, table: Table) -> None:
    query = select(literal(1)).select_from(table).limit(1)
    if table is setting:
        query = query.where(setting.c.key != SCHEMA_KEY)
    if writer.execute(query).first() is not None:
        raise InvalidState(
            f"Expected to copy into an empty database, but there are rows in {table.name}",
            code="target_filled",
        )


def _copy_table(reader: Connection, writer: Connection, table: Table) -> CopiedTable:
    if table is setting:
        writer.execute(setting.delete())  # the schema's name comes again, from the source
    columns = [column.name for column in table.columns]
    digest = _Digest()
    for rows in _batches(reader, table):
        digest.add(rows)
        writer.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
    again = _Digest()
    for rows in _batches(writer, table):
        again.add(rows)
    if (again.rows, again.text) != (digest.rows, digest.text):
        raise InvalidState(
            f"Expected the same {digest.rows} rows of {table.name} in both databases, but they differ",
            code="copy_differs",
        )
    return CopiedTable(table.name, digest.rows, digest.text)


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """Read a table in the order of its key, which is the same on both databases, some rows at a time."""
    key = list(table.primary_key)
    places = [list(table.columns).index(column) for column in key]
    query, size = select(table).order_by(*key), _FIRST_BATCH
    after: tuple[Any, ...] | None = None
    while True:
        wanted = query
        if after is not None:
            last = (literal(value, column.type) for value, column in zip(after, key, strict=True))
            wanted = query.where(tuple_(*key) > tuple_(*last))
        rows = connection.execute(wanted.limit(size)).all()
        if not rows:
            return
        yield rows
        after = tuple(rows[-1][place] for place in places)
        size = max(1, min(MAX_BATCH, size * 2, BATCH_BYTES * len(rows) // _weight(rows)))


def _weight(rows: Sequence[Any]) -> int:
    return sum(len(value) if isinstance(value, (bytes, str)) else 8 for row in rows for value in row)


class _Digest:
    """Counts rows and sums them up."""

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.sha256()

    @property
    def text(self) -> str:
        return self._hash.hexdigest()

    def add(self, rows: Sequence[Any]) -> None:
        self.rows += len(rows)
        for row in rows:
            self._hash.update(repr(tuple(row)).encode())
