"""Properties of clocks in hours, with starts at any minute of the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from naive_clock import BEIJING

from engine.calendar import Calendar
from engine.clocks import (
    DeadlineEnd,
    DeadlineFacts,
    DeadlineKind,
    DeadlineState,
    Limit,
    Share,
    Unit,
    due_at,
    ledger,
    remaining,
    state_of,
    warning_moments,
)

CALENDAR = Calendar.standard()
FAR = datetime(2026, 12, 31, 12, tzinfo=BEIJING)
AN_HOUR = timedelta(hours=1)

quietly = settings(max_examples=300, deadline=None)
starts = st.datetimes(datetime(2018, 1, 1), datetime(2026, 3, 31), timezones=st.sampled_from([BEIJING, UTC]))
clocks = st.builds(
    DeadlineFacts,
    st.just("reply"),
    st.sampled_from([DeadlineKind.INTERNAL, DeadlineKind.STATUTORY]),
    st.builds(Limit, st.integers(1, 500), st.just(Unit.HOUR)),
    starts,
)
minutes = st.integers(0, 600 * 60)


@quietly
@given(clocks)
def test_it_is_due_exactly_so_many_hours_after_its_start(facts):
    assert due_at(facts, CALENDAR, FAR).at - facts.started_at == facts.limit.count * AN_HOUR


@quietly
@given(clocks, minutes)
def test_it_is_kept_exactly_when_it_ends_before_it_is_due_and_has_hours_left_then(facts, after):
    ended_at = facts.started_at + timedelta(minutes=after)
    ended = replace(facts, ended_at=ended_at, end=DeadlineEnd.KEPT_OR_BREACHED)
    in_time = after < 60 * facts.limit.count

    assert state_of(ended, CALENDAR, FAR) is (DeadlineState.KEPT if in_time else DeadlineState.BREACHED)
    assert (remaining(ended, CALENDAR, FAR).left >= 0) == in_time


@quietly
@given(clocks, minutes)
def test_its_ledger_adds_up_to_the_time_that_it_ran(facts, after):
    ended_at = facts.started_at + timedelta(minutes=after)
    ended = replace(facts, ended_at=ended_at, end=DeadlineEnd.KEPT_OR_BREACHED)
    ran = min(timedelta(minutes=after), facts.limit.count * AN_HOUR)

    lines = ledger(ended, CALENDAR, FAR)

    spans = [line.detail.split(":") for line in lines]
    shown = sum(60 * int(hours) + int(rest) for hours, rest in spans)
    assert 0 <= ran // timedelta(minutes=1) - shown < len(lines)  # each line leaves its seconds out
    assert lines[-1].number == ran // AN_HOUR
    assert all(b.day - a.day == timedelta(days=1) and a.number <= b.number for a, b in pairwise(lines))
    assert lines[0].day == facts.started_at.astimezone(BEIJING).date()


@quietly
@given(clocks)
def test_its_whole_ledger_ends_on_the_day_on_which_it_is_due(facts):
    lines = ledger(facts, CALENDAR, FAR)

    assert lines[-1].day == due_at(facts, CALENDAR, FAR).on
    assert lines[-1].number == facts.limit.count


@quietly
@given(clocks, st.integers(1, 100), st.integers(1, 500))
def test_its_warnings_call_after_the_start_and_never_too_late(facts, percent, left):
    levels = (Share(percent), Limit(left, Unit.HOUR))

    called = dict(warning_moments(facts, levels, CALENDAR, FAR))

    due = due_at(facts, CALENDAR, FAR).at
    assert all(facts.started_at < moment <= due for moment in called.values())
    assert (str(levels[1]) in called) == (left < facts.limit.count)
    used = (called[f"{percent}%"] - facts.started_at) / (due - facts.started_at)
    assert abs(used - percent / 100) < 1e-9
