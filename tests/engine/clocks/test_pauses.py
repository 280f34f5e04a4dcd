"""A promised clock stands still: which days drop out, in whole days."""

from __future__ import annotations

from datetime import date

import pytest

from engine.clocks import due_at, state_of

ACCEPTED = "2026-03-02T10:15"  # a Monday; twelve working days end on Wednesday 03-18
NOW = "2026-05-06T10:00"


def due_on(facts, calendar, at, now=NOW):
    return due_at(facts, calendar, at(now)).on.isoformat()


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], "2026-03-18"),
        ([("2026-03-05T09:00", "2026-03-05T16:00")], "2026-03-18"),
        ([("2026-03-05T23:59", "2026-03-06T00:01")], "2026-03-19"),
        ([("2026-03-06T15:00", "2026-03-09T09:00")], "2026-03-19"),
        ([("2026-03-07T09:00", "2026-03-08T18:00")], "2026-03-18"),
        ([("2026-03-04T10:00", "2026-03-05T10:00"), ("2026-03-11T10:00", "2026-03-13T10:00")], "2026-03-23"),
        ([("2026-03-04T10:00", "2026-03-10T10:00"), ("2026-03-05T10:00", "2026-03-06T10:00")], "2026-03-24"),
        ([("2026-03-04T10:00", "2026-03-06T10:00"), ("2026-03-05T10:00", "2026-03-10T10:00")], "2026-03-24"),
        ([("2026-03-04T10:00", "2026-03-06T10:00"), ("2026-03-06T10:00", "2026-03-10T10:00")], "2026-03-24"),
        ([("2026-02-25T10:00", "2026-03-03T10:00")], "2026-03-19"),
        ([("2026-02-25T10:00", "2026-02-27T10:00")], "2026-03-18"),
        ([("2026-03-19T10:00", "2026-04-01T10:00")], "2026-03-18"),
        ([("2026-03-06T10:00", "2026-03-05T10:00")], "2026-03-18"),
    ],
    ids=[
        "none",
        "inside one day drops nothing",
        "over one midnight drops one day",
        "over a weekend drops Monday only",
        "inside a weekend drops nothing",
        "two pauses add up",
        "nested pauses count once",
        "overlapping pauses count once",
        "touching pauses count once",
        "begun before the start counts from the start",
        "over before the start drops nothing",
        "after the due date drops nothing",
        "ended before it began is empty",
    ],
)
def test_it_drops_the_working_days_after_the_pause_began_up_to_its_end(
    pauses, expected, calendar, deadline, at
):
    facts = deadline("12 WD", ACCEPTED, *pauses)
    assert due_on(facts, calendar, at) == expected


def test_it_does_not_matter_in_which_order_pauses_are_known(calendar, deadline, at):
    pauses = [("2026-03-04T10:00", "2026-03-05T10:00"), ("2026-03-11T10:00", "2026-03-13T10:00")]
    assert due_on(deadline("12 WD", ACCEPTED, *pauses), calendar, at) == due_on(
        deadline("12 WD", ACCEPTED, *reversed(pauses)), calendar, at
    )


def test_it_drops_make_up_days_and_no_holidays_over_the_spring_festival(calendar, deadline, at):
    """Accepted 02-09, paused 02-13 to 02-25: only 02-14, 02-24 and 02-25 were working days."""
    facts = deadline("12 WD", "2026-02-09T14:00", ("2026-02-13T10:00", "2026-02-25T10:00"))
    assert due_on(facts, calendar, at) == "2026-03-06"


def test_it_takes_two_pauses_with_a_festival_and_make_up_days_between(calendar, deadline, at):
    """02-11 and 02-12 drop for the first, 02-27 and make-up Saturday 02-28 for the second."""
    facts = deadline(
        "12 WD",
        "2026-02-09T14:00",
        ("2026-02-10T10:00", "2026-02-12T10:00"),
        ("2026-02-26T10:00", "2026-03-01T10:00"),
    )
    assert due_on(facts, calendar, at) == "2026-03-09"


