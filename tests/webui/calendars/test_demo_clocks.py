"""Every due date of the demo follows from its history alone, and an altered history is found out.

Who alters a row of the database is found by `linbang audit verify`, as the chain breaks. Who holds the key as well,
and chains everything anew, is found by `linbang audit clocks`: the stored dates no longer follow.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from engine import audit, clock_audit
from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.store import schema as s
from tests.databases.pool import database_url, give_back
from tests.engine.support import MovedClock
from webui import demo
from webui.cli import main
from webui.settings import Settings
from webui.wiring import Installation, open_installation

from . import retelling

CASES = 40
"""So few show pauses, an extension, a hand-over, a clock cancelled and clocks missed."""
TODAY = datetime.fromisoformat("2026-06-01T09:00+08:00")
CLOSED = (date(2026, 6, 3), date(2026, 6, 4), date(2026, 6, 5))
WEEK_MS = 7 * 86_400_000


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Fill a demo by its own filler, close all offices for three days, and move the cases; give where it lies."""
    folder = tmp_path_factory.mktemp("demo")
    found = {"LINBANG_DATA_DIR": str(folder), "LINBANG_DATABASE_URL": database_url(folder / "linbang.db")}
    with open_installation(Settings.from_environment(found, demo=True), clock=MovedClock(TODAY)) as made:
        demo.fill(made, lambda _done, _of: None, cases=CASES)
        change_calendar(made)
    yield found
    give_back(folder)


@pytest.fixture(scope="module")
def installation(environment: dict[str, str]) -> Iterator[Installation]:
    with open_installation(Settings.from_environment(environment), clock=MovedClock(TODAY)) as found:
        yield found


def change_calendar(found: Installation) -> None:
    runtime = found.runtime
    person = next(row for row in runtime.people.persons() if row.username == "supervisor")
    actor = runtime.actor(person.id)
    assert actor is not None
    assert actor.office_id is not None
    wishes = OfficeWishes([OwnDay(day, works=False, label="storm") for day in CLOSED])
    change = proposing.propose_office(runtime, actor, actor.office_id, wishes)
    while looking.look_further(runtime, actor, change.id).row.state == "looking":
        pass
    applying.approve(runtime, actor, change.id, "A storm shut the offices.")
    moved, left = 0, True
    while left:
        done = applying.go_on(runtime, change.id, budget_s=60)
        moved, left = moved + done.moved, done.left
    assert moved > 0


def closed_by_version(found: Installation) -> dict[str, tuple[date, ...]]:
    """Give the own days of rest of the calendars that the demo's clocks name."""
    known = found.runtime.calendars.known
    return {known.of(office).version: CLOSED for office in found.runtime.offices.rows}


def chain_faults(found: Installation) -> list[tuple[int, int]]:
    """Find what `linbang audit verify` tells: cases and steps."""
    return [(one.process_instance_id, one.seq) for one in audit.verify(found.runtime, found.cases)]


def clock_faults(found: Installation) -> set[str]:
    """Find what `linbang audit clocks` tells: the cases in which a date does not follow."""
    return {one.business_key for one in clock_audit.verify_clocks(found.runtime, found.cases)}


@pytest.mark.parametrize("command", ["clocks", "verify"])
def test_both_audits_are_content_with_the_demo(environment, command):
    done = CliRunner().invoke(main, ["audit", command, "--json"], env=environment)

    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["ok"]


def test_every_stored_due_date_follows_from_the_history_alone(installation):
    number, differing = retelling.compared(installation, closed_by_version(installation))

    assert differing == []
    assert number >= 300, number


def test_the_demo_shows_everything_that_can_happen_to_a_clock(installation):
    happened = Counter(
        event["type"]
        for _case, links in retelling.cases(installation)
        for link in links
        for event in link.payload.get("events", ())
        if "deadline" in event
    )

    assert happened.keys() >= {
        "calendar_changed",
        "deadline_breached",
        "deadline_cancelled",
        "deadline_extended",
        "deadline_handed_over",
        "deadline_kept",
        "deadline_paused",
        "deadline_resumed",
        "deadline_warned",
    }, happened


FORGERIES = {
    "an acceptance a week earlier": ("deadline_started", retelling.earlier),
    "a limit that was longer": ("deadline_started", retelling.with_event("deadline_started", limit="99 WD")),
    "a pause that began earlier": ("deadline_paused", retelling.earlier),
    "a pause that was for nothing": ("deadline_paused", retelling.without_event("deadline_paused")),
    "a pause that lasted longer": ("deadline_resumed", retelling.later),
    "an extension that never was": ("deadline_extended", retelling.without_event("deadline_extended")),
    "an extension by more": ("deadline_extended", retelling.with_event("deadline_extended", limit="60 WD")),
    "a calendar that did not change": ("calendar_changed", retelling.without_event("calendar_changed")),
    "an end that was earlier": ("deadline_breached", retelling.earlier),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_who_alters_a_history_with_the_key_is_found_by_the_audit_of_clocks(installation, forgery):
    kind, change = FORGERIES[forgery]
    case_id, seq = retelling.first_with(installation, kind)
    with kept_as_it_was(installation, case_id):
        retelling.rewrite(installation, case_id, seq, change)

        assert chain_faults(installation) == [], "the chain was forged well"
        assert clock_faults(installation) == {installation.cases.instance(case_id).business_key}


ALTERED = {
    "its moment": {"at": s.history.c.at - WEEK_MS},
    "what it was": {"event": "looked_at"},
    "its payload": {"sealed_payload": b"nothing"},
    "its number": {"seq": s.history.c.seq + 1_000},
}


@pytest.mark.parametrize(
    "kind", ["deadline_started", "deadline_paused", "deadline_resumed", "deadline_extended"]
)
@pytest.mark.parametrize("altered", ALTERED)
def test_who_alters_a_row_without_the_key_is_found_by_the_chain(installation, kind, altered):
    case_id, seq = retelling.first_with(installation, kind)
    here = (s.history.c.process_instance_id == case_id) & (s.history.c.seq == seq)
    with kept_as_it_was(installation, case_id):
        with installation.runtime.database.writing() as connection:
            connection.execute(update(s.history).where(here).values(**ALTERED[altered]))

        assert {case for case, _seq in chain_faults(installation)} == {case_id}


@contextmanager
def kept_as_it_was(found: Installation, case_id: int) -> Iterator[None]:
    """Put a case's history back at the end."""
    history, instance = s.history, s.process_instance
    with found.runtime.database.reading() as connection:
        rows = [
            dict(row._mapping)
            for row in connection.execute(select(history).where(history.c.process_instance_id == case_id))
        ]
        head = connection.execute(
            select(instance.c.history_head).where(instance.c.id == case_id)
        ).scalar_one()
    try:
        yield
    finally:
        with found.runtime.database.writing() as connection:
            connection.execute(history.delete().where(history.c.process_instance_id == case_id))
            connection.execute(history.insert(), rows)
            connection.execute(update(instance).where(instance.c.id == case_id).values(history_head=head))
