"""When a deadline is due, without pauses and extensions."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendar import Calendar
from engine.clocks import due_at, end_of_limit, parse_limit
from engine.errors import InvalidInput


def test_it_starts_on_the_date_of_the_office_and_not_of_utc(calendar, deadline, at):
    """At 00:30 in Beijing it is still the day before in UTC."""
    just_after_midnight = "2026-03-03T00:30"
    due = due_at(deadline("1 WD", just_after_midnight), calendar, at(just_after_midnight))
    assert due.on == date(2026, 3, 4)


def test_it_does_not_matter_at_which_hour_the_clock_starts(calendar, deadline, at):
    early, late = "2026-03-02T00:00", "2026-03-02T23:59"
    assert due_at(deadline("12 WD", early), calendar, at(early)) == due_at(
        deadline("12 WD", late), calendar, at(late)
    )


def test_it_ends_calendar_days_at_midnight_and_working_days_at_close_of_business(calendar, at):
    start = at("2026-03-02T10:15")
    assert end_of_limit(parse_limit("3 D"), start, calendar).at == at("2026-03-06T00:00")
    assert end_of_limit(parse_limit("3 WD"), start, calendar).at == at("2026-03-05T17:00")


@pytest.mark.parametrize(
    ("start", "on"),
    [
        ("2026-03-05T10:00", "2026-03-09"),
        ("2026-02-12T10:00", "2026-02-14"),
        ("2026-02-13T10:00", "2026-02-24"),
    ],
    ids=["Saturday moves to Monday", "make-up Saturday stays", "Sunday moves over the Spring Festival"],
)
def test_it_moves_the_end_of_calendar_days_from_a_day_of_rest(start, on, calendar, at):
    due = end_of_limit(parse_limit("2 D"), at(start), calendar)
    assert due.on == date.fromisoformat(on)


def test_it_follows_an_office_that_is_closed(calendar, deadline, at):
    """The calendar is asked, not the facts: a typhoon day moves every running deadline."""
    facts = deadline("12 WD", "2026-08-03T10:00")
    closed = calendar.with_overrides(off=[date(2026, 8, 10)], label="台风停工")
    usual, moved = (due_at(facts, each, at("2026-08-03T10:00")) for each in (calendar, closed))
    assert (usual.on, moved.on) == (date(2026, 8, 19), date(2026, 8, 20))
    assert usual.calendar_version != moved.calendar_version


def test_it_closes_when_the_office_closes(deadline, at):
    from datetime import time

    calendar = Calendar.standard(closes=time(17, 30))
    due = due_at(deadline("1 WD", "2026-03-02T10:15"), calendar, at("2026-03-02T10:15"))
    assert due.at == at("2026-03-03T17:30")


def test_it_marks_calendar_days_that_end_in_an_unknown_year(calendar, at):
    assert not end_of_limit(parse_limit("10 D"), at("2026-12-21T10:00"), calendar).provisional
    assert end_of_limit(parse_limit("11 D"), at("2026-12-21T10:00"), calendar).provisional


def test_it_is_certain_when_only_the_start_lies_in_an_unknown_year(calendar, at):
    """The day of the start is not counted, so its year does not matter."""
    assert not end_of_limit(parse_limit("5 WD"), at("2003-12-31T10:00"), calendar).provisional


def test_it_refuses_a_limit_that_leads_beyond_the_calendar(calendar, at):
    with pytest.raises(InvalidInput, match="1900 to 2199"):
        end_of_limit(parse_limit("5000 D"), at("2199-01-01T10:00"), calendar)
