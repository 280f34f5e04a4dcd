"""Runs every story of the allowance once, and keeps what each step cost and which states it saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import event

from engine import codec, spiff, user_tasks
from engine.definitions import Definition, compile_bundle, read_folder, read_groups
from engine.scenarios import run_service
from engine.store import Database

_LITERALS = re.compile(r"[xX]?'(?:[^']|'')*'|\b\d+\b|\bNULL\b|\?")
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
    """Count what SQLite itself is asked to do, whichever layer asks; one statement for many rows counts once."""
    count = Count()
    last = ""

    def saw(statement: str) -> None:
        nonlocal last
        shape = _LITERALS.sub("?", statement)
        if statement.startswith("BEGIN"):
            count.commits += "IMMEDIATE" in statement
        elif statement not in {"COMMIT", "ROLLBACK"} and shape != last:
            count.statements += 1
        last = shape

    def trace(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(saw)

    def leave(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(None)

    event.listen(database.engine, "checkout", trace)
    event.listen(database.engine, "checkin", leave)
    yield count
    event.remove(database.engine, "checkout", trace)
    event.remove(database.engine, "checkin", leave)


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

    def watched(workflow: Any, extra: dict[str, Any]) -> bytes:
        content = dump(workflow, extra)
        items = {} if workflow.completed else spiff.resting(workflow)
        resting = {key: (item.element_id, item.kind, dict(item.data)) for key, item in items.items()}
        found.states.append(SavedState(content, resting))
        return content

    with mock.patch.object(user_tasks, "complete", counted), mock.patch.object(codec, "dump", watched):
        results, _ = run_service(service, definition, groups)
    found.problems = [problem for result in results for problem in result.problems]
    return found