def test_it_moves_the_due_date_with_every_working_day_that_a_pause_stays_open(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", None))
    moments = [
        "2026-03-05T18:00",
        "2026-03-06T08:00",
        "2026-03-07T12:00",
        "2026-03-09T12:00",
        "2026-03-10T12:00",
    ]
    dates = [due_on(facts, calendar, at, now) for now in moments]
    assert dates == ["2026-03-18", "2026-03-19", "2026-03-19", "2026-03-20", "2026-03-23"]


def test_it_drops_calendar_days_from_a_limit_in_calendar_days(calendar, deadline, at):
    """Day 7 would be Monday 03-09; two days of standing still make it Wednesday."""
    facts = deadline("7 D", ACCEPTED, ("2026-03-06T10:00", "2026-03-08T10:00"))
    assert due_on(facts, calendar, at) == "2026-03-11"


def test_it_moves_the_end_of_calendar_days_past_a_pause(calendar, deadline, at):
    """Day 5 is Saturday 03-07 and would move to Monday, but from Sunday to Wednesday the clock rests."""
    facts = deadline("5 D", ACCEPTED, ("2026-03-08T10:00", "2026-03-11T10:00"))
    assert due_on(facts, calendar, at) == "2026-03-12"


@pytest.mark.parametrize(
    ("limit", "pause", "expected"),
    [
        ("12 WD", ("2026-03-18T11:00", "2026-03-24T10:00"), "2026-03-25"),
        ("12 WD", ("2026-03-18T16:00", "2026-03-18T18:00"), "2026-03-19"),
        ("12 WD", ("2026-03-18T10:00", "2026-03-18T16:59"), "2026-03-18"),
        ("12 WD", ("2026-03-18T17:00", "2026-03-24T10:00"), "2026-03-18"),
        ("7 D", ("2026-03-09T20:00", "2026-03-11T10:00"), "2026-03-12"),
    ],
    ids=[
        "paused on the last day",
        "paused over the close of business",
        "resumed before the close of business",
        "paused when it was too late already",
        "calendar days",
    ],
)
def test_it_gives_the_last_day_again_when_the_clock_stands_still_at_the_due_moment(
    limit, pause, expected, *, calendar, deadline, at
):
    """A clock cannot run out while it stands still."""
    assert due_on(deadline(limit, ACCEPTED, pause), calendar, at) == expected


def test_it_gives_the_last_day_again_each_time_whatever_order_the_pauses_are_known_in(calendar, deadline, at):
    pauses = [("2026-03-18T11:00", "2026-03-19T10:00"), ("2026-03-20T11:00", "2026-03-23T10:00")]
    assert due_on(deadline("12 WD", ACCEPTED, *pauses), calendar, at) == "2026-03-24"
    assert due_on(deadline("12 WD", ACCEPTED, *reversed(pauses)), calendar, at) == "2026-03-24"


def test_it_is_paused_and_not_breached_all_the_time_that_an_open_pause_lasts(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-18T11:00", None))
    for now in ("2026-03-18T11:00", "2026-03-18T17:00", "2026-03-18T23:00", "2026-06-01T12:00"):
        assert state_of(facts, calendar, at(now)) == "paused"
        assert due_at(facts, calendar, at(now)).at > at(now)


def test_it_leaves_out_what_a_pause_did_after_the_deadline_ended(calendar, deadline, at):
    """A case that is decided during a pause keeps the due date it had then."""
    facts = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", None), ended="2026-03-09T10:00")
    assert due_on(facts, calendar, at, "2026-03-09T10:00") == due_on(facts, calendar, at, "2026-12-01T10:00")
    assert due_at(facts, calendar, at(NOW)).on == date(2026, 3, 20)


def test_it_drops_no_day_after_the_deadline_ended(calendar, deadline, at):
    """The case was decided on 03-09, the pause closed later: only 03-06 and 03-09 drop out."""
    facts = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", "2026-03-13T10:00"), ended="2026-03-09T10:00")
    assert due_on(facts, calendar, at) == "2026-03-20"
