"""How fast alerts are listed, counted and announced, and their ledger read, with 100,000 open cases, on SQLite.

Run `python -m tests.benchmarks.alerts`. Rows are written directly, three alerts a case, all of them one
supervisor's; then the public store and verbs read and write them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.store import Database, schema
from engine.store.alert_ledger import CHANNELS, STATES, AlertLedgerStore
from engine.store.alert_messages import AlertMessageStore, Opening
from engine.store.alerts import AlertStore
from engine.store.announcing import Announcement, AnnouncingStore, Recipient
from webui.bench.figures import Figure, median, table, write
from webui.bench.plain import Plain

SERVICES = ("allowance", "beds", "help", "discovery")
ALERTS_OF_A_CASE = 3
PERSON, OFFICE = 1, 1
PAGE = 51
"""One row more than is shown, as the page asks for."""
FIRST_DAY_MS = 1_772_000_000_000
NEW = 5_000
_BATCH = 20_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=50, help="how often each page is read")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder) / "linbang.db", chosen.cases, chosen.looks)
    title = f"alerts on SQLite, {chosen.cases:,} open cases, {chosen.cases * ALERTS_OF_A_CASE:,} alerts"
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(path: Path, cases: int, looks: int) -> list[Figure]:
    """Fill a database and give all figures."""
    database = Database(f"sqlite:///{path}")
    database.create_tables()
    plain = Plain(f"sqlite:///{path}")
    _fill(plain, cases)
    plain.close()
    store, middle = AlertStore(database, 1), cases * ALERTS_OF_A_CASE // 2

    def page(**wanted: Any) -> None:
        services = wanted.pop("services", SERVICES)
        ids = store.page(PERSON, services, size=PAGE, **wanted)
        store.listed(PERSON, ids, [OFFICE])

    ledger = AlertLedgerStore(database, 1)

    def messages(**wanted: Any) -> None:
        asked = {"channels": CHANNELS, "states": STATES, "person_id": None, "before": None, **wanted}
        ledger.counts(ledger.messages(offices=[OFFICE], size=PAGE, **asked))

    acts: dict[str, Callable[[], object]] = {
        "first page": page,
        "middle page": lambda: page(before=middle),
        "unread ones": lambda: page(unread=True),
        "missed ones of a service": lambda: page(services=["beds"], missed=True),
        "unread ones of a service without any": lambda: page(services=["nothing"], unread=True),
        "unread count": lambda: store.count_unread(PERSON),
        "nothing new": AnnouncingStore(database, 1).has_new,
        "messages": messages,
        "messages given up": lambda: messages(states=["failed"]),
        "messages of one person, middle": lambda: messages(person_id=PERSON, before=cases // 2),
        "who was told of a case": lambda: ledger.told([one.id for one in ledger.of_case(cases // 2)]),
        "reached nobody": lambda: ledger.unheard([OFFICE], before=None, size=PAGE),
        "troubles with mails": lambda: AlertMessageStore(database, 1).troubles(failed_since=0, due_before=0),
    }
    figures = [
        Figure(name, median(_seconds(act, looks)) * 1000, "ms median", "≤ 50") for name, act in acts.items()
    ]
    figures += _announcing(AnnouncingStore(database, 1), store)
    database.close()
    return figures


def _announcing(announcing: AnnouncingStore, store: AlertStore) -> list[Figure]:
    """Announce what is new in batches, then mark everything as read."""
    whom = (Recipient(PERSON, "supervisor", None, "page mail", mail=True, sms=False),)
    opening = Opening(due_at=2, day_begins=0, day_ends=10, next_day=20, most_sms=3)
    numbers = iter(range(10**9, 2 * 10**9))
    began = time.perf_counter()
    while new := announcing.new(500):
        announcing.open_tasks({one.process_instance_id for one in new})
        announcing.staff(["reviewer"], "2026-03-02")
        planned = [Announcement(one, "default, breach", "told", whom) for one in new]
        announcing.announce(planned, now=1, opening=opening, new_id=lambda: next(numbers))
    announced = (time.perf_counter() - began) / NEW
    began, done = time.perf_counter(), 0
    while ids := store.unread_ids(PERSON, None):
        done += store.read(PERSON, ids, 1)
    return [
        Figure("announce one", announced * 1000, "ms"),
        Figure("mark one as read", (time.perf_counter() - began) / done * 1000, "ms"),
    ]


def _seconds(act: Callable[[], object], looks: int) -> list[float]:
    act()
    found = []
    for _ in range(looks):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return found


def _fill(plain: Plain, cases: int) -> None:
    """Write cases with a clock each, their alerts, and one supervisor's; every tenth is unread, the last are new."""
    plain.fill(schema.person.name, [_person()])
    last = cases * ALERTS_OF_A_CASE - NEW
    for begin in range(0, cases, _BATCH):
        numbers = range(begin, min(begin + _BATCH, cases))
        alerts = [_alert(case, n, last) for case in numbers for n in range(ALERTS_OF_A_CASE)]
        plain.fill(schema.process_instance.name, [_case(case) for case in numbers])
        plain.fill(schema.deadline.name, [_clock(case) for case in numbers])
        plain.fill(schema.alert.name, alerts)
        told = [_recipient(alert) for alert in alerts if alert["announced_at"] is not None]
        plain.fill(schema.alert_recipient.name, told)
        plain.fill(schema.alert_message.name, [_message(case) for case in numbers])
    plain.settle()


