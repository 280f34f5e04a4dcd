"""How a deadline stands at a moment."""

from __future__ import annotations

import pytest

from engine.clocks import state_of

ACCEPTED = "2026-03-02T10:15"  # twelve working days end on Wednesday 03-18 at 17:00


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-02T10:15", "running"),
        ("2026-03-18T16:59:59", "running"),
        ("2026-03-18T17:00", "breached"),
        ("2026-03-19T09:00", "breached"),
    ],
)
def test_it_runs_until_the_due_moment_which_is_too_late_itself(now, expected, calendar, deadline, at):
    """So a job that fires at the due moment finds what it was made for."""
    assert state_of(deadline("12 WD", ACCEPTED), calendar, at(now)) == expected


@pytest.mark.parametrize(
    ("ended", "expected"),
    [("2026-03-18T16:59:59", "kept"), ("2026-03-18T17:00", "breached"), ("2026-03-20T10:00", "breached")],
)
def test_it_was_kept_when_it_ended_before_the_due_moment(ended, expected, calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ended=ended)
    assert state_of(facts, calendar, at("2026-06-01T10:00")) == expected


@pytest.mark.parametrize("ended", ["2026-03-10T10:00", "2026-03-30T10:00"])
@pytest.mark.parametrize("end", ["handed_over", "cancelled"])
def test_it_is_neither_kept_nor_breached_when_another_clock_took_over(ended, end, calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ended=ended, end=end)
    assert state_of(facts, calendar, at("2026-06-01T10:00")) == end


def test_it_is_paused_while_any_pause_is_open(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-04T10:00", None), ("2026-03-05T10:00", "2026-03-06T10:00"))
    assert state_of(facts, calendar, at("2026-03-09T10:00")) == "paused"


def test_it_runs_again_after_the_pause(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-04T10:00", "2026-03-06T10:00"))
    assert state_of(facts, calendar, at("2026-03-18T17:00")) == "running"
    assert state_of(facts, calendar, at("2026-03-20T17:00")) == "breached"


def test_it_stays_breached_when_a_pause_comes_too_late(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-18T17:00", None))
    assert state_of(facts, calendar, at("2026-03-19T10:00")) == "breached"


def test_it_may_be_kept_although_it_ended_during_a_pause(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, ("2026-03-04T10:00", None), ended="2026-05-06T10:00")
    assert state_of(facts, calendar, at("2026-06-01T10:00")) == "kept"


def test_it_ends_calendar_days_when_the_next_day_begins(calendar, deadline, at):
    facts = deadline("1 D", ACCEPTED, kind="internal")
    assert state_of(facts, calendar, at("2026-03-03T23:59:59")) == "running"
    assert state_of(facts, calendar, at("2026-03-04T00:00")) == "breached"
