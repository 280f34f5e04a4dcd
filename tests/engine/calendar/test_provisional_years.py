"""Years whose holidays nobody has published: answered, but marked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.calendar import Calendar, DayInfo, DayKind, Notice

CALENDAR = Calendar.standard()


def test_it_marks_every_day_of_a_year_that_neither_notice_nor_package_knows():
    assert not CALENDAR.is_provisional(date(2026, 12, 31))
    assert CALENDAR.is_provisional(date(2027, 1, 1))
    assert CALENDAR.explain(date(2027, 1, 4)) == DayInfo(DayKind.WORKING, provisional=True)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2027-01-01", "元旦"),
        ("2029-05-01", "劳动节"),
        ("2029-05-02", "劳动节"),
        ("2029-10-01", "国庆节"),
        ("2029-10-02", "国庆节"),
        ("2029-10-03", "国庆节"),
    ],
)
def test_it_rests_on_the_statutory_holidays_of_fixed_date(day, name):
    assert CALENDAR.explain(date.fromisoformat(day)) == DayInfo(DayKind.HOLIDAY, name, provisional=True)


def test_it_works_monday_to_friday_on_all_other_days():
    """Neither lunar holidays nor make-up days can be known, so none is invented."""
    fixed = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    for offset in range(365):
        day = date(2027, 1, 1) + timedelta(days=offset)
        assert CALENDAR.is_working_day(day) == (day.weekday() < 5 and (day.month, day.day) not in fixed)


def test_it_is_settled_by_a_notice_without_a_new_release():
    # given
    notice = Notice(
        year=2027,
        number="国办发明电〔2026〕0号",
        issued_on=date(2026, 11, 30),
        off={date(2027, 1, 1): "元旦", date(2027, 2, 8): "春节"},
        on={date(2027, 2, 13): "春节"},
    )
    # when
    calendar = Calendar.standard([notice])
    # then
    assert not calendar.is_provisional(date(2027, 6, 1))
    assert calendar.explain(date(2027, 2, 8)) == DayInfo(DayKind.HOLIDAY, "春节")
    assert calendar.explain(date(2027, 2, 13)) == DayInfo(DayKind.MAKE_UP, "春节")
    assert calendar.version != CALENDAR.version


def test_it_lets_a_notice_reach_back_into_the_december_before():
    """As the notice for 2019 did, which made Saturday 2018-12-29 a working day."""
    # given
    saturday = date(2026, 12, 26)
    notice = Notice(2027, "国办发明电〔2026〕0号", date(2026, 11, 30), off={}, on={saturday: "元旦"})
    # when
    calendar = Calendar.standard([notice])
    # then
    assert calendar.is_working_day(saturday)
    assert not CALENDAR.is_working_day(saturday)
