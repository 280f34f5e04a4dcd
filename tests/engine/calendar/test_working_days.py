"""Which days are working days, and what `explain` says of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import holidays
import pytest

from engine.calendar import Calendar, DayInfo, DayKind
from engine.errors import InvalidInput

CALENDAR = Calendar.standard()


@pytest.mark.parametrize("year", range(2018, 2027))
def test_it_equals_an_independent_calendar_on_every_day_of_the_year(year):
    """The package `holidays` keeps its own data; both must agree day by day."""
    # given
    others = holidays.China(years=year)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    # when
    different = [
        day for day in days if day.year == year and CALENDAR.is_working_day(day) != others.is_working_day(day)
    ]
    # then
    assert different == []


@pytest.mark.parametrize("year", [2025, 2026])
def test_it_counts_248_working_days_in_2025_and_in_2026(year):
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == 248


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-02", DayInfo(DayKind.WORKING)),
        ("2026-03-07", DayInfo(DayKind.WEEKEND)),
        ("2026-02-14", DayInfo(DayKind.MAKE_UP, "春节")),
        ("2026-02-28", DayInfo(DayKind.MAKE_UP, "春节")),
        ("2026-02-16", DayInfo(DayKind.HOLIDAY, "春节")),
        ("2025-04-04", DayInfo(DayKind.HOLIDAY, "清明节")),
        ("2015-09-03", DayInfo(DayKind.HOLIDAY, "抗战胜利70周年纪念日")),
        ("2018-12-29", DayInfo(DayKind.MAKE_UP, "元旦")),
    ],
)
def test_it_explains_a_day_with_the_name_of_its_holiday(day, expected):
    assert CALENDAR.explain(date.fromisoformat(day)) == expected


def test_it_works_on_exactly_the_days_whose_kind_works():
    """`explain` and `is_working_day` come from different tables and must never part."""
    for offset in range(3 * 366):
        day = date(2025, 1, 1) + timedelta(days=offset)
        assert CALENDAR.explain(day).kind.works == CALENDAR.is_working_day(day)


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2200, 1, 1), date.max, date.min])
def test_it_refuses_a_day_outside_its_years(day):
    with pytest.raises(InvalidInput, match="Expected a date from 1900 to 2199") as refusal:
        CALENDAR.is_working_day(day)
    assert refusal.value.code == "invalid_date"


def test_it_refuses_a_moment_where_a_date_is_meant():
    """Which date a moment has depends on the zone, so guessing would be wrong for eight hours a day."""
    with pytest.raises(InvalidInput, match="Expected a date, but got the moment"):
        CALENDAR.is_working_day(datetime(2026, 3, 2, 23, 0))
