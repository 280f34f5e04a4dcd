"""Plans backwards from a due date: the latest day to begin what must still fit before it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from engine.clocks.counting import end_of
from engine.clocks.limits import Limit, Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.calendar import Calendar
    from engine.clocks.course import Due

_A_DAY = timedelta(days=1)


def latest_start(due: Due, leaving: Sequence[Limit], calendar: Calendar) -> date:
    """Give the latest working day from which the limits, one after another, still end in time.

    The first limit starts on that day, each other on the day on which the one before it ended; the last
    must end no later than the due moment, so calendar days that end at 24:00 do not fit a due day that
    ends at close of business. The day may lie before the deadline's own start: then it does not fit.
    """
    end = due.on
    if leaving and end_of(calendar, leaving[-1].unit, end) > due.at:
        end -= _A_DAY
    for limit in reversed(leaving):
        end = _latest_before(limit, end, calendar)
    return _last_working_day(end, calendar)


def _latest_before(limit: Limit, end: date, calendar: Calendar) -> date:
    """Give the latest day from which one limit ends by the day `end`."""
    if limit.unit is Unit.WORKING_DAY:
        return calendar.add_working_days(end + _A_DAY, -limit.count) - _A_DAY
    return _last_working_day(end, calendar) - timedelta(days=limit.count)


def _last_working_day(day: date, calendar: Calendar) -> date:
    return calendar.add_working_days(day + _A_DAY, -1)
