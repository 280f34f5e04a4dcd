"""The latest day to begin what must still fit before a due date."""

from __future__ import annotations

from datetime import date

import pytest

from engine.clocks import end_of_limit, latest_start, parse_limit, parse_limits

CASE_1 = "2026-03-02T10:15"  # twelve working days end on Wednesday 03-18 at 17:00


@pytest.mark.parametrize(
    ("leaving", "expected"),
    [
        ("7 D, 3 WD", "2026-03-06"),
        ("3 WD", "2026-03-13"),
        ("3 WD, 7 D", "2026-03-05"),
        ("1 WD, 1 WD", "2026-03-16"),
        ("2 WD", "2026-03-16"),
        ("1 D", "2026-03-16"),
    ],
)
def test_it_leaves_room_for_the_limits_one_after_another(leaving, expected, calendar, at):
    due = end_of_limit(parse_limit("12 WD"), at(CASE_1), calendar)
    assert latest_start(due, parse_limits(leaving), calendar) == date.fromisoformat(expected)


def test_it_lets_calendar_days_end_with_a_deadline_that_ends_at_midnight(calendar, at):
    """Due 03-09 at 24:00. One day could begin on Sunday 03-08, but only working days are named: Friday."""
    due = end_of_limit(parse_limit("7 D"), at(CASE_1), calendar)
    assert latest_start(due, parse_limits("1 D"), calendar) == date(2026, 3, 6)
    assert latest_start(due, parse_limits("4 D"), calendar) == date(2026, 3, 5)


def test_it_is_the_due_day_itself_when_nothing_must_follow(calendar, at):
    due = end_of_limit(parse_limit("12 WD"), at(CASE_1), calendar)
    assert latest_start(due, (), calendar) == date(2026, 3, 18)


def test_it_may_lie_before_the_start_which_shows_that_it_does_not_fit(calendar, at):
    due = end_of_limit(parse_limit("3 WD"), at(CASE_1), calendar)
    assert latest_start(due, parse_limits("7 D, 3 WD"), calendar) < date(2026, 3, 2)
