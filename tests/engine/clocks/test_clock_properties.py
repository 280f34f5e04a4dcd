"""Properties of all clocks, checked against a slow walk over the days with an independent calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from naive_clock import BEIJING, CHINA, naive_chain_end, naive_course, naive_end

from engine.calendar import Calendar
from engine.clocks import (
    DeadlineEnd,
    DeadlineFacts,
    DeadlineKind,
    DeadlineState,
    Limit,
    Pause,
    Share,
    Unit,
    due_at,
    latest_start,
    ledger,
    remaining,
    state_of,
    warning_moments,
)

CALENDAR = Calendar.standard()
FAR = datetime(2026, 12, 31, 12, tzinfo=BEIJING)

quietly = settings(max_examples=300, deadline=None)
moments = st.datetimes(datetime(2018, 1, 1), datetime(2026, 3, 31), timezones=st.just(BEIJING))
limits = st.one_of(
    st.builds(Limit, st.integers(1, 30), st.just(Unit.WORKING_DAY)),
    st.builds(Limit, st.integers(1, 60), st.just(Unit.CALENDAR_DAY)),
)


@st.composite
def deadlines(draw, *, max_pauses=4):
    """Make a promised deadline with pauses around its days; some start or end at an edge of the day."""
    start = draw(moments)
    pauses = []
    for _ in range(draw(st.integers(0, max_pauses))):
        begin = start + timedelta(minutes=draw(st.integers(-3 * 1440, 50 * 1440)))
        if draw(st.booleans()):
            begin = begin.replace(
                hour=draw(st.sampled_from([0, 9, 17, 23])), minute=0, second=0, microsecond=0
            )
        end = begin + timedelta(minutes=draw(st.one_of(st.integers(0, 600), st.integers(0, 12 * 1440))))
        pauses.append(Pause(begin, end, draw(st.sampled_from(["applicant_rebuts", "waiting_for_court"]))))
    return DeadlineFacts("promise", DeadlineKind.PROMISED, draw(limits), start, tuple(pauses))


def naively(facts):
    pauses = [(pause.started_at, pause.ended_at) for pause in facts.pauses]
    return naive_course(facts.limit.count, str(facts.limit.unit), facts.started_at, pauses)


@quietly
@given(deadlines())
def test_it_is_due_when_a_walk_over_the_days_says(facts):
    day, _counted = naively(facts)
    due = due_at(facts, CALENDAR, FAR)
    assert due.on == day
    assert due.at == naive_end(str(facts.limit.unit), day)


@quietly
@given(deadlines())
def test_its_ledger_counts_the_days_that_a_walk_counts(facts):
    _day, counted = naively(facts)
    assert [line.day for line in ledger(facts, CALENDAR, FAR) if line.counted] == counted


@quietly
@given(deadlines())
def test_its_ledger_has_every_day_once_and_as_many_counted_as_the_limit(facts):
    # when
    lines = ledger(facts, CALENDAR, FAR)
    # then
    assert all(after.day - before.day == timedelta(days=1) for before, after in pairwise(lines))
    assert [line.number for line in lines if line.counted] == list(range(1, facts.limit.count + 1))
    assert lines[0].number == 0
    assert lines[-1].day == due_at(facts, CALENDAR, FAR).on
    assert all(line.number is None for line in lines[1:] if not line.counted)


@quietly
@given(deadlines(), st.integers(1, 60 * 1440))
def test_a_later_start_never_gives_an_earlier_due_date(facts, minutes):
    later = replace(facts, started_at=facts.started_at + timedelta(minutes=minutes))
    assert due_at(facts, CALENDAR, FAR).at <= due_at(later, CALENDAR, FAR).at


@quietly
@given(deadlines())
def test_a_longer_limit_never_gives_an_earlier_due_date(facts):
    longer = replace(facts, limit=Limit(facts.limit.count + 1, facts.limit.unit))
    assert due_at(facts, CALENDAR, FAR).at <= due_at(longer, CALENDAR, FAR).at


@quietly
@given(deadlines())
def test_a_pause_never_gives_an_earlier_due_date(facts):
    assume(facts.pauses)
    fewer = replace(facts, pauses=facts.pauses[1:])
    assert due_at(fewer, CALENDAR, FAR).at <= due_at(facts, CALENDAR, FAR).at


@quietly
@given(deadlines(), st.floats(0, 1), st.floats(0, 1))
def test_a_pause_within_another_changes_nothing(facts, begin, share):
    # given
    assume(facts.pauses)
    outer = facts.pauses[0]
    length = outer.ended_at - outer.started_at
    inner = Pause(outer.started_at + length * begin, outer.ended_at - length * (1 - begin) * share, "nested")
    # when
    nested = replace(facts, pauses=(*facts.pauses, inner))
    # then
    assert due_at(nested, CALENDAR, FAR) == due_at(facts, CALENDAR, FAR)


@quietly
@given(deadlines(max_pauses=2), st.integers(0, 60 * 1440), st.integers(0, 40 * 1440))
def test_an_open_pause_is_taken_as_if_it_ended_now(facts, after, lasting):
    begin = facts.started_at + timedelta(minutes=after)
    now = begin + timedelta(minutes=lasting)
    still_open = replace(facts, pauses=(*facts.pauses, Pause(begin, None, "open")))
    ended_now = replace(facts, pauses=(*facts.pauses, Pause(begin, now, "open")))
    assert due_at(still_open, CALENDAR, now) == due_at(ended_now, CALENDAR, now)
    assert ledger(still_open, CALENDAR, now) == ledger(ended_now, CALENDAR, now)


@quietly
@given(deadlines(max_pauses=0), st.integers(0, 60 * 1440), st.lists(st.integers(0, 40 * 1440), min_size=2))
def test_a_clock_that_stands_still_in_time_never_runs_out_and_keeps_its_days(facts, after, waits):
    # given
    begin = facts.started_at + timedelta(minutes=after)
    assume(begin < due_at(facts, CALENDAR, begin).at)
    paused = replace(facts, pauses=(Pause(begin, None, "open"),))
    # then
    left = remaining(facts, CALENDAR, begin)
    for wait in waits:
        now = begin + timedelta(minutes=wait)
        assert state_of(paused, CALENDAR, now) is DeadlineState.PAUSED
        assert remaining(paused, CALENDAR, now).left >= 0
        if facts.limit.unit is Unit.WORKING_DAY:
            # A clock that was paused on its last day has that day again once the day is over.
            on_hold_over_end = left.left == 0 and now >= due_at(facts, CALENDAR, begin).at
            assert remaining(paused, CALENDAR, now).left in ({0, 1} if on_hold_over_end else {left.left})


@quietly
@given(deadlines(), st.integers(0, 100 * 1440))
def test_it_was_kept_exactly_when_it_ended_before_it_would_have_been_breached(facts, after):
    ended_at = facts.started_at + timedelta(minutes=after)
    ended = replace(facts, ended_at=ended_at, end=DeadlineEnd.KEPT_OR_BREACHED)
    due = naive_end(str(facts.limit.unit), naively(facts)[0])
    expected = DeadlineState.KEPT if ended_at < due else DeadlineState.BREACHED
    assert state_of(ended, CALENDAR, FAR) is expected


@quietly
@given(deadlines(), st.integers(0, 100 * 1440))
def test_it_has_days_left_exactly_as_long_as_it_is_not_breached(facts, after):
    now = max([facts.started_at + timedelta(minutes=after), *(pause.ended_at for pause in facts.pauses)])
    breached = state_of(facts, CALENDAR, now) is DeadlineState.BREACHED
    assert (remaining(facts, CALENDAR, now).left < 0) == breached


@quietly
@given(deadlines(), st.integers(1, 100), st.integers(1, 10))
def test_a_warning_calls_in_business_hours_outside_pauses_and_in_time(facts, percent, left):
    due = due_at(facts, CALENDAR, FAR)
    levels = (Share(percent), Limit(left, Unit.WORKING_DAY), Limit(left, Unit.CALENDAR_DAY))
    for _text, moment in warning_moments(facts, levels, CALENDAR, FAR):
        assert facts.started_at < moment <= due.at
        if moment == due.at:
            continue  # resumed after the last business hour: there is none left to call in
        local = moment.astimezone(BEIJING)
        assert CHINA.is_working_day(local.date())
        assert time(9) <= local.time() < time(17)
        assert not any(pause.started_at <= moment < pause.ended_at for pause in facts.pauses)


@quietly
@given(deadlines(max_pauses=1), st.lists(limits, min_size=1, max_size=3))
def test_the_latest_start_fits_and_the_working_day_after_it_does_not(facts, leaving):
    # given
    due = due_at(facts, CALENDAR, FAR)
    assume(due.on > date(2018, 1, 1) + timedelta(days=200))
    # when
    start = latest_start(due, leaving, CALENDAR)
    # then
    assert CHINA.is_working_day(start)
    assert naive_chain_end(leaving, start) <= due.at
    assert naive_chain_end(leaving, CALENDAR.add_working_days(start, 1)) > due.at
