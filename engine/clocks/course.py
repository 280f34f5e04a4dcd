"""Follows a deadline's facts through the calendar: when it is due, how it stands, what is left.

The rules. The clock starts on the local date, be it a Sunday; the day after is day 1. The N-th working
day is due at close of business; a limit in calendar days ends at 24:00, moved to the next working day
from a day of rest (民法典 art. 201–203). A pause from day A to day B drops the days (A, B], whole days
only, days under several pauses once. A clock cannot run out while it stands still: when its due moment
falls into a pause, that last day is given again after the pause. The due moment itself is too late.
A limit in hours runs from its start by the clock on the wall, on days of rest too, and never stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from engine.clocks.counting import Stretch, count_days, end_of, merge_stretches, nth_day_without
from engine.clocks.facts import DeadlineEnd, DeadlineFacts
from engine.clocks.limits import Limit, Unit

if TYPE_CHECKING:
    from engine.calendar import Calendar

_A_DAY, _AN_HOUR, _NOTHING = timedelta(days=1), timedelta(hours=1), timedelta(0)


class DeadlineState(StrEnum):
    """How a deadline stands at a moment."""

    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    BREACHED = "breached"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Due:
    """When a deadline is due: the moment in UTC and the office's date of its last day.

    At 24:00 the moment is already 00:00 of the day after `on`. A provisional date may move when the
    holidays of its year are published, which hours never do; the version says which calendar gave it.
    """

    at: datetime
    on: date
    provisional: bool
    calendar_version: str


class Remaining(NamedTuple):
    """Whole days left after today, 0 on the last day; from -1 on the number of days begun too late.

    For a limit in hours the same in whole hours from now.
    """

    left: int
    unit: Unit


class Standstill(NamedTuple):
    """A pause that counts, with the moment at which it ended or is taken to end."""

    begin: datetime
    end: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Course:
    """The way of a deadline through the days, as the other modules of this package need it.

    left_out: days that the pauses drop. last: the N-th counted day. due_on: the same, or the working day
    that a day of rest moved it to. at: the moment of being due.
    """

    limit: Limit
    start: date
    left_out: tuple[Stretch, ...]
    last: date
    due_on: date
    at: datetime


def due_at(facts: DeadlineFacts, calendar: Calendar, now: datetime) -> Due:
    """Say when the deadline is due; while it is paused, as if the pause ended now.

    Raises InvalidInput when the way leads beyond the years of the calendar.
    """
    return _due_of(follow(facts, calendar, now), calendar)


def end_of_limit(limit: Limit, started_at: datetime, calendar: Calendar) -> Due:
    """Say when a bare limit ends that starts at a moment: a timer, or the cap of a pause."""
    if limit.unit is Unit.HOUR:
        return _due_of(_run_hours(limit, started_at, calendar), calendar)
    return _due_of(_follow_limit(limit, calendar.local_date(started_at), (), (), calendar), calendar)


def state_of(facts: DeadlineFacts, calendar: Calendar, now: datetime) -> DeadlineState:
    """Say how the deadline stands now.

    A breach is for good: neither an extension nor a pause that comes after it undoes it. A deadline that
    was handed over or cancelled is neither kept nor breached.
    """
    if facts.end in {DeadlineEnd.HANDED_OVER, DeadlineEnd.CANCELLED}:
        return DeadlineState(facts.end)
    if _ran_out(facts, calendar, now):
        return DeadlineState.BREACHED
    if facts.end is not None:
        return DeadlineState.KEPT
    open_pause = any(pause.ended_at is None for pause in facts.pauses)
    return DeadlineState.PAUSED if open_pause else DeadlineState.RUNNING


def remaining(facts: DeadlineFacts, calendar: Calendar, now: datetime) -> Remaining:
    """Count the whole days or hours left, as the limit in force does; for an ended deadline, at its end.

    0 is the last day before it is due; -1 is the first day too late, from the due moment on.
    """
    course = follow(facts, calendar, now)
    stop = facts.ended_at or now
    unit = course.limit.unit
    if unit is Unit.HOUR:
        left = course.at - max(stop, facts.started_at)
        return Remaining(left // _AN_HOUR if left > _NOTHING else -(-left // _AN_HOUR) - 1, unit)
    today = max(calendar.local_date(stop), course.start)
    if stop >= course.at:
        return Remaining(-max(1, count_days(calendar, unit, course.due_on, today)), unit)
    return Remaining(count_days(calendar, unit, today, course.due_on), unit)


def follow(facts: DeadlineFacts, calendar: Calendar, now: datetime) -> Course:
    """Follow the deadline with the limit in force."""
    limits = _limits(facts)
    return _follow_with(limits[-1][1], facts, calendar, now)


def standstills(facts: DeadlineFacts, now: datetime) -> tuple[Standstill, ...]:
    """Give the times in which the clock stood still, in order; an open pause until now.

    What happens after the deadline ended does not concern it.
    """
    stop = facts.ended_at or now
    found = []
    for pause in facts.pauses:
        ended_at = pause.ended_at or stop
        if facts.ended_at is not None:
            ended_at = min(ended_at, facts.ended_at)
        found.append(Standstill(pause.started_at, ended_at, pause.reason))
    return tuple(sorted(found))


def _limits(facts: DeadlineFacts) -> list[tuple[datetime, Limit]]:
    """Give the limits one after another, each with the moment from which it was in force."""
    extensions = sorted(facts.extensions, key=lambda extension: extension.at)
    in_time = [each for each in extensions if facts.ended_at is None or each.at <= facts.ended_at]
    return [(facts.started_at, facts.limit), *((each.at, each.limit) for each in in_time)]


def _ran_out(facts: DeadlineFacts, calendar: Calendar, now: datetime) -> bool:
    """Whether one of the limits ran out while it was in force."""
    limits = _limits(facts)
    until = [since for since, _limit in limits[1:]] + [facts.ended_at or now]
    return any(
        _follow_with(limit, facts, calendar, now).at <= end
        for (_since, limit), end in zip(limits, until, strict=True)
    )


def _follow_with(limit: Limit, facts: DeadlineFacts, calendar: Calendar, now: datetime) -> Course:
    if limit.unit is Unit.HOUR:
        return _run_hours(limit, facts.started_at, calendar)
    still = standstills(facts, now)
    left_out = [(calendar.local_date(each.begin), calendar.local_date(each.end)) for each in still]
    return _follow_limit(limit, calendar.local_date(facts.started_at), left_out, still, calendar)


def _run_hours(limit: Limit, started_at: datetime, calendar: Calendar) -> Course:
    start = calendar.local_date(started_at)
    at = started_at.astimezone(UTC) + limit.count * _AN_HOUR
    last = calendar.local_date(at - timedelta.resolution)
    return Course(limit, start, (), last, last, at)


def _follow_limit(
    limit: Limit,
    start: date,
    left_out: list[Stretch] | tuple[Stretch, ...],
    still: tuple[Standstill, ...],
    calendar: Calendar,
) -> Course:
    """Go from the start to the due moment, and on while the clock stands still there.

    The standstills are in order and the due moment only moves forward, so each is asked once.
    """
    course = _walk(limit, start, merge_stretches(left_out), calendar)
    for begin, end, _reason in still:
        if begin < course.at <= end:
            given_again = (course.due_on - _A_DAY, course.due_on)
            course = _walk(limit, start, merge_stretches((*course.left_out, given_again)), calendar)
    return course


def _walk(limit: Limit, start: date, left_out: tuple[Stretch, ...], calendar: Calendar) -> Course:
    last = nth_day_without(calendar, limit.unit, left_out, start, limit.count)
    due_on = last
    if limit.unit is Unit.CALENDAR_DAY and not calendar.is_working_day(last):
        due_on = nth_day_without(calendar, Unit.WORKING_DAY, left_out, last, 1)
    return Course(limit, start, left_out, last, due_on, end_of(calendar, limit.unit, due_on))


def _due_of(course: Course, calendar: Calendar) -> Due:
    years = range((course.start + _A_DAY).year, course.due_on.year + 1)
    moves = course.limit.unit is not Unit.HOUR
    return Due(
        at=course.at,
        on=course.due_on,
        provisional=moves and any(calendar.is_provisional(date(year, 1, 1)) for year in years),
        calendar_version=calendar.version,
    )
