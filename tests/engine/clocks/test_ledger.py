"""Every day of a deadline, with the reason why it was counted or skipped."""

from __future__ import annotations

from datetime import date, timedelta

from engine.clocks import LedgerDay, LedgerReason, due_at, ledger

NOW = "2026-05-06T10:00"


def short(lines):
    """Write a ledger as `month-day number reason detail`, one a line."""
    return [
        " ".join(filter(None, [f"{line.day:%m-%d}", str(line.number or "-"), line.reason, line.detail]))
        for line in lines
    ]


def test_it_lists_the_days_over_the_spring_festival(calendar, deadline, at):
    """Case 4 of the golden table: make-up days count, holidays have names."""
    lines = short(ledger(deadline("12 WD", "2026-02-09T14:00"), calendar, at(NOW)))
    assert lines == [
        "02-09 - start",
        "02-10 1 counted",
        "02-11 2 counted",
        "02-12 3 counted",
        "02-13 4 counted",
        "02-14 5 make_up 春节",
        *[f"02-{day} - holiday 春节" for day in range(15, 24)],
        "02-24 6 counted",
        "02-25 7 counted",
        "02-26 8 counted",
        "02-27 9 counted",
        "02-28 10 make_up 春节",
        "03-01 - weekend",
        "03-02 11 counted",
        "03-03 12 counted",
    ]


def test_it_names_the_reasons_of_pauses_and_keeps_weekends_apart(calendar, deadline, at):
    facts = deadline(
        "5 WD",
        "2026-03-02T10:15",
        ("2026-03-03T10:00", "2026-03-05T10:00", "applicant_rebuts"),
        ("2026-03-05T09:00", "2026-03-09T10:00", "waiting_for_court"),
    )
    assert short(ledger(facts, calendar, at(NOW))) == [
        "03-02 - start",
        "03-03 1 counted",
        "03-04 - paused applicant_rebuts",
        "03-05 - paused applicant_rebuts, waiting_for_court",
        "03-06 - paused waiting_for_court",
        "03-07 - weekend",
        "03-08 - weekend",
        "03-09 - paused waiting_for_court",
        "03-10 2 counted",
        "03-11 3 counted",
        "03-12 4 counted",
        "03-13 5 counted",
    ]


def test_it_names_a_reason_once_when_two_pauses_have_it(calendar, deadline, at):
    facts = deadline(
        "1 WD",
        "2026-03-02T10:15",
        ("2026-03-02T11:00", "2026-03-03T10:00"),
        ("2026-03-02T12:00", "2026-03-03T12:00"),
    )
    assert short(ledger(facts, calendar, at(NOW)))[1] == "03-03 - paused applicant_rebuts"


def test_it_names_the_closure_of_an_office(calendar, deadline, at):
    closed = calendar.with_overrides(off=[date(2026, 8, 4)], label="台风停工")
    lines = ledger(deadline("1 WD", "2026-08-03T10:00"), closed, at("2026-08-03T10:00"))
    assert short(lines) == ["08-03 - start", "08-04 - closed 台风停工", "08-05 1 counted"]


def test_it_counts_weekends_of_a_limit_in_calendar_days_and_shows_where_its_end_moved(calendar, deadline, at):
    lines = short(ledger(deadline("3 D", "2026-03-05T10:00"), calendar, at(NOW)))
    assert lines == [
        "03-05 - start",
        "03-06 1 counted",
        "03-07 2 counted",
        "03-08 3 counted",
        "03-09 - moved_end",
    ]


def test_it_shows_the_days_of_rest_over_which_the_end_moved(calendar, deadline, at):
    """The 60 days of remedy end on 10-02 and move to 10-08."""
    lines = short(
        ledger(deadline("60 D", "2026-08-03T10:00", kind="statutory"), calendar, at("2026-10-09T10:00"))
    )
    assert lines[60:] == [
        "10-02 60 counted 国庆节",
        *[f"10-0{day} - holiday 国庆节" for day in range(3, 8)],
        "10-08 - moved_end",
    ]


def test_it_shows_the_last_day_as_paused_when_it_is_given_again(calendar, deadline, at):
    facts = deadline("2 WD", "2026-03-02T10:15", ("2026-03-04T11:00", "2026-03-05T10:00"))
    assert short(ledger(facts, calendar, at(NOW))) == [
        "03-02 - start",
        "03-03 1 counted",
        "03-04 - paused applicant_rebuts",
        "03-05 - paused applicant_rebuts",
        "03-06 2 counted",
    ]


def test_it_stops_on_the_day_on_which_the_deadline_ended(calendar, deadline, at):
    facts = deadline("12 WD", "2026-03-02T10:15", ended="2026-03-04T10:00")
    assert short(ledger(facts, calendar, at(NOW))) == ["03-02 - start", "03-03 1 counted", "03-04 2 counted"]


def test_it_stops_on_the_due_date_when_the_deadline_ended_too_late(calendar, deadline, at):
    facts = deadline("1 WD", "2026-03-02T10:15", ended="2026-03-30T10:00")
    assert short(ledger(facts, calendar, at(NOW))) == ["03-02 - start", "03-03 1 counted"]


def test_it_has_one_line_when_the_deadline_ended_on_the_day_of_its_start(calendar, deadline, at):
    facts = deadline("12 WD", "2026-03-02T10:15", ended="2026-03-02T10:20")
    assert ledger(facts, calendar, at(NOW)) == (
        LedgerDay(date(2026, 3, 2), False, 0, LedgerReason.START, None, False),
    )


def test_it_has_one_line_when_another_machine_saw_the_end_before_the_start(calendar, deadline, at):
    facts = deadline("12 WD", "2026-03-03T00:00:00", ended="2026-03-02T23:59:59")
    assert short(ledger(facts, calendar, at(NOW))) == ["03-03 - start"]


def test_it_marks_the_days_of_an_unknown_year(calendar, deadline, at):
    lines = ledger(deadline("10 WD", "2026-12-21T10:00"), calendar, at("2026-12-21T10:00"))
    assert [line.day for line in lines if line.provisional] == [
        date(2027, 1, 1) + timedelta(days=n) for n in range(5)
    ]
    assert "01-01 - holiday 元旦" in short(lines)


def test_it_can_be_given_again_from_the_same_facts(calendar, deadline, at):
    """Whoever asks later gets the same lines, and they end where the deadline is due."""
    facts = deadline("12 WD", "2026-03-02T10:15", ("2026-03-05T10:00", "2026-03-10T10:00"))
    early, late = (ledger(facts, calendar, at(now)) for now in ("2026-03-11T10:00", NOW))
    assert early == late
    assert early[-1].day == due_at(facts, calendar, at(NOW)).on
