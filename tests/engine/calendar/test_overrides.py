"""An office's own days, and the version that tells two calendars apart."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.calendar import Calendar, DayInfo, DayKind
from engine.errors import InvalidInput

CALENDAR = Calendar.standard()
MONDAY = date(2026, 8, 3)
SATURDAY = date(2026, 8, 8)


def test_it_closes_the_office_on_a_working_day_and_says_why():
    # when
    calendar = CALENDAR.with_overrides(off=[MONDAY], label="台风停工")
    # then
    assert not calendar.is_working_day(MONDAY)
    assert calendar.explain(MONDAY) == DayInfo(DayKind.CLOSED, "台风停工")
    assert calendar.add_working_days(MONDAY - timedelta(days=3), 1) == MONDAY + timedelta(days=1)


def test_it_opens_the_office_on_a_day_of_rest_and_says_why():
    calendar = CALENDAR.with_overrides(on=[SATURDAY], label="补班")
    assert calendar.explain(SATURDAY) == DayInfo(DayKind.MAKE_UP, "补班")
    assert calendar.add_working_days(date(2026, 8, 7), 1) == SATURDAY


def test_it_may_open_the_office_on_the_first_day_of_a_year():
    calendar = CALENDAR.with_overrides(on=[date(2026, 1, 1)], label="值班")
    assert calendar.is_working_day(date(2026, 1, 1))
    assert calendar.working_days_between(date(2025, 12, 31), date(2026, 1, 1)) == 1


def test_it_changes_nothing_in_the_calendar_it_was_made_from():
    before = CALENDAR.version
    CALENDAR.with_overrides(off=[MONDAY], label="台风停工")
    assert CALENDAR.is_working_day(MONDAY)
    assert CALENDAR.version == before


def test_it_lets_a_later_override_undo_an_earlier_one():
    calendar = CALENDAR.with_overrides(off=[MONDAY], label="台风停工").with_overrides(
        on=[MONDAY], label="复工"
    )
    assert calendar.explain(MONDAY) == DayInfo(DayKind.WORKING)


def test_it_keeps_a_year_provisional_that_an_override_touches():
    """An office's own day does not tell what the State Council will decide."""
    calendar = CALENDAR.with_overrides(off=[date(2027, 3, 1)], label="装修")
    assert calendar.explain(date(2027, 3, 1)) == DayInfo(DayKind.CLOSED, "装修", provisional=True)


def test_it_refuses_a_day_that_is_both_off_and_on():
    with pytest.raises(InvalidInput, match="Expected each day either off or on, but 2026-08-03 is both"):
        CALENDAR.with_overrides(off=[MONDAY], on=[MONDAY], label="?")


def test_it_refuses_more_overrides_than_an_office_can_mean():
    days = [date(2010, 1, 1) + timedelta(days=n) for n in range(5001)]
    with pytest.raises(InvalidInput, match="Expected at most 5000 overridden days, but got 5001"):
        CALENDAR.with_overrides(off=days, label="always closed")


def test_it_refuses_an_override_outside_its_years():
    with pytest.raises(InvalidInput, match="1900 to 2199"):
        CALENDAR.with_overrides(off=[date(9999, 1, 1)], label="?")


def test_it_gives_equal_calendars_equal_versions_and_hashes():
    again = Calendar.standard()
    assert again == CALENDAR
    assert hash(again) == hash(CALENDAR)
    assert again != "a calendar"


@pytest.mark.parametrize(
    "other",
    [
        Calendar.standard([]),
        Calendar.standard(zone=ZoneInfo("UTC")),
        Calendar.standard(opens=time(8, 30)),
        Calendar.standard(closes=time(17, 30)),
        CALENDAR.with_overrides(off=[MONDAY], label="a"),
        CALENDAR.with_overrides(off=[MONDAY], label="b"),
        CALENDAR.with_overrides(on=[SATURDAY], label="a"),
    ],
    ids=["notices", "zone", "opening", "closing", "closed", "label", "open"],
)
def test_it_changes_its_version_with_everything_that_shapes_an_answer(other):
    assert other.version != CALENDAR.version


def test_it_refuses_an_office_that_closes_before_it_opens():
    with pytest.raises(InvalidInput, match="close after it opens") as refusal:
        Calendar.standard(opens=time(17), closes=time(9))
    assert refusal.value.code == "invalid_hours"
