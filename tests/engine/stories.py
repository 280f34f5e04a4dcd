"""Runs every story of the allowance once, and keeps what each step cost and which states it saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from sqlalchemy import event

from engine import codec, spiff, user_tasks
from engine.definitions import Definition, compile_bundle, read_folder, read_groups
from engine.scenarios import run_service
from engine.store import Database
from tests.databases.pool import ON_POSTGRESQL, one_at_a_time

_LITERALS = re.compile(r"[xX]?'(?:[^']|'')*'|\b\d+\b|\bNULL\b|\?")
_WRITES = {"BEGIN IMMEDIATE", "BEGIN"} if ON_POSTGRESQL else {"BEGIN IMMEDIATE"}
PROCESSES = Path(__file__).parents[2] / "processes"


@dataclass
class Count:
    """SQL statements, BEGIN and COMMIT apart, and the transactions that wrote."""

    statements: int = 0
    commits: int = 0


@dataclass(frozen=True)
class SavedState:
    """The bytes of a state, and what rested in memory when it was saved: element, kind, variables by number."""

    content: bytes
    resting: dict[int, tuple[str, str, dict[str, Any]]]


@dataclass
class Played:
    definition: Definition
    problems: list[str] = field(default_factory=list)
    completions: list[Count] = field(default_factory=list)
    states: list[SavedState] = field(default_factory=list)


@contextmanager
def counting(database: Database) -> Iterator[Count]:
    """Count what the driver itself is asked to do, whichever layer asks; one statement for many rows counts once."""
    count = Count()
    last, begun = "", False

    def saw(statement: str) -> None:
        nonlocal last, begun
        shape = _LITERALS.sub("?", statement)
        if statement.startswith("BEGIN"):
            begun = True
            count.commits += statement in _WRITES
        elif statement.startswith("WITH part") and not begun:  # it is a transaction by itself
            count.commits += 1
            count.statements += 1
        elif statement not in {"COMMIT", "ROLLBACK"} and shape != last:
            count.statements += 1
        last = shape

    def watch(connection: Any, *_: Any) -> None:
        nonlocal begun
        begun = False
        if isinstance(connection, psycopg.Connection):
            connection.cursor_factory = partial(_Watched, saw)  # type: ignore[assignment]
        else:
            connection.set_trace_callback(saw)

    def leave(connection: Any, *_: Any) -> None:
        if isinstance(connection, psycopg.Connection):
            connection.cursor_factory = psycopg.Cursor
        elif connection is not None:
            connection.set_trace_callback(None)

    event.listen(database.engine, "checkout", watch)
    event.listen(database.engine, "checkin", leave)
    database.engine.dispose()  # what is open already would not be watched
    yield count
    database.engine.dispose()
    event.remove(database.engine, "checkout", watch)
    event.remove(database.engine, "checkin", leave)


class _Watched(psycopg.Cursor[Any]):
    """A cursor of PostgreSQL's driver that says what it is asked to do."""

    def __init__(self, saw: Callable[[str], None], *rest: Any, **named: Any) -> None:
        super().__init__(*rest, **named)
        self._saw = saw

    def execute(self, query: Any, *rest: Any, **named: Any) -> Any:
        self._saw(query)
        return super().execute(query, *rest, **named)

    def executemany(self, query: Any, *rest: Any, **named: Any) -> None:
        self._saw(query)
        super().executemany(query, *rest, **named)


@cache
def played() -> Played:
    """Run all stories with the real engine, watching its completions and its codec."""
    groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
    service = read_folder(PROCESSES / "minimum_living_allowance")
    definition, problems = compile_bundle(service, groups)
    assert definition is not None, problems
    found = Played(definition)
    complete, dump = user_tasks.complete, codec.dump

    def counted(runtime: Any, *rest: Any) -> None:
        with counting(runtime.database) as count:
            complete(runtime, *rest)
        found.completions.append(count)

    def watched(workflow: Any, extra: dict[str, Any], **how: Any) -> bytes:
        content = dump(workflow, extra, **how)
        items = {} if workflow.completed else spiff.resting(workflow)
        resting = {key: (item.element_id, item.kind, dict(item.data)) for key, item in items.items()}
        found.states.append(SavedState(content, resting))
        return content

    with mock.patch.object(user_tasks, "complete", counted), mock.patch.object(codec, "dump", watched):
        results, _ = run_service(service, definition, groups, open_database=one_at_a_time())
    found.problems = [problem for result in results for problem in result.problems]
    return found
