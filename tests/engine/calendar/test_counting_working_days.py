"""Adding working days, counting them, finding the next one, and ending a public notice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendar import MAX_DAYS, Calendar
from engine.errors import InvalidInput

CALENDAR = Calendar.standard()
DAYS = st.dates(date(2004, 1, 1), date(2040, 12, 31))
quietly = settings(max_examples=300, deadline=None)


def walk(day, n):
    """Add working days one calendar day at a time."""
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= CALENDAR.is_working_day(day)
    return day


@quietly
@given(DAYS, st.integers(-300, 300))
def test_it_adds_as_many_working_days_as_a_walk_day_by_day(day, n):
    assert CALENDAR.add_working_days(day, n) == walk(day, n)


@quietly
@given(DAYS, DAYS)
def test_it_counts_the_days_after_the_first_up_to_the_last(a, b):
    first, last = sorted((a, b))
    if (last - first).days > 1000:
        last = first + timedelta(days=1000)
    expected = sum(
        CALENDAR.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1)
    )
    assert CALENDAR.working_days_between(first, last) == expected
    assert CALENDAR.working_days_between(last, first) == -expected


@quietly
@given(DAYS, st.integers(0, 2000))
def test_it_counts_back_what_it_added(day, n):
    assert CALENDAR.working_days_between(day, CALENDAR.add_working_days(day, n)) == n


@quietly
@given(DAYS, st.integers(0, 2000))
def test_it_returns_to_a_working_day_when_the_same_number_is_taken_away(day, n):
    # given
    start = CALENDAR.next_working_day(day)
    # when
    there = CALENDAR.add_working_days(start, n)
    # then
    assert CALENDAR.add_working_days(there, -n) == start
    assert CALENDAR.working_days_between(there, start) == -n


@quietly
@given(DAYS, DAYS, DAYS)
def test_it_counts_stretches_that_add_up(a, b, c):
    between = CALENDAR.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


def test_it_leaves_the_day_itself_when_nothing_is_added():
    sunday = date(2026, 3, 15)
    assert CALENDAR.add_working_days(sunday, 0) == sunday


def test_it_goes_back_from_the_first_day_of_a_year():
    assert CALENDAR.add_working_days(date(2026, 1, 1), -1) == date(2025, 12, 31)


def test_it_goes_to_a_make_up_saturday_before_a_long_holiday():
    """2026-02-13 is a Friday; the Saturday after it is worked for the Spring Festival."""
    assert CALENDAR.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CALENDAR.add_working_days(date(2026, 2, 13), 2) == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-03-06", "2026-03-06"), ("2026-03-07", "2026-03-09"), ("2026-10-01", "2026-10-08")],
)
def test_it_finds_the_next_working_day(day, expected):
    assert CALENDAR.next_working_day(date.fromisoformat(day)) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("posted_on", "ends_on"),
    [
        ("2026-03-06", "2026-03-13"),
        ("2026-03-07", "2026-03-16"),
        ("2026-02-14", "2026-02-24"),
        ("2026-02-21", "2026-02-28"),
    ],
)
def test_it_ends_a_seven_day_notice_on_a_working_day(posted_on, ends_on):
    """The posting day is not counted; day 7 moves on from a day of rest, and may be a make-up Saturday."""
    assert CALENDAR.public_notice_end(date.fromisoformat(posted_on), 7) == date.fromisoformat(ends_on)


@pytest.mark.parametrize("n", [MAX_DAYS + 1, -MAX_DAYS - 1, 10**12])
def test_it_refuses_to_add_more_days_than_any_limit_has(n):
    with pytest.raises(InvalidInput, match=f"to {MAX_DAYS}, but got {n}"):
        CALENDAR.add_working_days(date(2026, 3, 2), n)


@pytest.mark.parametrize("days", [0, -1, MAX_DAYS + 1])
def test_it_refuses_a_notice_of_no_days_or_too_many(days):
    with pytest.raises(InvalidInput, match="Expected a number of days from 1"):
        CALENDAR.public_notice_end(date(2026, 3, 2), days)


def test_it_refuses_to_count_beyond_its_years_instead_of_failing():
    with pytest.raises(InvalidInput, match="1900 to 2199"):
        CALENDAR.add_working_days(date(2199, 12, 30), 100)
    with pytest.raises(InvalidInput, match="1900 to 2199"):
        CALENDAR.add_working_days(date(1900, 1, 2), -100)
