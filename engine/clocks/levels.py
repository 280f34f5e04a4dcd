"""Warning levels such as `60%`, `2 WD` and `4 h`, and the moments at which they call.

Levels of days call only in business hours; those of hours at their very moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from engine.clocks.counting import count_days_without, nth_day_without
from engine.clocks.course import Course, Standstill, follow, standstills
from engine.clocks.limits import Limit, Unit, parse_limit
from engine.errors import InvalidInput
from engine.sentences import Sentence

if TYPE_CHECKING:
    from datetime import date, datetime

    from engine.calendar import Calendar
    from engine.clocks.facts import DeadlineFacts

MAX_LEVELS = 10

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a limit's days, in percent from 1 to 100; raises InvalidInput for another."""

    percent: int

    def __post_init__(self) -> None:
        if not 1 <= self.percent <= _WHOLE:
            raise InvalidInput(
                Sentence("Expected a share from 1% to 100%, but got {percent}%", percent=self.percent),
                code="invalid_warning",
            )

    def __str__(self) -> str:
        return f"{self.percent}%"


# A share says how much is used; a limit says how much is left.
WarningLevel: TypeAlias = Share | Limit


def parse_warnings(text: str) -> tuple[WarningLevel, ...]:
    """Read levels with commas between: `60%, 2 WD`; an empty text is no level.

    Raises InvalidInput for anything else, a level given twice, and more than MAX_LEVELS.
    """
    if not text.strip():
        return ()
    levels = tuple(_parse_level(part.strip()) for part in text.split(",", MAX_LEVELS))
    if len(levels) > MAX_LEVELS or len(set(levels)) < len(levels):
        raise InvalidInput(
            Sentence(
                "Expected at most {most} warning levels, each once, but got '{text}'",
                most=MAX_LEVELS,
                text=text[:80],
            ),
            code="invalid_warning",
        )
    return levels


def _parse_level(text: str) -> WarningLevel:
    number = text.removesuffix("%").rstrip()
    if text.endswith("%") and number.isascii() and number.isdigit():
        return Share(int(number[:4]))
    try:
        return parse_limit(text)
    except InvalidInput as error:
        raise InvalidInput(
            Sentence(
                "Expected a warning level such as '60%' (used), '2 WD' or '4 h' (left), but got '{text}'",
                text=text[:40],
            ),
            code="invalid_warning",
        ) from error


def warning_moments(
    facts: DeadlineFacts, levels: tuple[WarningLevel, ...], calendar: Calendar, now: datetime
) -> list[tuple[str, datetime]]:
    """Give each level's text with the moment (UTC) at which it calls, in the order of the levels.

    A share calls when the office opens on the counted day that reaches it: 60% of 12 days on day 8. A
    limit calls when it opens on the day that leaves so much: `2 WD` of 12 on day 10. A day of rest calls
    on the working day before it. A level that would call on the day of the start or earlier is left out;
    one that falls into a pause calls at the first business hour after it. While the clock is paused the
    moments are as if the pause ended now.

    `4 h` calls four hours before the due moment, at whatever hour. On a clock in hours a share is that of
    its hours, and levels of days say nothing: they are left out, as is one that would call before the start.
    """
    course = follow(facts, calendar, now)
    still = standstills(facts, now)
    moments = []
    for level in levels:
        moment = _moment_of(level, facts.started_at, course, calendar)
        if moment is not None:
            moments.append((str(level), min(_after_pauses(moment, still, calendar), course.at)))
    return moments


def _moment_of(
    level: WarningLevel, started_at: datetime, course: Course, calendar: Calendar
) -> datetime | None:
    """Find when the level calls, were there no pause at that moment."""
    if isinstance(level, Limit) and level.unit is Unit.HOUR:
        moment = course.at - timedelta(hours=level.count)
        return moment if moment > started_at else None
    if course.limit.unit is not Unit.HOUR:
        day = _day_of(level, course, calendar)
        return None if day is None else calendar.start_of_business(day)
    if isinstance(level, Limit):
        return None
    return course.at - timedelta(hours=course.limit.count) * (_WHOLE - level.percent) / _WHOLE


def _day_of(level: WarningLevel, course: Course, calendar: Calendar) -> date | None:
    """Find the working day on which the level calls."""
    if isinstance(level, Share):
        unit = course.limit.unit
        number = -(-course.limit.count * level.percent // _WHOLE)
    else:
        unit = level.unit
        whole = count_days_without(calendar, unit, course.left_out, course.start, course.due_on)
        number = whole - level.count
    if number <= 0:
        return None
    day = nth_day_without(calendar, unit, course.left_out, course.start, number)
    if calendar.is_working_day(day):
        return day
    before = calendar.add_working_days(day, -1)
    return before if before > course.start else calendar.next_working_day(day)


def _after_pauses(moment: datetime, still: tuple[Standstill, ...], calendar: Calendar) -> datetime:
    """Move a moment that falls into a pause to the first business hour after it."""
    for begin, end, _reason in still:
        if begin <= moment < end:
            moment = business_hour(end, calendar)
    return moment


def business_hour(moment: datetime, calendar: Calendar) -> datetime:
    """Give the moment when it is in business hours, else the next opening."""
    day = calendar.local_date(moment)
    if calendar.is_working_day(day) and moment < calendar.close_of_business(day):
        return max(moment, calendar.start_of_business(day))
    return calendar.start_of_business(calendar.add_working_days(day, 1))
