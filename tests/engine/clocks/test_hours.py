"""Limits in hours: by the clock on the wall, on days of rest too, and never paused."""

from __future__ import annotations

from datetime import date

import pytest

from engine.clocks import due_at, end_of_limit, ledger, parse_limit, parse_warnings, remaining, state_of
from engine.clocks import warning_moments as moments_of
from engine.errors import InvalidInput

FRIDAY = "2026-03-06T16:30"
NOW = "2026-05-06T10:00"


def test_it_ends_to_the_minute_and_on_a_day_of_rest(calendar, deadline, at):
    """A hospital's offer of a Friday afternoon is to be answered on Saturday."""
    due = due_at(deadline("24 h", FRIDAY, kind="internal"), calendar, at(NOW))

    assert (due.at, due.on) == (at("2026-03-07T16:30"), date(2026, 3, 7))


def test_it_ends_on_the_day_before_when_it_ends_at_midnight(calendar, at):
    """24:00 belongs to the day that ends, as it does for a limit in days."""
    due = end_of_limit(parse_limit("24 h"), at("2026-03-06T00:00"), calendar)

    assert (due.at, due.on) == (at("2026-03-07T00:00"), date(2026, 3, 6))


def test_it_is_certain_in_a_year_whose_holidays_are_not_published(calendar, at):
    assert not end_of_limit(parse_limit("72 h"), at("2026-12-30T10:00"), calendar).provisional


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-06T16:30", "running"),
        ("2026-03-07T16:29:59", "running"),
        ("2026-03-07T16:30", "breached"),
    ],
)
def test_it_is_breached_at_the_due_moment(now, expected, *, calendar, deadline, at):
    assert state_of(deadline("24 h", FRIDAY, kind="internal"), calendar, at(now)) == expected


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-03-06T16:30", 24),
        ("2026-03-06T16:31", 23),
        ("2026-03-07T15:30", 1),
        ("2026-03-07T15:31", 0),
        ("2026-03-07T16:30", -1),
        ("2026-03-07T17:29", -1),
        ("2026-03-07T17:30", -2),
        ("2026-03-06T10:00", 24),
    ],
)
def test_it_counts_whole_hours_left_and_hours_begun_too_late(now, left, *, calendar, deadline, at):
    """A moment before the start, by another machine's clock, counts as the start."""
    assert remaining(deadline("24 h", FRIDAY, kind="internal"), calendar, at(now)) == (left, "h")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("60%", "2026-03-07T06:54"),
        ("100%", "2026-03-07T16:30"),
        ("4 h", "2026-03-07T12:30"),
        ("23 h", "2026-03-06T17:30"),
    ],
)
def test_it_warns_at_the_very_moment_of_the_share_or_of_the_hours_left(
    levels, expected, *, calendar, deadline, at
):
    facts = deadline("24 h", FRIDAY, kind="internal")
    assert moments_of(facts, parse_warnings(levels), calendar, at(NOW)) == [(levels, at(expected))]


def test_it_leaves_out_levels_of_days_and_those_before_its_start(calendar, deadline, at):
    """One declaration may serve a clock that is in days for some cases and in hours for others."""
    levels = parse_warnings("60%, 2 WD, 1 D, 24 h, 25 h")
    called = moments_of(deadline("24 h", FRIDAY, kind="internal"), levels, calendar, at(NOW))

    assert [text for text, _moment in called] == ["60%"]


@pytest.mark.parametrize(
    ("limit", "expected"), [("2 WD", "2026-03-10T13:00"), ("3 D", "2026-03-09T20:00"), ("1 WD", None)]
)
def test_hours_left_of_a_limit_in_days_count_back_from_its_end(limit, expected, *, calendar, deadline, at):
    """Started on a Friday: 2 WD end on Tuesday at 17:00, 3 D on Monday at 24:00."""
    level = "4 h" if expected else "73 h"
    moments = moments_of(deadline(limit, FRIDAY), parse_warnings(level), calendar, at(NOW))

    assert moments == ([(level, at(expected))] if expected else [])


def test_hours_left_that_fall_into_a_pause_call_at_the_first_business_hour_after_it(calendar, deadline, at):
    """Due on Wednesday 11 March at 17:00; a pause within one day moves nothing but the call."""
    facts = deadline("2 WD", "2026-03-09T10:00", ("2026-03-11T12:00", "2026-03-11T14:30"))

    assert moments_of(facts, parse_warnings("4 h"), calendar, at(NOW)) == [("4 h", at("2026-03-11T14:30"))]


def test_its_ledger_has_a_line_for_each_day_that_it_touches_with_the_hours_run(calendar, deadline, at):
    facts = deadline("48 h", FRIDAY, kind="internal")
    lines = ledger(facts, calendar, at(NOW))

    assert [(line.day.day, line.number, line.reason, line.detail) for line in lines] == [
        (6, 7, "hours", "7:30"),
        (7, 31, "hours", "24:00"),
        (8, 48, "hours", "16:30"),
    ]
    assert all(line.counted and not line.provisional for line in lines)


def test_its_ledger_stops_where_it_ended(calendar, deadline, at):
    facts = deadline("48 h", FRIDAY, kind="internal", ended="2026-03-06T18:45")

    assert [(line.number, line.detail) for line in ledger(facts, calendar, at(NOW))] == [(2, "2:15")]


def test_its_ledger_has_one_line_when_another_machine_saw_the_end_before_the_start(calendar, deadline, at):
    facts = deadline("48 h", "2026-03-06T00:00:01", kind="internal", ended="2026-03-05T23:59:59")

    assert [line.detail for line in ledger(facts, calendar, at(NOW))] == ["0:00"]


@pytest.mark.parametrize("extended", [(), [("2026-03-06T17:00", "24 h")]])
def test_a_promise_cannot_be_in_hours(extended, deadline):
    """A promise may be paused, and days drop out then; of hours nobody could say which."""
    with pytest.raises(InvalidInput) as refusal:
        deadline("2 D" if extended else "24 h", FRIDAY, extended=extended)

    assert refusal.value.code == "hours_promised"


def test_an_extension_may_turn_days_into_hours_counted_from_the_start(calendar, deadline, at):
    facts = deadline("1 WD", FRIDAY, kind="internal", extended=[("2026-03-07T09:00", "90 h")])

    assert due_at(facts, calendar, at(NOW)).at == at("2026-03-10T10:30")