def _person() -> dict[str, Any]:
    words = dict.fromkeys(("username", "name", "name_en", "email"), "sun")
    more = {"language": "en", "active": 1, "office_id": OFFICE, "roles": "supervisor", "session_version": 1}
    return {"tenant_id": 1, "id": PERSON, **words, **more}


def _case(number: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": number,
        "definition_id": 1,
        "service_key": SERVICES[number % len(SERVICES)],
        "business_key": f"T-2026-{number:06d}",
        "title": "Wang",
        "office_id": OFFICE,
        "state": "active",
        "started_at": FIRST_DAY_MS,
        "row_version": 1,
        "history_seq": 1,
        "history_head": bytes(32),
        "sealed_state": bytes(400),
    }


def _clock(case: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "process_instance_id": case,
        "key": "limit:0",
        "deadline_id": "limit",
        "kind": "statutory",
        "state": "breached",
        "office_id": OFFICE,
        "service_key": SERVICES[case % len(SERVICES)],
        "started_at": FIRST_DAY_MS,
        "due_at": FIRST_DAY_MS,
        "provisional": 0,
        "calendar_version": "1",
    }


def _alert(case: int, n: int, last: int) -> dict[str, Any]:
    number = case * ALERTS_OF_A_CASE + n
    return {
        "tenant_id": 1,
        "id": number,
        "process_instance_id": case,
        "deadline_key": "limit:0",
        "deadline_id": "limit",
        "level": ("60%", "2 WD", "breach")[n],
        "service_key": SERVICES[case % len(SERVICES)],
        "office_id": OFFICE,
        "due_at": FIRST_DAY_MS,
        "at": FIRST_DAY_MS,
        "announced_at": FIRST_DAY_MS if number < last else None,
        "rule": "default, breach" if number < last else None,
        "reached": ("instead" if number % 1000 == 0 else "told") if number < last else None,
    }


def _recipient(alert: dict[str, Any]) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "person_id": PERSON,
        "alert_id": alert["id"],
        "service_key": alert["service_key"],
        "missed": int(alert["level"] == "breach"),
        "who": "supervisor",
        "ways": "page mail",
        "mail_id": alert["process_instance_id"],
        "read_at": None if alert["id"] % 10 == 0 else FIRST_DAY_MS,
    }


def _message(number: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": number,
        "person_id": PERSON,
        "channel": CHANNELS[number % 2],
        "state": "failed" if number % 1000 == 0 else "sent",
        "created_at": FIRST_DAY_MS,
        "due_at": FIRST_DAY_MS,
        "sent_at": FIRST_DAY_MS,
        "attempts": 1,
        "receipt": str(number),
    }


if __name__ == "__main__":
    main()
