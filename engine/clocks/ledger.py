"""The day ledger: every day of a deadline, counted or skipped, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.calendar import DayKind
from engine.clocks.course import Course, follow, standstills
from engine.clocks.limits import Unit

if TYPE_CHECKING:
    from engine.calendar import Calendar, DayInfo
    from engine.clocks.facts import DeadlineFacts

_A_DAY, _AN_HOUR, _A_MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class LedgerReason(StrEnum):
    """Why a day was counted or skipped."""

    START = "start"
    COUNTED = "counted"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    PAUSED = "paused"
    MOVED_END = "moved_end"
    HOURS = "hours"


_OF_REST = {
    DayKind.WEEKEND: LedgerReason.WEEKEND,
    DayKind.HOLIDAY: LedgerReason.HOLIDAY,
    DayKind.CLOSED: LedgerReason.CLOSED,
}


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """A line of the ledger.

    number: 0 for the day of the start, else which counted day it is, None for a skipped one; of a limit in
    hours, how many whole hours have run when the day ends.
    detail: name of the holiday, reasons of the pauses (comma between), label of the closure; of a limit in
    hours, hours and minutes run on the day: `13:45`.
    provisional: the holidays of the day's year are not published yet.
    """

    day: date
    counted: bool
    number: int | None
    reason: LedgerReason
    detail: str | None
    provisional: bool


def ledger(facts: DeadlineFacts, calendar: Calendar, now: datetime) -> tuple[LedgerDay, ...]:
    """List every day from the start to the due date, or to the end when that came first.

    Days to come are listed as they are expected; an open pause as if it ended now. A weekend inside a
    pause stays a weekend for a limit in working days. The last line of a limit in calendar days whose
    last day is a day of rest is the working day that its end moved to. A limit in hours counts every day
    that it touches, the day of the start too.
    """
    course = follow(facts, calendar, now)
    if course.limit.unit is Unit.HOUR:
        return _hours(facts, course, calendar)
    until = course.due_on
    if facts.ended_at is not None:
        until = min(until, calendar.local_date(facts.ended_at))
    still = standstills(facts, now)
    pauses = [(calendar.local_date(each.begin), calendar.local_date(each.end), each.reason) for each in still]
    lines = [_start_line(course.start, calendar)]
    number = 0
    for ahead in range(1, (until - course.start).days + 1):
        line = _line(course.start + ahead * _A_DAY, number + 1, course, pauses, calendar)
        number += line.counted
        lines.append(line)
    return tuple(lines)


def _hours(facts: DeadlineFacts, course: Course, calendar: Calendar) -> tuple[LedgerDay, ...]:
    """List the days that the hours run through, up to the due moment or to the end when that came first."""
    started_at = facts.started_at.astimezone(UTC)  # moments of one zone would subtract as the wall shows them
    stop = max(started_at, min(course.at, facts.ended_at or course.at))
    until = min(course.due_on, calendar.local_date(stop))
    lines = []
    begin = started_at
    for ahead in range((until - course.start).days + 1):
        day = course.start + ahead * _A_DAY
        end = min(stop, calendar.end_of_day(day))
        hours, minutes = divmod((end - begin) // _A_MINUTE, 60)
        lines.append(
            LedgerDay(
                day,
                counted=True,
                number=(end - started_at) // _AN_HOUR,
                reason=LedgerReason.HOURS,
                detail=f"{hours}:{minutes:02}",
                provisional=False,
            )
        )
        begin = end
    return tuple(lines)


def _start_line(day: date, calendar: Calendar) -> LedgerDay:
    info = calendar.explain(day)
    return LedgerDay(
        day,
        counted=False,
        number=0,
        reason=LedgerReason.START,
        detail=info.name,
        provisional=info.provisional,
    )


def _line(
    day: date, number: int, course: Course, pauses: list[tuple[date, date, str]], calendar: Calendar
) -> LedgerDay:
    info = calendar.explain(day)
    reason = _reason(day, info, course)
    counted = reason in {LedgerReason.COUNTED, LedgerReason.MAKE_UP}
    detail = info.name
    if reason is LedgerReason.PAUSED:
        reasons = [text for begin, end, text in pauses if begin <= day <= end]
        detail = ", ".join(dict.fromkeys(reasons))
    return LedgerDay(day, counted, number if counted else None, reason, detail, info.provisional)


def _reason(day: date, info: DayInfo, course: Course) -> LedgerReason:
    paused = any(after < day <= through for after, through in course.left_out)
    if course.limit.unit is Unit.WORKING_DAY:
        if not info.kind.works:
            return _OF_REST[info.kind]
        if paused:
            return LedgerReason.PAUSED
        return LedgerReason.MAKE_UP if info.kind is DayKind.MAKE_UP else LedgerReason.COUNTED
    if paused:
        return LedgerReason.PAUSED
    if day <= course.last:
        return LedgerReason.COUNTED
    return LedgerReason.MOVED_END if day == course.due_on else _OF_REST[info.kind]
