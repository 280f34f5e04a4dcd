"""The golden table of the rules: rows worked out by three independent computations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.clocks import due_at, end_of_limit, latest_start, parse_limit, parse_limits

ROWS = {
    "1 plain": ("2026-03-02T10:15", "2026-03-16", "2026-03-18"),
    "2 Friday late": ("2026-03-13T16:55", "2026-03-27", "2026-03-31"),
    "3 Sunday counter counts as case 2": ("2026-03-15T09:30", "2026-03-27", "2026-03-31"),
    "4 Spring Festival, 02-14 and 02-28 count": ("2026-02-09T14:00", "2026-02-28", "2026-03-03"),
    "5 accepted on a make-up day": ("2026-02-28T11:00", "2026-03-13", "2026-03-17"),
}


@pytest.mark.parametrize(("accepted", "ten", "twelve"), ROWS.values(), ids=ROWS)
def test_it_is_due_as_the_golden_table_says(accepted, ten, twelve, *, calendar, deadline, at):
    for limit, expected in (("10 WD", ten), ("12 WD", twelve)):
        due = due_at(deadline(limit, accepted), calendar, at(accepted))
        assert due.on == date.fromisoformat(expected)
        assert due.at == at(f"{expected}T17:00")
        assert not due.provisional
        assert due.calendar_version == calendar.version


def test_row_10_paused_from_thursday_to_tuesday_uses_3_days_and_leaves_9(calendar, deadline, at):
    facts = deadline("12 WD", "2026-03-02T10:15", ("2026-03-05T10:00", "2026-03-10T15:00"))
    assert due_at(facts, calendar, at("2026-03-10T15:00")).at == at("2026-03-23T17:00")


@pytest.mark.parametrize(("limit", "expected"), [("10 WD", "2027-01-05"), ("12 WD", "2027-01-07")])
def test_row_11_reaches_an_unknown_year_and_says_so(limit, expected, calendar, deadline, at):
    due = due_at(deadline(limit, "2026-12-21T10:00"), calendar, at("2026-12-21T10:00"))
    assert due.on == date.fromisoformat(expected)
    assert due.provisional


@pytest.mark.parametrize(
    ("limit", "last_certain"),
    [("30 WD", "2026-11-19"), ("12 WD", "2026-12-15")],
)
def test_it_marks_a_date_provisional_from_the_day_on_that_the_rules_name(
    limit, last_certain, calendar, deadline, at
):
    """A 30-day limit accepted after 2026-11-19 reaches 2027, a 12-day limit after 2026-12-15."""
    certain = date.fromisoformat(last_certain)
    after = calendar.add_working_days(certain, 1)
    for day, provisional in ((certain, False), (after, True)):
        moment = f"{day}T10:00"
        assert due_at(deadline(limit, moment), calendar, at(moment)).provisional is provisional


@pytest.mark.parametrize(
    ("accepted", "latest"), [("2026-03-02T10:15", "2026-03-06"), ("2026-02-09T14:00", "2026-02-14")]
)
def test_it_names_the_latest_posting_date(accepted, latest, calendar, deadline, at):
    """Seven days of publicity and three working days at the county must still fit into the twelve."""
    due = due_at(deadline("12 WD", accepted), calendar, at(accepted))
    assert latest_start(due, parse_limits("7 D, 3 WD"), calendar) == date.fromisoformat(latest)


def test_it_follows_case_1_through_its_stages(calendar):
    """Posted 03-06, publicity to 03-13, county 03-16 to 03-18."""
    publicity = calendar.public_notice_end(date(2026, 3, 6), 7)
    assert publicity == date(2026, 3, 13)
    assert calendar.add_working_days(publicity, 1) == date(2026, 3, 16)
    assert calendar.add_working_days(publicity, 3) == date(2026, 3, 18)


def test_it_extends_the_60_days_of_remedy_over_the_national_holiday(calendar, at):
    """Day 60 is 2026-10-02, a day of rest; the limit ends with 10-08."""
    due = end_of_limit(parse_limit("60 D"), at("2026-08-03T10:00"), calendar)
    assert due.on == date(2026, 10, 8)
    assert due.at == at("2026-10-09T00:00")


@pytest.mark.parametrize(
    ("days_before_posting", "plainly_late", "late"),
    [(4, 40, 68), (5, 620, 639)],
    ids=["4 WD + 7 D + 3 WD", "5 WD + 7 D + 3 WD"],
)
def test_it_confirms_how_often_a_fixed_plan_misses_the_12_days(
    days_before_posting, plainly_late, late, calendar
):
    """Why the latest posting date is computed per case: of 699 start dates a fixed plan fails on so many.

    The first figure ends the publicity on day 7 whatever day that is, the second moves it on from a day
    of rest, as the rule says.
    """
    first, last = date(2025, 1, 1).toordinal(), date(2026, 11, 30).toordinal()
    missed = [0, 0]
    for ordinal in range(first, last + 1):
        start = date.fromordinal(ordinal)
        posted = calendar.add_working_days(start, days_before_posting)
        due_on = calendar.add_working_days(start, 12)
        for which, publicity in enumerate(
            (posted + timedelta(days=7), calendar.public_notice_end(posted, 7))
        ):
            missed[which] += calendar.add_working_days(publicity, 3) > due_on
    assert missed == [plainly_late, late]
