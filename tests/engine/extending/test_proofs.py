"""Proofs: extended dates agree with a slow walk that shares no code, and a changed history is found."""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from engine import clocks
from engine.calendar import BEIJING, Calendar
from engine.clocks import DeadlineFacts, DeadlineKind, Extension, Pause, parse_limit
from engine.state import to_ms
from engine.store import schema as s
from tests.engine.story import Story, begin
from tests.engine.support import World

from .conftest import PROMISE, RULES, extend, faults, service

sys.path.insert(0, str(Path(__file__).parents[1] / "clocks"))
from naive_clock import naive_course, naive_end

CALENDAR = Calendar.standard()
FAR = datetime(2026, 12, 31, 12, tzinfo=BEIJING)
PAUSING = '<linbang:pause reason="waiting"/>'


def test_extended_dates_agree_with_a_walk_over_the_days_by_another_packages_calendar() -> None:
    """Wherever the extension falls, before, in or behind a pause, only the longer limit counts."""
    random_ = random.Random(20260415)
    differing = []
    for _ in range(1000):
        unit = random_.choice(["WD", "D"])
        first = random_.randint(1, 30)
        more = first + random_.randint(1, 15)
        accepted = datetime(2018, 1, 1, tzinfo=BEIJING) + timedelta(minutes=random_.randrange(2900 * 1440))
        pauses = []
        for _each in range(random_.randint(0, 3)):
            begun = accepted + timedelta(minutes=random_.randrange(40 * 1440))
            pauses.append((begun, begun + timedelta(minutes=random_.choice([5, 600, 1440, 12 * 1440]))))
        granted = accepted + timedelta(minutes=random_.randrange(first * 1440))
        facts = DeadlineFacts(
            "promise",
            DeadlineKind.PROMISED,
            parse_limit(f"{first} {unit}"),
            accepted,
            tuple(Pause(begun, ended, "waiting") for begun, ended in pauses),
            (Extension(granted, parse_limit(f"{more} {unit}"), "flood"),),
        )
        day, counted = naive_course(more, unit, accepted, pauses)
        ledger = [line.day for line in clocks.ledger(facts, CALENDAR, FAR) if line.counted]
        if (clocks.due_at(facts, CALENDAR, FAR).at, ledger[: len(counted)]) != (
            naive_end(unit, day),
            counted,
        ):
            differing.append(facts)

    assert differing == []


@pytest.mark.parametrize("seed", range(6))
def test_stored_dates_of_cases_that_were_paused_and_extended_agree_with_the_walk(
    staff: World, seed: int
) -> None:
    """A case rests in one step, is extended at any moment, and what the database holds is what the walk gives."""
    random_ = random.Random(seed)
    rules = "promise:" + RULES.split("promise:")[1]
    story = begin(staff, service(PROMISE, rules=rules, inner=PAUSING))
    accepted = story.world.clock.moment
    rests, until = random_.randint(1, 9), random_.randint(0, 12)
    moments = sorted([("done", rests), ("extended", until)], key=lambda one: one[1])
    now = 0
    for what, day in moments:
        story.later(days=day - now)
        now = day
        if what == "done":
            story.do("ask")
        else:
            extend(story, clock="promise:0", reason="flood")

    day, _counted = naive_course(20, "WD", accepted, [(accepted, accepted + timedelta(days=rests))])

    assert story.due("promise") == f"{naive_end('WD', day).astimezone(BEIJING):%Y-%m-%dT%H:%M}"
    assert faults(story) == []


def grant_of(story: Story) -> int:
    return next(one.seq for one in story.links if one.event == "extension_granted")


def test_a_link_that_is_moved_in_time_breaks_the_recomputation(story: Story) -> None:
    """Somebody who has the key dates the extension back: the start of the new limit is another moment then."""
    extend(story.later(days=4))
    row = s.history
    with story.world.runtime.database.writing() as connection:
        connection.execute(
            update(row)
            .where(row.c.process_instance_id == story.case_id, row.c.seq == grant_of(story))
            .values(at=row.c.at - 86_400_000)
        )

    assert {one.what for one in faults(story)} >= {"memory"}


def test_an_extension_without_its_link_is_found(story: Story) -> None:
    extend(story)
    row = s.history
    with story.world.runtime.database.writing() as connection:
        connection.execute(
            update(row)
            .where(row.c.process_instance_id == story.case_id, row.c.seq == grant_of(story))
            .values(sealed_payload=b"nothing")
        )

    assert [one.what for one in faults(story)] == ["readable"]


def test_a_date_that_was_extended_in_the_database_alone_is_found(story: Story) -> None:
    row = s.deadline
    with story.world.runtime.database.writing() as connection:
        connection.execute(
            update(row)
            .where(row.c.process_instance_id == story.case_id, row.c.key == "law:0")
            .values(due_at=to_ms(datetime(2026, 5, 8, 17, tzinfo=BEIJING)))
        )

    assert {(one.clock, one.what) for one in faults(story)} == {("law:0", "due_at")}
