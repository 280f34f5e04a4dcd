"""How fast a change of the calendar finds, shows and moves cases, with 100,000 open cases, on SQLite.

Run `python -m tests.benchmarks.calendars`. Rows are written directly, two clocks a case; cases to look at and to move
are really begun, and moved by the public verbs. Processor time: others may be at work.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.store import Database, schema
from engine.store.calendars import CalendarStore, ClocksWanted
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import QINGHE, SUPERVISOR, make_world
from webui.bench.figures import Figure, median, table, write
from webui.bench.plain import Plain

OFFICE, CHANGE, PAGE = 1, 1, 26
DAY_MS = 86_400_000
FIRST_MS = 1_772_000_000_000
CLOCKS = ("promise:0", "law:0")
REAL = 300
_BATCH = 20_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=50, help="how often each page is read")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = [*measure(Path(folder), chosen.cases, chosen.looks), *moving(Path(folder))]
    title = f"calendars on SQLite, {chosen.cases:,} open cases, {chosen.cases * len(CLOCKS):,} clocks"
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(folder: Path, cases: int, looks: int) -> list[Figure]:
    """Fill a database and read what a change reads."""
    database = Database(f"sqlite:///{folder / 'many.db'}")
    database.create_tables()
    plain = Plain(f"sqlite:///{folder / 'many.db'}")
    for begin in range(0, cases, _BATCH):
        numbers = range(begin + 1, min(begin + _BATCH, cases) + 1)
        plain.fill(schema.process_instance.name, [_case(case) for case in numbers])
        plain.fill(schema.deadline.name, [_clock(case, key) for case in numbers for key in CLOCKS])
        plain.fill(schema.calendar_move.name, [_move(case) for case in numbers])
    plain.settle()
    plain.close()
    store = CalendarStore(database, 1)
    everybody = ClocksWanted("running", FIRST_MS, None)
    few = ClocksWanted("running", FIRST_MS, frozenset({OFFICE}))
    middle = (FIRST_MS + 15 * DAY_MS, cases // 2, "")

    acts: dict[str, Callable[[], object]] = {
        "is there a newer one": store.newest,
        "next clocks, first": lambda: store.clocks(everybody, (-1, 0, ""), 100),
        "next clocks, middle": lambda: store.clocks(everybody, middle, 100),
        "next clocks of one office": lambda: store.clocks(few, (-1, 0, ""), 100),
        "page of cases, first": lambda: _page(store, 0),
        "page of cases, middle": lambda: _page(store, cases // 2),
        "counts by state": lambda: store.counts(CHANGE, looking.STATES),
    }
    figures = [
        Figure(name, median(_seconds(act, looks)) * 1000, "ms median", "≤ 50") for name, act in acts.items()
    ]
    database.close()
    return figures


def moving(folder: Path, cases: int = REAL) -> list[Figure]:
    """Begin cases, look at a closed day, and move them."""
    world = make_world(folder, "real.db")
    clock = '<linbang:deadline id="promise" kind="promised" limit="12 WD" warn="60%"/>'
    body = (
        f"<bpmn:extensionElements>{clock}</bpmn:extensionElements>" + user_task("ask") + start_and_end("ask")
    )
    world.deploy(bundle(body))
    for _ in range(cases):
        world.start()
    runtime = world.runtime
    day = runtime.calendar.add_working_days(runtime.today(), 3)
    wishes = OfficeWishes([OwnDay(day, works=False, label="storm")])
    row = proposing.propose_office(runtime, SUPERVISOR, QINGHE, wishes)
    began = time.process_time()
    while looking.look_further(runtime, SUPERVISOR, row.id).row.state == "looking":
        pass
    looked = (time.process_time() - began) / cases
    applying.approve(runtime, SUPERVISOR, row.id, "A storm shut the offices.")
    began = time.process_time()
    while applying.go_on(runtime, row.id, budget_s=60).left:
        pass
    moved = (time.process_time() - began) / cases
    assert looking.read_preview(runtime, SUPERVISOR, row.id).counts["moved"] == cases
    runtime.database.close()
    return [
        Figure("look at one case", looked * 1000, "ms processor"),
        Figure("move one case", moved * 1000, "ms processor"),
    ]


def _page(store: CalendarStore, after: int) -> object:
    return store.moves(CHANGE, states=looking.STATES, offices=[OFFICE], after=after, size=PAGE)


def _seconds(act: Callable[[], object], looks: int) -> list[float]:
    act()
    found = []
    for _ in range(looks):
        began = time.process_time()
        act()
        found.append(time.process_time() - began)
    return found


def _case(number: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": number,
        "definition_id": 1,
        "service_key": "allowance",
        "business_key": f"T-2026-{number:06d}",
        "title": "Wang",
        "office_id": OFFICE,
        "state": "active",
        "started_at": FIRST_MS,
        "row_version": 1,
        "history_seq": 1,
        "history_head": bytes(32),
        "sealed_state": bytes(400),
    }


def _clock(case: int, key: str) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "process_instance_id": case,
        "key": key,
        "deadline_id": key.removesuffix(":0"),
        "kind": "promised",
        "state": "running",
        "office_id": OFFICE,
        "service_key": "allowance",
        "started_at": FIRST_MS,
        "due_at": FIRST_MS + case % 30 * DAY_MS,
        "provisional": 0,
        "ended_at": None,
        "calendar_version": "old",
    }


def _move(case: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "change_id": CHANGE,
        "process_instance_id": case,
        "office_id": OFFICE,
        "state": "foreseen",
        "at": FIRST_MS,
        "content": '[[["promise", 0, 1, 2, 0, "old", "new"]], [], [], null]',
    }


if __name__ == "__main__":
    main()
