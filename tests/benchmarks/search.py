"""How fast a search answers with 100,000 cases, also for a common surname and for a small office.

Run `python -m tests.benchmarks.search --database sqlite` or `postgresql`. Rows are written directly; searches go through the public store, once
for the district, which sees everything, and once for one street of twenty, and their first page is read too.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from engine.store import Database, schema
from engine.store.cases import CaseFilter, CaseStore
from engine.store.inbox import InboxFilter, InboxStore
from engine.store.searching import SearchStore, index_words
from webui.bench.figures import Figure, percentile, table, write
from webui.bench.installation import DATABASES, Measured, measured
from webui.bench.plain import Plain

from .places import settings_on

OFFICES = 20
PAGE = 51
FIRST_DAY_MS = 1_772_000_000_000
YEAR_MS = 365 * 24 * 3_600_000
SERVICES = ("BB", "DB", "CB", "RH")
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁"
"""The most common ones; the first three have a fifth of all people, as in life."""

GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰辉建国文华玉梅红"
SEARCHES = {
    "a common surname": "王",
    "a common name": "王伟",
    "a name of three signs": "李秀英",
    "two given signs": "建国",
    "a whole number": "BB-2026-004321",
    "a number without zeros": "4321",
    "the beginning of a number": "43",
    "a year": "2026",
    "a service and a name": "BB 王伟",
    "year and surname": "2026 王",
    "what nobody has": "诸葛",
}
_BATCH = 5_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=20, help="how often each search is done")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    chosen = parser.parse_args()
    with ExitStack() as opened:
        found = opened.enter_context(measured(settings_on(chosen.database, opened), chosen.database))
        figures = measure(found, chosen.cases, chosen.looks)
    title = f"search on {chosen.database}, {chosen.cases:,} open cases, {OFFICES} streets"
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(found: Measured, cases: int, looks: int) -> list[Figure]:
    """Fill a database and give all figures."""
    database = found.runtime.database
    _fill(found.own, cases)
    figures = []
    for who, offices in (("district", list(range(1, OFFICES + 1))), ("street", [7])):
        for name, text in SEARCHES.items():
            took, hits = _look(database, text, offices, looks)
            label = f"{who}, {name} ({hits} cases)"
            figures.append(Figure(label, percentile(took, 0.95) * 1000, "ms p95", "≤ 200"))
    return figures


def _look(database: Database, text: str, offices: list[int], looks: int) -> tuple[list[float], int]:
    """Give the seconds of each search with its first pages of cases and of tasks, and how many it found."""
    search, store, inbox = SearchStore(database, 1), CaseStore(database, 1), InboxStore(database, 1)
    groups = {f"reviewer@{office}" for office in offices}
    took, found = [], 0
    for _ in range(looks):
        began = time.perf_counter()
        hits = search.cases(text, offices)
        store.cases(offices, CaseFilter(hits.ids), size=PAGE)
        inbox.page(groups, PAGE, None, InboxFilter(case_ids=hits.ids))
        took.append(time.perf_counter() - began)
        found = len(hits.ids)
    return took, found


def _fill(plain: Plain, cases: int) -> None:
    """Write open cases with the words of their numbers and names, and one task of each."""
    rows = _cases(cases)
    for batch in iter(lambda: list(islice(rows, _BATCH)), []):
        plain.fill(schema.process_instance.name, batch)
        plain.fill(schema.case_word.name, [word for row in batch for word in _words(row)])
        plain.fill(schema.user_task.name, [_task(row) for row in batch])
        plain.fill(schema.inbox.name, [_inbox(row) for row in batch])
    plain.settle()


def _cases(count: int) -> Iterator[dict[str, Any]]:
    dice = random.Random(3)
    weights = [8, 7, 6, *[2] * (len(SURNAMES) - 3)]
    for number in range(count):
        name = dice.choices(SURNAMES, weights)[0] + "".join(dice.choices(GIVEN, k=dice.choice((1, 2))))
        service = number % len(SERVICES)
        yield {
            "tenant_id": 1,
            "id": number + 1,
            "definition_id": 1,
            "service_key": SERVICES[service].lower(),
            "business_key": f"{SERVICES[service]}-2026-{number // len(SERVICES):06d}",
            "title": name,
            "office_id": dice.randrange(OFFICES) + 1,
            "state": "active",
            "started_at": FIRST_DAY_MS,
            "row_version": 1,
            "history_seq": 1,
            "history_head": bytes(32),
            "sealed_state": bytes(1_500),
        }


def _words(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for word in index_words(row["business_key"], row["title"]):
        here = {"office_id": row["office_id"], "process_instance_id": row["id"]}
        yield {"tenant_id": 1, "word": word, **here}


def _task(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": row["id"],
        "process_instance_id": row["id"],
        "service_key": row["service_key"],
        "number": 1,
        "element_id": "review",
        "state": "open",
        "candidate_group": "reviewer",
        "office_id": row["office_id"],
        "priority": 50,
        "due_at": _due(row),
        "at_risk": 0,
        "paused": 0,
        "created_at": FIRST_DAY_MS,
    }


def _inbox(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "principal": f"reviewer@{row['office_id']}",
        "due_at": _due(row),
        "user_task_id": row["id"],
        "service_key": row["service_key"],
        "element_id": "review",
        "at_risk": 0,
        "since": FIRST_DAY_MS,
    }


def _due(row: dict[str, Any]) -> int:
    return FIRST_DAY_MS + row["id"] * 7_919_000_003 % YEAR_MS


if __name__ == "__main__":
    main()
