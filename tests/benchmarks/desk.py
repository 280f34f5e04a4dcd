"""How fast the supervisor's pages are with 100,000 open cases at 31 offices, on SQLite.

Run `python -m tests.benchmarks.desk`. Rows are written directly; pages are asked of the application, without
a network, by a supervisor who answers for all offices, and the counts and lists behind them of the store.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from engine.people import Actor
from engine.store.cases import CaseStore
from engine.store.people import OfficeRow, PersonRow
from engine.store.settings import SettingStore
from engine.store.work import WorkFilter
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import DISTRICT, World, make_world
from webui.app import create_app
from webui.bench.figures import Figure, percentile, table, write
from webui.bench.plain import Plain
from webui.settings import Settings
from webui.wiring import Installation

OFFICES = 30
SERVICES = 5
STEPS = 8
PEOPLE = 300
DAY_MS = 24 * 3_600_000
PAGE = 51
GOAL = "≤ 200"
_BATCH = 10_000
SUN = Actor(1, "Sun", DISTRICT, frozenset(), frozenset({"supervisor"}))

Look = Callable[[], Any]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=30, help="how often each page is read")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = _filled(Path(folder), chosen.cases)
        title = f"supervisor's pages on SQLite, {chosen.cases:,} open cases, {OFFICES + 1} offices"
        figures = measure(world, Path(folder), chosen.looks)
        world.runtime.database.close()
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(world: World, folder: Path, looks: int) -> list[Figure]:
    """Give all figures."""
    work, now = world.runtime.work, world.runtime.now_ms()
    offices = world.runtime.offices.below(DISTRICT)
    client = _client(world, folder)
    stores: dict[str, Look] = {
        "counts by place": lambda: work.count_by_place(offices, now),
        "counts by person": lambda: work.count_by_person(offices, now),
        "cases past their limit": lambda: work.count_missed(offices),
        "late work, first page": lambda: work.page(offices, WorkFilter("late"), now, size=PAGE),
        "one person's work": lambda: work.page(offices, WorkFilter(assignee=17), now, size=PAGE),
    }
    pages = {
        "the overview": "/desk",
        "its part by person": "/desk/people",
        "the late ones": "/desk/work?standing=late",
        "all of one service": "/desk/work?service=t1",
        "all, from the middle": f"/desk/work?after={now + 10 * DAY_MS}.0",
    }
    figures = [Figure(name, _p95(look, looks), "ms p95") for name, look in stores.items()]
    for name, address in pages.items():
        assert client.get(address).status_code == 200
        look: Look = lambda address=address: client.get(address).data  # noqa: E731 - binds the address
        figures.append(Figure(f"page: {name}", _p95(look, looks), "ms p95", GOAL))
    return figures


def _p95(look: Look, looks: int) -> float:
    look()
    spent = []
    for _ in range(looks):
        began = time.perf_counter()
        look()
        spent.append(time.perf_counter() - began)
    return percentile(spent, 0.95) * 1000


def _client(world: World, folder: Path) -> Any:
    database = world.runtime.database
    settings = Settings.from_environment({"LINBANG_DATA_DIR": str(folder)})
    stores = CaseStore(database, 1), SettingStore(database, 1)
    client = create_app(Installation(settings, world.runtime, *stores, 0, 0), testing=True).test_client()
    with client.session_transaction() as session:
        session.update(person=str(SUN.person_id), version=1, used=int(time.time()), language="en")
    return client


def _filled(folder: Path, cases: int) -> World:
    """Deploy services of some steps, and write staff, open cases with a task each, and their clocks."""
    world = make_world(folder)
    steps = [f"step{number}" for number in range(STEPS)]
    for number in range(SERVICES):
        body = "".join(user_task(step) for step in steps) + start_and_end(*steps)
        process = f'linbang:caseNumber="T{number}" linbang:title="name" linbang:startGroups="clerk"'
        world.deploy(bundle(body, key=f"t{number}", process=process))
    people = world.runtime.people
    for number in range(OFFICES - 2):
        office = OfficeRow(
            100 + number, DISTRICT, "subdistrict", f"9901011{number:02d}", "街道", f"Town {number}"
        )
        people.add_office(office)
    world.runtime.offices = type(world.runtime.offices)({row.id: row for row in people.offices()})
    below = [office for office in world.runtime.offices.rows if office != DISTRICT]
    for number in range(1, PEOPLE + 1):
        roles, office = (
            ("supervisor", DISTRICT) if number == 1 else ("caseworker", below[number % len(below)])
        )
        row = PersonRow(
            number,
            f"p{number}",
            f"Person {number}",
            f"Person {number}",
            None,
            None,
            "en",
            1,
            office,
            roles,
            1,
        )
        people.add_person(row, [("reviewer", office)])
    _fill(world, folder, below, cases)
    return world


def _fill(world: World, folder: Path, offices: list[int], cases: int) -> None:
    dice = random.Random(2)
    definitions = {key: found[0] for key, found in world.runtime.catalogue.services().items()}
    now = world.runtime.now_ms()
    made = (_made(dice, number, now, offices, definitions) for number in range(1, cases + 1))
    plain = Plain(f"sqlite:///{folder / 'linbang.db'}")
    for batch in iter(lambda: list(islice(made, _BATCH)), []):
        for name in ("process_instance", "user_task", "inbox", "deadline"):
            plain.fill(name, [one[name] for one in batch])
    plain.settle()
    plain.close()


def _made(
    dice: random.Random, number: int, now: int, offices: list[int], definitions: dict[str, int]
) -> dict[str, dict[str, Any]]:
    """Make one case with its task and its clock: one of ten is late, some warn, some stand still."""
    key, office = dice.choice(sorted(definitions)), dice.choice(offices)
    due = now + dice.randrange(-4 * DAY_MS, 36 * DAY_MS)
    here, count = offices.index(office), len(offices)
    assignee = here + count * dice.randrange(1, PEOPLE // count) if dice.random() < 0.6 else None
    of_office = {"tenant_id": 1, "office_id": office, "service_key": key}
    case = {
        "id": number,
        "definition_id": definitions[key],
        "business_key": f"T-2026-{number:06d}",
        "title": "Wang",
        "state": "active",
        "started_at": now,
        "row_version": 1,
        "history_seq": 1,
        "history_head": bytes(32),
        "sealed_state": bytes(400),
    }
    task = {
        "id": number,
        "process_instance_id": number,
        "number": 3,
        "element_id": f"step{dice.randrange(STEPS)}",
        "state": "open",
        "candidate_group": "reviewer",
        "assignee": assignee,
        "priority": 50,
        "due_at": due,
        "at_risk": int(due < now + 5 * DAY_MS),
        "paused": int(dice.random() < 0.05),
        "created_at": now,
    }
    clock = {
        "process_instance_id": number,
        "key": "limit:1",
        "deadline_id": "limit",
        "kind": "promised",
        "state": "breached" if due <= now else "running",
        "started_at": now,
        "due_at": due,
        "provisional": 0,
        "calendar_version": "",
    }
    principal = f"p{assignee}" if assignee else f"reviewer@{office}"
    inbox = {
        "tenant_id": 1,
        "principal": principal,
        "due_at": due,
        "user_task_id": number,
        "service_key": key,
        "element_id": task["element_id"],
        "at_risk": task["at_risk"],
        "since": 0,
    }
    return {
        "process_instance": of_office | case,
        "user_task": of_office | task,
        "inbox": inbox,
        "deadline": of_office | clock,
    }


if __name__ == "__main__":
    main()
