"""Between dates of the office and moments in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from engine.calendar import Calendar
from engine.errors import InvalidInput

CALENDAR = Calendar.standard()
DAY = date(2026, 3, 18)


def test_it_gives_the_edges_of_a_day_in_utc():
    assert CALENDAR.start_of_day(DAY) == datetime(2026, 3, 17, 16, tzinfo=UTC)
    assert CALENDAR.start_of_business(DAY) == datetime(2026, 3, 18, 1, tzinfo=UTC)
    assert CALENDAR.close_of_business(DAY) == datetime(2026, 3, 18, 9, tzinfo=UTC)
    assert CALENDAR.end_of_day(DAY) == datetime(2026, 3, 18, 16, tzinfo=UTC)


def test_it_gives_moments_that_are_in_utc_themselves():
    assert CALENDAR.close_of_business(DAY).tzinfo is UTC


def test_it_ends_a_day_where_the_next_begins():
    assert CALENDAR.end_of_day(DAY) == CALENDAR.start_of_day(DAY + timedelta(days=1))


def test_it_keeps_the_hours_of_the_office():
    office = Calendar.standard(opens=time(8, 30), closes=time(17, 30), zone=ZoneInfo("Asia/Urumqi"))
    assert office.start_of_business(DAY) == datetime(2026, 3, 18, 2, 30, tzinfo=UTC)
    assert office.close_of_business(DAY) == datetime(2026, 3, 18, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5))), date(2026, 3, 3)),
    ],
)
def test_it_dates_a_moment_as_the_office_does(moment, expected):
    assert CALENDAR.local_date(moment) == expected


@pytest.mark.parametrize("share", [0, 0.5, 0.9999])
@pytest.mark.parametrize("century", [1900, 2000, 2100])
def test_it_finds_the_day_of_moments_in_it_on_every_day_that_it_knows(century, share):
    """Summer time and the change from local mean time included."""
    day = date(century, 1, 1)
    while day.year < century + 100:
        begin, end = CALENDAR.start_of_day(day), CALENDAR.end_of_day(day)
        assert CALENDAR.local_date(begin + (end - begin) * share) == day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 3, 2, 10), datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)],
    ids=["naive", "year 9999", "year 1"],
)
def test_it_refuses_a_moment_whose_date_it_cannot_know(moment):
    with pytest.raises(InvalidInput, match="Expected a"):
        CALENDAR.local_date(moment)
