"""How fast the inbox's pages are with 100,000 open cases in one group on SQLite, with each filter.

Run `python -m tests.benchmarks.inbox_pages`. One reviewer's group holds every task, which is the worst that can
be; pages are asked of the application itself, from the sign-in's check to the last line of HTML.
"""

from __future__ import annotations

import argparse
import gzip
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from engine import saved_filters
from engine.people import Actor
from engine.state import to_ms
from engine.store import Database, schema
from engine.store.cases import CaseStore
from engine.store.people import PersonRow
from engine.store.searching import index_words
from engine.store.settings import SettingStore
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import ALICE, QINGHE, World, make_world
from webui.app import create_app
from webui.bench.figures import Figure, percentile, table, write
from webui.settings import Settings
from webui.wiring import Installation

STEPS = 20
NAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁"
SPREAD_DAYS = 60
GOAL = "≤ 200"
PAGES = {
    "without a filter": "/?view=groups",
    "middle page": "/?view=groups&after={middle}",
    "a service": "/?view=groups&service=t",
    "a service that is not there": "/?view=groups&service=none",
    "a step": "/?view=groups&step=t:step7",
    "late": "/?view=groups&due=overdue",
    "soon": "/?view=groups&due=soon",
    "at risk": "/?view=groups&due=risk",
    "one group": "/?view=groups&group=reviewer",
    "a case number": "/?view=groups&q=T-2026-004321",
    "a common surname": "/?view=groups&q=王",
    "what nobody has": "/?view=groups&q=诸葛",
    "everything at once": "/?view=groups&q=王&step=t:step7&due=overdue",
    "claimed by me": "/?view=mine",
    "put off": "/?view=put_off",
    "counts": "/inbox/counts?view=groups&made_at={made}",
    "counts of five saved filters": "/inbox/filters?view=groups",
}
_BATCH = 5_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=20, help="how often each page is asked for")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        title = f"pages of the inbox on SQLite, {chosen.cases:,} open cases of one group"
        figures = measure(Path(folder), chosen.cases, chosen.looks)
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(folder: Path, cases: int, looks: int) -> list[Figure]:
    """Fill an installation and give all figures."""
    world = make_world(folder)
    middle = _fill(world, cases)
    client = _signed_in(world, folder, ALICE)
    for query in ("q=王", "due=overdue", "due=risk", "step=t:step3", "service=t"):
        saved_filters.save(world.runtime, ALICE, query, f"view=groups&{query}")
    places = {"middle": middle, "made": world.runtime.now_ms() - 1}
    figures = []
    for name, address in PAGES.items():
        took = [_ask(client, address.format(**places)) for _ in range(looks + 1)][1:]
        figures.append(Figure(name, percentile(took, 0.95) * 1000, "ms p95", GOAL))
    page = client.get(PAGES["without a filter"]).data
    figures.append(Figure("a page of fifty rows, compressed", len(gzip.compress(page)) / 1000, "kB"))
    world.runtime.database.close()
    return figures


def _ask(client: Any, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    took = time.perf_counter() - began
    assert answer.status_code == 200, answer.text
    return took


def _signed_in(world: World, folder: Path, actor: Actor) -> Any:
    """Give a browser in which a reviewer is signed in."""
    row = PersonRow(
        actor.person_id or 0, "alice", "Alice", "Alice", None, None, "en", 1, QINGHE, "caseworker", 1
    )
    world.runtime.people.add_person(row, list(actor.memberships))
    database: Database = world.runtime.database
    settings = Settings.from_environment({"LINBANG_DATA_DIR": str(folder)})
    found = Installation(settings, world.runtime, CaseStore(database, 1), SettingStore(database, 1), 0, 0)
    client = create_app(found, testing=True).test_client()
    with client.session_transaction() as session:
        session.update(person=str(actor.person_id), version=1, used=int(time.time()), language="en")
    return client


def _fill(world: World, cases: int) -> str:
    """Write open cases, a task of each, and its line in the group's list; gives a cursor in their middle."""
    names = [f"step{number}" for number in range(STEPS)]
    world.deploy(bundle("".join(user_task(name) for name in names) + start_and_end(*names)))
    definition_id, _ = world.runtime.catalogue.newest("t")
    rows = list(_tasks(world, cases))
    tables = {"process_instance": _case, "case_word": _words, "user_task": _task, "inbox": _line}
    for begin in range(0, cases, _BATCH):
        with world.runtime.database.writing() as connection:
            for table, make in tables.items():
                made = [one for row in rows[begin : begin + _BATCH] for one in make(row, definition_id)]
                connection.execute(insert(getattr(schema, table)), made)
    lines = sorted((row["due_at"], row["number"]) for row in rows)
    return "{}.{}".format(*lines[cases // 2])


def _tasks(world: World, cases: int) -> Iterator[dict[str, Any]]:
    """Invent what differs: name, step, due date, and whether a clock has warned."""
    dice, now = random.Random(4), world.clock.now()
    for number in range(1, cases + 1):
        hours = dice.randrange(-SPREAD_DAYS * 6, SPREAD_DAYS * 24)
        yield {
            "number": number,
            "name": dice.choice(NAMES) + dice.choice(NAMES) + dice.choice(NAMES),
            "step": f"step{dice.randrange(STEPS)}",
            "due_at": to_ms(now + timedelta(hours=hours)),
            "at_risk": int(dice.random() < 0.05),
            "since": to_ms(now - timedelta(minutes=dice.randrange(20_000))),
        }


def _case(row: dict[str, Any], definition_id: int) -> list[dict[str, Any]]:
    case = {"id": row["number"], "definition_id": definition_id, "service_key": "t", "title": row["name"]}
    state = {"state": "active", "row_version": 1, "history_seq": 1, "history_head": bytes(32)}
    sealed = {"sealed_state": bytes(1_500), "started_at": row["since"], "office_id": QINGHE}
    return [{"tenant_id": 1, "business_key": f"T-2026-{row['number']:06d}", **case, **state, **sealed}]


def _words(row: dict[str, Any], _definition_id: int) -> list[dict[str, Any]]:
    return [
        {"tenant_id": 1, "word": word, "office_id": QINGHE, "process_instance_id": row["number"]}
        for word in index_words(f"T-2026-{row['number']:06d}", row["name"])
    ]


def _task(row: dict[str, Any], _definition_id: int) -> list[dict[str, Any]]:
    place = {
        "service_key": "t",
        "element_id": row["step"],
        "office_id": QINGHE,
        "candidate_group": "reviewer",
    }
    state = {"state": "open", "priority": 50, "at_risk": row["at_risk"], "paused": 0, "number": 1}
    moments = {"due_at": row["due_at"], "created_at": row["since"]}
    return [
        {
            "tenant_id": 1,
            "id": row["number"],
            "process_instance_id": row["number"],
            **place,
            **state,
            **moments,
        }
    ]


def _line(row: dict[str, Any], _definition_id: int) -> list[dict[str, Any]]:
    place = {"principal": f"reviewer@{QINGHE}", "due_at": row["due_at"], "user_task_id": row["number"]}
    beside = {"service_key": "t", "element_id": row["step"], "at_risk": row["at_risk"], "since": row["since"]}
    return [{"tenant_id": 1, **place, **beside}]


if __name__ == "__main__":
    main()
