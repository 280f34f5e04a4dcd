"""Proofs: dates agree with a slow walk that shares no code, and every stored date follows from its history alone."""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from engine import clock_audit, clocks
from engine.calendar import BEIJING, Calendar
from engine.clocks import DeadlineFacts, DeadlineKind, Pause, parse_limit
from engine.history import Link
from engine.store import schema as s

from ..bundles import bundle, start_and_end, user_task
from .conftest import deadline, service, watched

sys.path.insert(0, str(Path(__file__).parents[1] / "clocks"))
from naive_clock import naive_course, naive_end

EXAMPLES = int(os.environ.get("LINBANG_CALENDAR_EXAMPLES", "2000"))
CALENDAR = Calendar.standard()
FAR = datetime(2026, 12, 31, 12, tzinfo=BEIJING)
PAUSES = b"away: {basis: x, name: {zh: x, en: x}}\n"


def drawn(random_: random.Random) -> tuple[str, datetime, list[tuple[datetime, datetime]]]:
    """Draw a limit, a moment of acceptance from 2018 to May 2026, and up to four pauses of minutes or weeks."""
    unit = random_.choice(["WD", "D"])
    limit = f"{random_.randint(1, 45)} {unit}"
    accepted = datetime(2018, 1, 1, tzinfo=BEIJING) + timedelta(minutes=random_.randrange(3073 * 1440))
    pauses = []
    for _ in range(random_.randint(0, 4)):
        begin = accepted + timedelta(minutes=random_.randrange(50 * 1440))
        pauses.append((begin, begin + timedelta(minutes=random_.choice([5, 600, 1440, 12 * 1440]))))
    return limit, accepted, pauses


def test_due_dates_agree_with_a_walk_over_the_days_by_another_packages_calendar():
    random_ = random.Random(20260302)
    differing = []
    for _ in range(EXAMPLES):
        limit, accepted, pauses = drawn(random_)
        count, unit = limit.split()
        day, counted = naive_course(int(count), unit, accepted, pauses)
        facts = DeadlineFacts(
            "promise",
            DeadlineKind.PROMISED,
            parse_limit(limit),
            accepted,
            tuple(Pause(begin, end, "away") for begin, end in pauses),
        )
        due = clocks.due_at(facts, CALENDAR, FAR)
        ledger = [line.day for line in clocks.ledger(facts, CALENDAR, FAR) if line.counted]
        if (due.at, ledger[: len(counted)]) != (naive_end(unit, day), counted):
            differing.append((limit, accepted, pauses))

    assert differing == []


def event(kind: str, **more: object) -> dict[str, object]:
    return {"type": kind, "deadline": "promise", "scope": 0, **more}


@st.composite
def histories(draw):
    """Make the links of a case that begins, rests some times for one of two reasons, and may be extended."""
    at = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000) + draw(st.integers(0, 700 * 86_400_000))
    steps = [("deadline_started", {"limit": f"{draw(st.integers(1, 30))} WD", "calendar": CALENDAR.version})]
    held: list[str] = []
    for _ in range(draw(st.integers(0, 6))):
        kinds = ["deadline_warned", "deadline_extended", *(["deadline_resumed"] if held else [])]
        kinds += ["deadline_paused"] if len(held) < 2 else []
        kind = draw(st.sampled_from(kinds))
        reason = (
            draw(st.sampled_from(held or ["away"]))
            if kind == "deadline_resumed"
            else "away"
            if "away" not in held
            else "court"
        )
        if kind == "deadline_paused":
            held.append(reason)
        if kind == "deadline_resumed":
            held.remove(reason)
        more = {"limit": "45 WD"} if kind == "deadline_extended" else {}
        steps.append((kind, {"reason": reason, **more}))
    steps += [("deadline_resumed", {"reason": reason}) for reason in held]
    links = []
    for seq, (kind, more) in enumerate(steps, start=1):
        links.append(Link(seq, at, "stepped", None, None, {"events": [event(kind, **more)]}))
        at += draw(st.integers(60_000, 9 * 86_400_000))
    return links


@settings(max_examples=150, deadline=None)
@given(histories())
def test_the_day_ledger_is_told_again_from_a_history_alone(links):
    """A walk over the days that reads the same events counts the same days."""
    told = clock_audit.retell(links)["promise:0"]
    facts = told.facts("promised")
    moments = {link.seq: datetime.fromtimestamp(link.at / 1000, BEIJING) for link in links}
    open_, pauses, limit = {}, [], ""
    for link in links:
        (one,) = link.payload["events"]
        limit = one.get("limit", limit)
        if one["type"] == "deadline_paused":
            open_[one["reason"]] = moments[link.seq]
        if one["type"] == "deadline_resumed":
            pauses.append((open_.pop(one["reason"]), moments[link.seq]))
    day, counted = naive_course(int(limit.split()[0]), "WD", moments[1], pauses)

    assert clocks.due_at(facts, CALENDAR, FAR).on == day
    assert [line.day for line in clocks.ledger(facts, CALENDAR, FAR) if line.counted] == counted


@pytest.fixture
def lived(district):
    """Give a district with cases that rested, were late, ended, and saw two changes of the calendar."""
    rests = user_task("wait", inner='<linbang:pause reason="away"/>')
    body = watched(deadline(warn="60%, 2 WD"), deadline("law", "30 WD", "statutory"))
    made = bundle(body + rests + user_task("ask") + start_and_end("wait", "ask"), pauses__yaml=PAUSES)
    first = district.begin(made)
    first.later(days=3).do("wait")
    district.apply(district.close("03-10"))
    district.begin(made).later(days=2).do("wait").do("ask")
    district.begin(service(deadline(limit="2 WD"))).later(days=9)
    district.apply(district.close("03-20", "03-23", office=1))
    return first


def faults(district, story):
    return list(clock_audit.verify_clocks(district.runtime, story.store))


def test_every_stored_date_follows_from_its_history_alone(district, lived):
    assert lived.deadlines["promise"] in {"running", "breached"}
    assert faults(district, lived) == []


def test_a_clock_row_that_was_changed_is_found(district, lived):
    row = s.deadline
    with district.runtime.database.writing() as connection:
        connection.execute(
            update(row)
            .where(row.c.process_instance_id == lived.case_id)
            .values(due_at=row.c.due_at + 86_400_000)
        )

    assert {(one.what) for one in faults(district, lived)} == {"due_at"}


def test_a_task_whose_date_was_changed_is_found(district, lived):
    row = s.user_task
    with district.runtime.database.writing() as connection:
        connection.execute(
            update(row).where(row.c.process_instance_id == lived.case_id).values(due_at=row.c.due_at - 1)
        )

    assert [one.clock.split()[0] for one in faults(district, lived)] == ["task"]


def test_a_history_row_that_was_changed_breaks_it(district, lived):
    """Somebody who has the key moves the start of the clocks by a week: the sealed payload is untouched, the dates are not."""
    row = s.history
    with district.runtime.database.writing() as connection:
        connection.execute(
            update(row)
            .where(row.c.process_instance_id == lived.case_id, row.c.seq == 1)
            .values(at=row.c.at - 7 * 86_400_000)
        )

    assert {one.what for one in faults(district, lived)} >= {"started_at", "due_at"}


def test_a_history_row_that_was_broken_is_told_as_unreadable(district, lived):
    row = s.history
    with district.runtime.database.writing() as connection:
        connection.execute(
            update(row)
            .where(row.c.process_instance_id == lived.case_id, row.c.seq == 2)
            .values(sealed_payload=b"nothing")
        )

    assert [one.what for one in faults(district, lived)] == ["readable"]
