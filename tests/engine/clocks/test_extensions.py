"""A longer limit replaces the one before it from its moment on."""

from __future__ import annotations

from datetime import date

from engine.clocks import due_at, remaining, state_of

ACCEPTED = "2026-03-02T10:15"  # 12 WD: 03-18; 30 WD: 04-14; 45 WD: 05-08, make-up Saturday 05-09 is the 46th


def test_it_counts_the_new_limit_from_the_start(calendar, deadline, at):
    facts = deadline("30 WD", ACCEPTED, kind="statutory", extended=[("2026-03-20T10:00", "45 WD")])
    due = due_at(facts, calendar, at("2026-03-20T10:00"))
    assert due.on == calendar.add_working_days(date(2026, 3, 2), 45) == date(2026, 5, 8)


def test_it_remembers_the_pauses_of_before(calendar, deadline, at):
    facts = deadline(
        "12 WD",
        ACCEPTED,
        ("2026-03-05T10:00", "2026-03-10T10:00"),
        extended=[("2026-03-16T10:00", "15 WD")],
    )
    assert due_at(facts, calendar, at("2026-03-16T10:00")).on == date(2026, 3, 26)


def test_it_takes_the_latest_of_several_whatever_order_they_are_known_in(calendar, deadline, at):
    extensions = [("2026-04-01T10:00", "45 WD"), ("2026-03-16T10:00", "40 WD")]
    facts = deadline("30 WD", ACCEPTED, kind="statutory", extended=extensions)
    assert due_at(facts, calendar, at("2026-04-01T10:00")).on == date(2026, 5, 8)


def test_it_may_change_the_unit(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, extended=[("2026-03-16T10:00", "30 D")])
    now = at("2026-03-31T10:00")
    assert due_at(facts, calendar, now).at == at("2026-04-02T00:00")
    assert remaining(facts, calendar, now) == (1, "D")


def test_it_does_not_undo_a_breach_that_came_first(calendar, deadline, at):
    """The new date is the one to work to, but what was promised was not kept."""
    facts = deadline("12 WD", ACCEPTED, extended=[("2026-03-18T17:00", "30 WD")])
    assert due_at(facts, calendar, at("2026-03-19T10:00")).on == date(2026, 4, 14)
    assert state_of(facts, calendar, at("2026-03-19T10:00")) == "breached"


def test_it_keeps_the_clock_running_when_it_comes_in_time(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, extended=[("2026-03-18T16:59", "30 WD")])
    assert state_of(facts, calendar, at("2026-03-19T10:00")) == "running"


def test_it_counts_an_extension_at_the_very_moment_of_the_end(calendar, deadline, at):
    """One step of a case may extend a deadline and end it; the ledger then shows the longer limit."""
    facts = deadline("12 WD", ACCEPTED, extended=[("2026-03-16T10:00", "30 WD")], ended="2026-03-16T10:00")
    assert due_at(facts, calendar, at("2026-03-20T10:00")).on == date(2026, 4, 14)


def test_it_ignores_an_extension_after_the_end(calendar, deadline, at):
    facts = deadline("12 WD", ACCEPTED, extended=[("2026-03-17T10:00", "30 WD")], ended="2026-03-16T10:00")
    assert due_at(facts, calendar, at("2026-03-20T10:00")).on == date(2026, 3, 18)
