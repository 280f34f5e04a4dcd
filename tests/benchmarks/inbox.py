"""How fast a page of the inbox and its counts are with a million open tasks in 200 groups, on SQLite.

Run `python -m tests.benchmarks.inbox`. Rows are written directly; pages and counts are read by the public
store, and the same statements are then said again with the plain driver in the same run.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from engine.store import Database, schema
from engine.store.inbox import InboxRow, InboxStore

from .figures import Figure, median, percentile, show, write
from .recording import Recording, open_plainly

GROUPS = 200
TASKS_OF_A_CASE = 4
PAGE = 51
"""One row more than is shown, as the page asks for."""
MEMBERSHIPS = (1, 5, 20)
FIRST_DAY_MS = 1_772_000_000_000
YEAR_MS = 365 * 24 * 3_600_000
_BATCH = 10_000

Look = Callable[[set[str]], list[InboxRow] | int]
"""Reads something for a set of principals."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--looks", type=int, default=200, help="how often each page is read")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        title = f"inbox on SQLite, {chosen.tasks:,} open tasks, {GROUPS} groups"
        figures = measure(Path(folder) / "linbang.db", chosen.tasks, chosen.looks)
    show(title, figures)
    write(chosen.json, title, figures)


def measure(path: Path, tasks: int, looks: int) -> list[Figure]:
    """Fill a database and give all figures."""
    database = Database(f"sqlite:///{path}")
    database.create_tables()
    plain = open_plainly(str(path))
    _fill(plain, tasks)
    recording = Recording(database.engine)
    inbox, dice = InboxStore(database, 1), random.Random(1)
    middle = (FIRST_DAY_MS + YEAR_MS // 2, 0)
    looks_at: dict[str, Look] = {
        "first page": lambda who: inbox.page(who, PAGE),
        "middle page": lambda who: inbox.page(who, PAGE, middle),
        "capped count": inbox.count,
    }
    figures: list[Figure] = []
    for size in MEMBERSHIPS:
        for name, act in looks_at.items():
            ours, theirs = _compare(act, recording, plain, [_principals(dice, size) for _ in range(looks)])
            label = f"{name}, {size} groups"
            figures.append(Figure(label, percentile(ours, 0.95) * 1000, "ms p95", "≤ 5"))
            figures.append(Figure("  plainly", percentile(theirs, 0.95) * 1000, "ms p95"))
            figures.append(Figure("  share of it", median(theirs) / median(ours)))
    plain.close()
    database.close()
    return figures


def _compare(
    act: Look,
    recording: Recording,
    plain: sqlite3.Connection,
    people: list[set[str]],
) -> tuple[list[float], list[float]]:
    """Give the seconds of each look by the store, and of the same statements said plainly."""
    ours, theirs = [], []
    act(people[0])
    for who in people:
        recording.reads.clear()
        began = time.perf_counter()
        act(who)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        for statement, parameters in recording.reads:
            plain.execute(statement, parameters).fetchall()
        theirs.append(time.perf_counter() - began)
    return ours, theirs


def _principals(dice: random.Random, size: int) -> set[str]:
    return {f"group{number}@1" for number in dice.sample(range(GROUPS), size)}


def _fill(connection: sqlite3.Connection, tasks: int) -> None:
    """Write open tasks, their cases and their inbox rows; due dates lie scattered over a year."""
    dice = random.Random(2)
    rows = (
        (number, f"group{dice.randrange(GROUPS)}", FIRST_DAY_MS + dice.randrange(YEAR_MS))
        for number in range(tasks)
    )
    connection.execute("PRAGMA synchronous=OFF")
    while batch := list(islice(rows, _BATCH)):
        connection.execute("BEGIN")
        _insert(
            connection,
            schema.process_instance.name,
            [_case(n) for n, _, _ in batch if n % TASKS_OF_A_CASE == 0],
        )
        _insert(connection, schema.user_task.name, [_task(*row) for row in batch])
        _insert(connection, schema.inbox.name, [_inbox(*row) for row in batch])
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _insert(connection: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        places = ", ".join(f":{name}" for name in names)
        connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)


def _case(number: int) -> dict[str, Any]:
    case = number // TASKS_OF_A_CASE
    return {
        "tenant_id": 1,
        "id": case,
        "definition_id": 1,
        "service_key": "t",
        "business_key": f"T-2026-{case:06d}",
        "title": "Wang",
        "office_id": 1,
        "state": "active",
        "started_at": FIRST_DAY_MS,
        "row_version": 1,
        "history_seq": 1,
        "history_head": bytes(32),
        "sealed_state": bytes(400),
    }


def _task(number: int, group: str, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": number,
        "process_instance_id": number // TASKS_OF_A_CASE,
        "service_key": "t",
        "number": number % TASKS_OF_A_CASE,
        "element_id": "review",
        "state": "open",
        "candidate_group": group,
        "office_id": 1,
        "priority": 50,
        "due_at": due_at,
        "at_risk": 0,
        "paused": 0,
        "created_at": FIRST_DAY_MS,
    }


def _inbox(number: int, group: str, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "principal": f"{group}@1",
        "due_at": due_at,
        "user_task_id": number,
        "service_key": "t",
        "element_id": "review",
        "at_risk": 0,
        "since": FIRST_DAY_MS,
    }


if __name__ == "__main__":
    main()
