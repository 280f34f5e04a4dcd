"""Warning levels: their text, and when they call."""

from __future__ import annotations

import pytest

from engine.clocks import Share, parse_limit, parse_warnings, warning_moments
from engine.errors import InvalidInput

ACCEPTED = "2026-03-02T10:15"  # a Monday; working day 8 is 03-12, day 10 is 03-16, day 12 is 03-18
NOW = "2026-05-06T10:00"


def test_it_reads_shares_and_limits():
    assert parse_warnings("60%, 2 WD,1 D") == (Share(60), parse_limit("2 WD"), parse_limit("1 D"))
    assert [str(level) for level in parse_warnings("60 %, 2WD")] == ["60%", "2 WD"]


def test_it_reads_an_empty_text_as_no_warning():
    assert parse_warnings(" ") == ()


@pytest.mark.parametrize(
    "text",
    [
        "0%",
        "101%",
        "-5%",
        "%",
        "6.5%",
        "９%",
        "60",
        "60%,",
        "2 days",
        "60%, 60%",
        ",".join(f"{n}%" for n in range(1, 12)),
    ],
)
def test_it_refuses_any_other_level(text):
    with pytest.raises(InvalidInput, match="Expected") as refusal:
        parse_warnings(text)
    assert refusal.value.code == "invalid_warning"


@pytest.mark.parametrize(
    ("limit", "levels", "expected"),
    [
        ("12 WD", "60%", "2026-03-12T09:00"),
        ("10 WD", "60%", "2026-03-10T09:00"),
        ("12 WD", "100%", "2026-03-18T09:00"),
        ("12 WD", "2 WD", "2026-03-16T09:00"),
        ("12 WD", "1 D", "2026-03-17T09:00"),
        ("12 WD", "3 D", "2026-03-13T09:00"),
        ("10 D", "70%", "2026-03-09T09:00"),
        ("7 D", "60%", "2026-03-06T09:00"),
        ("7 D", "2 WD", "2026-03-05T09:00"),
        ("1 WD", "60%", "2026-03-03T09:00"),
    ],
)
def test_it_calls_when_the_office_opens_on_the_day_of_the_level(
    limit, levels, expected, *, calendar, deadline, at
):
    """The share is reached on that counted day; the limit is what remains on it. Weekends call on Friday."""
    facts = deadline(limit, ACCEPTED)
    assert warning_moments(facts, parse_warnings(levels), calendar, at(NOW)) == [(levels, at(expected))]


def test_it_keeps_the_order_of_the_levels(calendar, deadline, at):
    moments = warning_moments(deadline("12 WD", ACCEPTED), parse_warnings("2 WD, 60%"), calendar, at(NOW))
    assert [text for text, _moment in moments] == ["2 WD", "60%"]


@pytest.mark.parametrize("limit", ["1 WD", "2 WD"])
def test_it_leaves_out_a_level_that_would_call_at_the_start(limit, calendar, deadline, at):
    assert warning_moments(deadline(limit, ACCEPTED), parse_warnings("2 WD"), calendar, at(NOW)) == []


def test_it_calls_on_the_next_working_day_when_only_the_start_lies_before(calendar, deadline, at):
    """Accepted on Friday with three calendar days: 60% is Sunday, and Friday is the day of the start."""
    facts = deadline("3 D", "2026-03-06T10:00")
    assert warning_moments(facts, parse_warnings("60%"), calendar, at(NOW)) == [
        ("60%", at("2026-03-09T09:00"))
    ]


def test_it_moves_with_a_pause(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", "2026-03-10T10:00"))
    moments = warning_moments(facts, parse_warnings("60%, 2 WD"), calendar, at(NOW))
    assert moments == [("60%", at("2026-03-17T09:00")), ("2 WD", at("2026-03-19T09:00"))]


@pytest.mark.parametrize(
    "pause",
    [("2026-02-24T10:00", "2026-02-27T10:00"), ("2026-03-19T10:00", "2026-03-25T10:00")],
    ids=["before the start", "after the due date"],
)
def test_it_does_not_move_with_a_pause_that_moves_nothing(pause, calendar, deadline, at):
    moments = warning_moments(deadline("12 WD", ACCEPTED, pause), parse_warnings("2 WD"), calendar, at(NOW))
    assert moments == [("2 WD", at("2026-03-16T09:00"))]


@pytest.mark.parametrize(
    ("resumed", "expected"),
    [
        ("2026-03-12T10:30", "2026-03-12T10:30"),
        ("2026-03-12T16:59", "2026-03-12T16:59"),
        ("2026-03-12T17:00", "2026-03-13T09:00"),
        ("2026-03-12T17:30", "2026-03-13T09:00"),
        ("2026-03-13T07:00", "2026-03-13T09:00"),
        ("2026-03-14T12:00", "2026-03-16T09:00"),
    ],
)
def test_it_waits_for_the_first_business_hour_after_a_pause(resumed, expected, calendar, deadline, at):
    """Paused at 08:00 on day 8, on which it would call at 09:00."""
    facts = deadline("12 WD", ACCEPTED, ("2026-03-12T08:00", resumed))
    assert warning_moments(facts, parse_warnings("60%"), calendar, at(NOW)) == [("60%", at(expected))]


def test_it_never_calls_after_the_due_moment(calendar, deadline, at):
    """Day 7 is a Monday, paused before the opening and resumed in the evening: there is no later hour."""
    facts = deadline("7 D", ACCEPTED, ("2026-03-09T08:00", "2026-03-09T20:00"))
    assert warning_moments(facts, parse_warnings("100%"), calendar, at(NOW)) == [
        ("100%", at("2026-03-10T00:00"))
    ]


def test_it_counts_what_is_left_from_the_day_that_is_given_again(calendar, deadline, at):
    """Due 03-18, paused that day and given again on 03-25: two working days before are still 03-16."""
    facts = deadline("12 WD", ACCEPTED, ("2026-03-18T11:00", "2026-03-24T10:00"))
    assert warning_moments(facts, parse_warnings("2 WD"), calendar, at(NOW)) == [
        ("2 WD", at("2026-03-16T09:00"))
    ]
