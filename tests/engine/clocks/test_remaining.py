"""How many whole days are left, or how many too late it is."""

from __future__ import annotations

import pytest

from engine.clocks import remaining

ACCEPTED = "2026-03-02T10:15"  # twelve working days end on Wednesday 03-18 at 17:00


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2026-03-02T10:15", 12),
        ("2026-03-03T00:00", 11),
        ("2026-03-07T12:00", 8),
        ("2026-03-17T09:00", 1),
        ("2026-03-18T16:59", 0),
        ("2026-03-18T17:00", -1),
        ("2026-03-19T16:59", -1),
        ("2026-03-20T09:00", -2),
        ("2026-03-22T09:00", -2),
    ],
)
def test_it_counts_working_days_left_after_today_and_days_begun_too_late(now, days, calendar, deadline, at):
    assert remaining(deadline("12 WD", ACCEPTED), calendar, at(now)) == (days, "WD")


@pytest.mark.parametrize(
    ("now", "days"),
    [("2026-03-02T10:15", 7), ("2026-03-08T10:15", 1), ("2026-03-09T23:59", 0), ("2026-03-10T00:00", -1)],
)
def test_it_counts_calendar_days_of_a_limit_in_calendar_days(now, days, calendar, deadline, at):
    assert remaining(deadline("7 D", ACCEPTED), calendar, at(now)) == (days, "D")


@pytest.mark.parametrize(
    "now", ["2026-03-05T18:00", "2026-03-08T10:00", "2026-03-10T10:00", "2026-05-06T10:00"]
)
def test_it_leaves_the_same_days_as_long_as_the_clock_stands_still(now, calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", None))
    assert remaining(facts, calendar, at(now)).left == 9


def test_it_stays_at_what_was_left_when_the_deadline_ended(calendar, deadline, at):
    kept = deadline("12 WD", ACCEPTED, ended="2026-03-16T10:00")
    late = deadline("12 WD", ACCEPTED, ended="2026-03-20T10:00")
    assert remaining(kept, calendar, at("2026-06-01T10:00")).left == 2
    assert remaining(late, calendar, at("2026-06-01T10:00")).left == -2


def test_it_never_leaves_more_than_the_limit(calendar, deadline, at):
    """Clocks of two machines may differ: a moment before the start counts as the start."""
    assert remaining(deadline("12 WD", ACCEPTED), calendar, at("2026-02-27T10:00")).left == 12
