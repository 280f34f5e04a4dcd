"""What users of other systems complain about most, as tests: each must not happen here."""

from __future__ import annotations

from datetime import date, timedelta

from engine.clocks import (
    DeadlineFacts,
    DeadlineKind,
    Extension,
    Pause,
    due_at,
    end_of_limit,
    ledger,
    parse_limit,
    parse_warnings,
    remaining,
    warning_moments,
)

ACCEPTED = "2026-03-02T10:15"
NOW = "2026-05-06T10:00"


def test_the_clock_does_not_run_while_it_is_paused(calendar, deadline, at):
    """Complaint 9: the clock runs while it says that it is paused."""
    facts = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", None))
    left = {
        remaining(facts, calendar, at("2026-03-05T10:00") + timedelta(hours=n)).left
        for n in range(0, 2400, 7)
    }
    assert left == {9}


def test_a_pause_over_a_weekend_is_not_miscounted(calendar, deadline, at):
    """Complaint 10: from Friday afternoon to Monday morning one working day is lost, not three and not none."""
    facts = deadline("12 WD", ACCEPTED, ("2026-03-06T16:00", "2026-03-09T09:05"))
    assert due_at(facts, calendar, at(NOW)).on == date(2026, 3, 19)


def test_a_new_limit_does_not_forget_earlier_pauses(calendar, deadline, at):
    """Complaint 11: a new limit forgets earlier pauses."""
    pause = ("2026-03-05T10:00", "2026-03-10T10:00")
    extended = [("2026-03-12T10:00", "20 WD")]
    with_pause = due_at(deadline("12 WD", ACCEPTED, pause, extended=extended), calendar, at(NOW)).on
    without = due_at(deadline("12 WD", ACCEPTED, extended=extended), calendar, at(NOW)).on
    assert calendar.working_days_between(without, with_pause) == 3


def test_no_reminder_falls_outside_working_times(calendar, deadline, at):
    """Complaint 12: whatever day a case is accepted, over holidays and make-up days of a year."""
    levels = parse_warnings("10%, 60%, 90%, 2 WD, 3 D")
    for offset in range(300):
        accepted = at("2026-01-01T23:30") + timedelta(days=offset)
        for limit in ("12 WD", "10 D"):
            facts = DeadlineFacts("promise", DeadlineKind.PROMISED, parse_limit(limit), accepted)
            for _text, moment in warning_moments(facts, levels, calendar, accepted):
                day = calendar.local_date(moment)
                assert calendar.is_working_day(day)
                assert calendar.start_of_business(day) <= moment < calendar.close_of_business(day)


def test_timers_do_not_all_fire_at_once_when_the_clock_resumes(calendar, deadline, at):
    """Complaint 15: paused on day 3 for two months, every warning and the due date still lie ahead, days apart."""
    resumed = "2026-05-06T10:00"
    facts = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", resumed))
    moments = [
        moment for _text, moment in warning_moments(facts, parse_warnings("60%, 2 WD"), calendar, at(resumed))
    ]
    moments.append(due_at(facts, calendar, at(resumed)).at)
    assert at(resumed) < moments[0]
    assert len({calendar.local_date(moment) for moment in moments}) == 3


def test_a_migration_does_not_break_figures(calendar, deadline, at):
    """Complaint 17: a new version moves the facts over as they are; a changed limit is an extension."""
    old = deadline("12 WD", ACCEPTED, ("2026-03-05T10:00", "2026-03-10T10:00"))
    moved = DeadlineFacts(
        id=old.id,
        kind=DeadlineKind(str(old.kind)),
        limit=parse_limit(str(old.limit)),
        started_at=old.started_at.astimezone(),
        pauses=tuple(Pause(each.started_at, each.ended_at, each.reason) for each in old.pauses),
    )
    assert ledger(moved, calendar, at(NOW)) == ledger(old, calendar, at(NOW))
    longer = DeadlineFacts(
        id=old.id,
        kind=old.kind,
        limit=old.limit,
        started_at=old.started_at,
        pauses=old.pauses,
        extensions=(Extension(at("2026-03-11T10:00"), parse_limit("15 WD"), "migrated"),),
    )
    before, after = (due_at(each, calendar, at(NOW)).on for each in (old, longer))
    assert calendar.working_days_between(before, after) == 3


def test_one_day_is_neither_24_hours_nor_24_business_hours(calendar, at):
    """Complaint 18: `1 D` from any hour of Monday ends with Tuesday; 24 business hours would be Thursday."""
    for hour in range(24):
        due = end_of_limit(parse_limit("1 D"), at(f"2026-03-02T{hour:02}:00"), calendar)
        assert due.on == date(2026, 3, 3)
        assert due.at == at("2026-03-04T00:00")


def test_working_saturdays_are_known(calendar, at):
    assert end_of_limit(parse_limit("1 WD"), at("2026-02-13T10:00"), calendar).on == date(2026, 2, 14)
