"""How the writes of a step reach the database: one after the other, or as one statement of PostgreSQL.

Neither says what is written. The one statement is a transaction by itself, and changes nothing unless its first
part, the comparison of the case's version, finds the case as it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from engine.store.failures import ConflictError, OvertakenError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from engine.store.database import Statement

MAX_ROWS = 24
"""Steps that write more rows than this write them one statement after the other: the driver is quicker at that."""
_SHAPES = 500
_NAMED = re.compile(r"%\((\w+)\)s")
_DIVISION_BY_ZERO = "22012"

Shape = tuple[tuple["Statement", int, bool], ...]
"""Which statements are joined, each with its number of rows and whether every one of them must be touched."""


class Writes(Protocol):
    """Takes what a step writes, in the order in which it is to be written."""

    def add(self, statement: Statement, rows: Sequence[Mapping[str, Any]], *, exact: bool = False) -> None:
        """Write rows; exact: raise ConflictError, now or at the end, unless each of them is touched."""

    def finish(self) -> None:
        """Raise ConflictError unless all was written as it had to be."""


class OneByOne:
    """Says each statement as it comes, in the transaction that is open."""

    def __init__(self, connection: DBAPIConnection) -> None:
        self._connection = connection
        self._begun = False

    def add(self, statement: Statement, rows: Sequence[Mapping[str, Any]], *, exact: bool = False) -> None:
        """Write rows at once."""
        if not rows:
            return
        if statement.run_many(self._connection, rows) != len(rows) and exact:
            raise ConflictError if self._begun else OvertakenError
        self._begun = True

    def finish(self) -> None:
        """Have nothing left to do."""


class AtOnce:
    """Says all of it to PostgreSQL in one statement; the parts must not change the same row twice.

    alone: no transaction is open, and the statement is one. guarded: all of it hangs on the first part.
    """

    def __init__(self, connection: DBAPIConnection, *, alone: bool, guarded: bool) -> None:
        self._connection, self._alone, self._guarded = connection, alone, guarded
        self._parts: list[tuple[Statement, Sequence[Mapping[str, Any]], bool]] = []

    def add(self, statement: Statement, rows: Sequence[Mapping[str, Any]], *, exact: bool = False) -> None:
        """Remember rows to be written at the end."""
        if rows:
            self._parts.append((statement, rows, exact))

    @property
    def is_long(self) -> bool:
        """Say whether it is more than one statement should say."""
        return sum(len(rows) for _statement, rows, _exact in self._parts) > MAX_ROWS

    def finish(self) -> None:
        """Write everything, or nothing."""
        if self.is_long:
            self._one_by_one()
            return
        with _conflicts():
            found = self.say().fetchone()
        if found[0] == 0:
            raise OvertakenError

    def say(self) -> Any:
        """Send the statement; gives the cursor, whose one value is 0 where the case was no longer as it was read."""
        shape = tuple((statement, len(rows), exact) for statement, rows, exact in self._parts)
        text, names = joined(shape, guarded=self._guarded)
        values = [
            row[name] if name in row else statement.defaults[name]
            for (statement, rows, _exact), wanted in zip(self._parts, names, strict=True)
            for row in rows
            for name in wanted
        ]
        return self._connection.cursor().execute(text, values)

    def _one_by_one(self) -> None:
        if self._alone:
            self._connection.cursor().execute("BEGIN")
        writes = OneByOne(self._connection)
        for statement, rows, exact in self._parts:
            writes.add(statement, rows, exact=exact)


def finish_together(connection: DBAPIConnection, steps: Sequence[AtOnce]) -> list[bool]:
    """Write several steps, none of them long, without waiting for each one's answer; says which were written.

    Those that were not were overtaken, and nothing of them is there. Raises ConflictError when the transaction is lost.
    """
    with _conflicts():
        with connection.pipeline():
            cursors = [one.say() for one in steps]
        return [cursor.fetchone()[0] != 0 for cursor in cursors]


@contextmanager
def _conflicts() -> Iterator[None]:
    """Tell what `joined` says by dividing by zero."""
    try:
        yield
    except Exception as exc:
        if getattr(exc, "sqlstate", None) == _DIVISION_BY_ZERO:
            raise ConflictError from exc
        raise


@lru_cache(maxsize=_SHAPES)
def joined(shape: Shape, *, guarded: bool) -> tuple[str, list[list[str]]]:
    """Give one statement for several, and the names of the values that it wants of each row.

    It gives 0 where the first part found nothing and all others therefore wrote nothing, otherwise 1; it divides by
    zero, which undoes it, where another part did not touch every row that it had to.
    """
    parts: list[str] = []
    names: list[list[str]] = []
    exact: list[str] = []
    for number, (statement, rows, every) in enumerate(shape):
        text, wanted = _positional(statement)
        names.append(wanted)
        if text.startswith("INSERT"):
            own = [f"part{number} AS ({_guarded_insert(text, rows, guarded=guarded)} RETURNING 1)"]
        else:
            guard = " AND EXISTS (SELECT FROM part0_0)" if guarded and number else ""
            own = [f"part{number}_{row} AS ({text}{guard} RETURNING 1)" for row in range(rows)]
        parts += own
        if every and not (guarded and number == 0):
            touched = " + ".join(f"(SELECT count(*) FROM {one.partition(' ')[0]})" for one in own)  # noqa: S608 - our own words
            exact.append(f"{touched} = {rows}")
    whole = f"1 / (CASE WHEN {' AND '.join(exact)} THEN 1 ELSE 0 END)" if exact else "1"
    if guarded:
        whole = f"CASE WHEN EXISTS (SELECT FROM part0_0) THEN {whole} ELSE 0 END"
    return f"WITH {', '.join(parts)} SELECT {whole}", names


def _positional(statement: Statement) -> tuple[str, list[str]]:
    """Give a statement with its values by place; columns say themselves how their texts are compared."""
    text = statement.text.replace(' COLLATE "C"', "").replace("\n", "")
    return _NAMED.sub("%s", text), _NAMED.findall(text)


def _guarded_insert(text: str, rows: int, *, guarded: bool) -> str:
    """Give an insert of several rows that happens only where the first part found its row."""
    into, _, rest = text.partition(") VALUES (")
    values, conflict, how = rest.partition(") ON CONFLICT")
    values = values if conflict else values[:-1]
    one = f"SELECT {values}{' FROM part0_0' if guarded else ''}"  # noqa: S608 - as above
    return f"{into}) {' UNION ALL '.join([one] * rows)}{conflict[1:]}{how}"
