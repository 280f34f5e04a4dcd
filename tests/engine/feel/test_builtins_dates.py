"""Dates, times, durations, and the present moment of the application."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import YearMonthDuration


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('date("2026-03-02")', date(2026, 3, 2)),
        ('date("2026-02-30")', None),
        ('date("20260302")', None),
        ("date(2026, 3, 2)", date(2026, 3, 2)),
        ('date(@"2026-03-02T10:00:00")', date(2026, 3, 2)),
        ('time("09:30:00")', time(9, 30)),
        ('time("25:00:00")', None),
        ('time(9, 30, 0, @"PT8H") = @"09:30:00+08:00"', True),
        ('date and time("2026-03-02T09:30:00Z")', datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ('date and time(@"2026-03-02", @"09:30:00")', datetime(2026, 3, 2, 9, 30)),
        ('date and time("2026-03-02T24:00:00") = @"2026-03-03T00:00:00"', True),
        ('date and time("2026-03-02T09:30:00@No/Where")', None),
        ('duration("P1DT2H")', timedelta(days=1, hours=2)),
        ('duration("P1Y2M")', YearMonthDuration(14)),
        ('duration("P1Y2D")', None),
        ('duration("P")', None),
        ('years and months duration(@"2024-12-31", @"2026-03-02")', YearMonthDuration(14)),
        ('years and months duration(@"2026-03-02", @"2024-12-31")', YearMonthDuration(-14)),
        ('day of year(@"2026-02-01")', 32),
        ('day of week(@"2026-03-02")', "Monday"),
        ('month of year(@"2026-03-02")', "March"),
        ('week of year(@"2027-01-01")', 53),
        ('@"2026-03-02".weekday', 1),
        ('@"2026-03-02T09:30:15".minute', 30),
        ('@"-P1DT2H".hours', -2),
        ('@"P1Y2M".months', 2),
        ('@"09:30:00+08:00".time offset', timedelta(hours=8)),
        ('@"2026-03-02T09:30:00@Asia/Shanghai".timezone', "Asia/Shanghai"),
    ],
)
def test_it_makes_and_reads(evaluate, text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('@"2026-01-31" + @"P1M"', date(2026, 2, 28)),
        ('@"2026-03-31" - @"P1M"', date(2026, 2, 28)),
        ('@"2026-03-02" + @"P1D"', date(2026, 3, 3)),
        ('@"2026-03-02" - @"2026-02-28"', timedelta(days=2)),
        ('@"23:00:00" + @"PT2H"', time(1)),
        ('@"P1D" * 1.5', timedelta(hours=36)),
        ('@"P1Y" / 2', YearMonthDuration(6)),
        ('@"P1D" / @"PT6H"', 4),
        ('@"2026-03-02T09:00:00" - @"2026-03-02T09:00:00Z"', None),
        ('@"2026-03-02" + 1', None),
        ('@"9999-12-31" + @"P1D"', None),
        ('@"P999999999D" + @"P1D"', None),
    ],
)
def test_it_calculates(evaluate, text, value):
    assert evaluate(text) == value


def test_it_adds_real_time_across_a_change_of_the_clocks(evaluate):
    """24 hours after noon before the change to summer time it is one o'clock."""
    end = evaluate('@"2026-03-28T12:00:00@Europe/Paris" + @"PT24H"')

    assert end == datetime(2026, 3, 29, 13, tzinfo=ZoneInfo("Europe/Paris"))


def test_it_takes_the_present_from_the_environment(evaluate):
    """The clock says 1 March, 20:30 in UTC: in the business zone it is the next morning."""
    assert evaluate("today()") == date(2026, 3, 2)
    assert evaluate("string(now())") == "2026-03-02T04:30:00@Asia/Shanghai"


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(-20_000, 20_000))
def test_it_takes_days_back(evaluate, day, days):
    variables = {"day": day, "length": timedelta(days=days)}

    assert evaluate("day + length - length", variables) == day
    assert evaluate("(day + length) - day", variables) == timedelta(days=days)


@given(st.timedeltas(timedelta(0), timedelta(days=9999)), st.integers(1, 1000))
def test_it_divides_a_duration_into_parts(evaluate, length, parts):
    """What is cut off is less than a microsecond for each part."""
    rest = length - evaluate("length / n * n", {"length": length, "n": parts})

    assert timedelta(0) <= rest < timedelta(microseconds=parts)


def test_it_gives_exact_quotients_of_durations(evaluate):
    assert evaluate('@"PT1H" / @"P1D" * 24 > 0.999999') is True
    assert evaluate('@"PT12H" / @"P1D"') == Decimal("0.5")
