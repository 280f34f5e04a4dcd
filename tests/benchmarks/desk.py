"""How fast the supervisor's pages are with 100,000 open cases at 31 offices and a year of finished ones.

Run `python -m tests.benchmarks.desk --database sqlite` or `postgresql`. Rows are written directly; pages are asked of
the application, without a network, by a supervisor who answers for all offices, and the counts and lists behind them
of the store. Times are those of the wall and of this process alone: on PostgreSQL the second leaves the server out.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from engine.figures import MONTH, WEEK, Period
from engine.figures.measuring import rounded
from engine.people import Actor
from engine.state import from_ms
from engine.store.cases import CaseStore
from engine.store.people import OfficeRow, PersonRow
from engine.store.scratch import scratch_database
from engine.store.settings import SettingStore
from engine.store.work import WorkFilter
from tests.benchmarks.places import settings_on
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import DISTRICT, World, make_world_at
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
    parser.add_argument("--finished", type=int, default=100_000, help="cases that ended in the year before")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--looks", type=int, default=30, help="how often each page is read")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        url = f"sqlite:///{Path(folder) / 'linbang.db'}"
        if chosen.database == "postgresql":
            settings = settings_on(chosen.database, opened)
            url = opened.enter_context(scratch_database(settings.database_url))
        world = filled(url, chosen.cases, chosen.finished)
        title = (
            f"supervisor's pages on {chosen.database}, {chosen.cases:,} open cases, {chosen.finished:,} finished, "
            f"{OFFICES + 1} offices"
        )
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
        "late by Sunday, without a task": lambda: work.without_task(offices, now, now + 7 * DAY_MS, PAGE),
    }
    month = Period.of(world.runtime.today(), MONTH)
    week = Period.of(world.runtime.today(), WEEK)
    pages = {
        "the overview": "/desk",
        "its part by person": "/desk/people",
        "the late ones": "/desk/work?standing=late",
        "all of one service": "/desk/work?service=t1",
        "late by Sunday": "/desk/work?standing=this_week",
        "figures of this month": "/desk/figures",
        "figures of the month before": f"/desk/figures?period={month.before.key}",
        "figures of a week": f"/desk/figures?period={week.before.key}",
        "heat of a service": f"/desk/figures/t1?period={month.before.key}",
        "ratings": f"/desk/ratings?period={month.before.key}",
        "the weekly report": f"/desk/report?period={week.before.key}",
        "all, from the middle": f"/desk/work?after={now + 10 * DAY_MS}.0",
    }
    figures = [Figure(name, _p95(look, looks), "ms p95") for name, look in stores.items()]
    for name, address in pages.items():
        assert client.get(address).status_code == 200
        look: Look = lambda address=address: client.get(address).data  # noqa: E731 - binds the address
        wall, own = _times(look, looks)
        figures.append(Figure(f"page: {name}", wall, "ms p95", GOAL))
        figures.append(Figure(f"page: {name}, this process", own, "ms median"))
    return figures


def _p95(look: Look, looks: int) -> float:
    return _times(look, looks)[0]


def _times(look: Look, looks: int) -> tuple[float, float]:
    """Give the 95th percentile of the wall's time and the median of the process's own, in milliseconds."""
    look()
    wall, own = [], []
    for _ in range(looks):
        began, used = time.perf_counter(), time.process_time()
        look()
        wall.append(time.perf_counter() - began)
        own.append(time.process_time() - used)
    return percentile(wall, 0.95) * 1000, percentile(own, 0.5) * 1000


def _client(world: World, folder: Path) -> Any:
    database = world.runtime.database
    settings = Settings.from_environment({"LINBANG_DATA_DIR": str(folder)})
    stores = CaseStore(database, 1), SettingStore(database, 1)
    client = create_app(Installation(settings, world.runtime, *stores, 0, 0), testing=True).test_client()
    with client.session_transaction() as session:
        session.update(person=str(SUN.person_id), version=1, used=int(time.time()), language="en")
    return client


def filled(url: str, cases: int, finished: int) -> World:
    """Deploy services of some steps, and write staff, open cases with a task each, and their clocks."""
    world = make_world_at(url)
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
    _fill(world, url, below, cases, finished)
    return world


def _fill(world: World, url: str, offices: list[int], cases: int, finished: int) -> None:
    dice = random.Random(2)
    definitions = {key: found[0] for key, found in world.runtime.catalogue.services().items()}
    now = world.runtime.now_ms()
    made = (_made(dice, number, now, offices, definitions) for number in range(1, cases + 1))
    plain = Plain(url)
    for batch in _batches(made):
        for name in ("process_instance", "user_task", "inbox", "deadline"):
            plain.fill(name, [one[name] for one in batch])
    sums: Counter[tuple[Any, ...]] = Counter()
    ended = (
        _ended(dice, cases + number, now, offices, definitions, sums) for number in range(1, finished + 1)
    )
    for batch in _batches(ended):
        for name in ("process_instance", "case_figure"):
            plain.fill(name, [one[name] for one in batch])
    for some in _batches(_figures(sums)):
        plain.fill("figure", some)
    plain.settle()
    plain.close()


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rest = iter(rows)
    return iter(lambda: list(islice(rest, _BATCH)), [])


def _ended(
    dice: random.Random,
    number: int,
    now: int,
    offices: list[int],
    definitions: dict[str, int],
    sums: Counter[tuple[Any, ...]],
) -> dict[str, dict[str, Any]]:
    """Make one case that ended in the year before, and add what was counted of it."""
    key, office = dice.choice(sorted(definitions)), dice.choice(offices)
    ended_at = now - dice.randrange(0, 365 * DAY_MS)
    days = min(60, int(dice.expovariate(0.12)))
    day = (from_ms(ended_at) + timedelta(hours=8)).date()
    late, rating = int(days > 12), dice.choices((5, 4, 3, 2, 1, 0, -1), (50, 25, 10, 4, 2, 6, 3))[0]
    periods = [Period.of(day, kind).key for kind in (WEEK, MONTH)]
    found: list[tuple[str, str, int]] = [
        ("received", "", 0),
        ("done", "", 1 + late),
        ("duration", "", days),
        ("rating", "", rating),
    ]
    for step in range(STEPS // 2):
        found.append(("waiting", f"step{step}", rounded(int(dice.expovariate(0.002)))))
        found.append(("working", f"step{step}", rounded(int(dice.expovariate(0.01)))))
    for measure, element, bucket in found:
        for one in (office, DISTRICT):
            for period in periods[1:] if element else periods:
                sums[one, period, measure, key, element, definitions[key], bucket] += 1
    bad = int(rating in {1, 2})
    shared = {
        "service_key": key,
        "definition_id": definitions[key],
        "office_id": office,
        "ended_at": ended_at,
    }
    case = {
        "tenant_id": 1,
        "id": number,
        "business_key": f"T-2025-{number:06d}",
        "title": "Wang",
        "state": "completed",
        "outcome": "done",
        "started_at": ended_at - days * DAY_MS,
        "row_version": 9,
        "history_seq": 9,
        "history_head": bytes(32),
        "sealed_state": bytes(200),
        "figured": 2,
    }
    kept = {
        "tenant_id": 1,
        "process_instance_id": number,
        "month": periods[1],
        "state": "completed",
        "days": days,
        "missed": late,
        "returns": 0,
        "rating": "dissatisfied" if bad else "satisfied",
        "rated_at": ended_at,
        "bad": bad,
        "review": "justified" if bad else None,
    }
    return {"process_instance": shared | case, "case_figure": shared | kept}


def _figures(sums: Counter[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    names = ("office_id", "period", "measure", "service_key", "element_id", "definition_id", "bucket")
    for place, number in sorted(sums.items()):
        yield {
            "tenant_id": 1,
            **dict(zip(names, place, strict=True)),
            "number": number,
            "total": number * place[-1],
        }


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
        "figured": 1,
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
