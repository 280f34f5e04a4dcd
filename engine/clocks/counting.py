"""Counts days around stretches that are left out; knows calendars and units, nothing of deadlines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from engine.clocks.limits import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.calendar import Calendar

# The days (after, through]: the first is not in it, the last is.
Stretch: TypeAlias = tuple[date, date]


def merge_stretches(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Give the same days as stretches in order that do not touch, so that no day counts twice."""
    merged: list[Stretch] = []
    for after, through in sorted(stretches):
        if through <= after:
            continue
        if merged and after <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], through))
        else:
            merged.append((after, through))
    return tuple(merged)


def count_days(calendar: Calendar, unit: Unit, after: date, through: date) -> int:
    """Count the days of the unit in (after, through]; negative when `through` is earlier."""
    if unit is Unit.WORKING_DAY:
        return calendar.working_days_between(after, through)
    return (through - after).days


def end_of(calendar: Calendar, unit: Unit, day: date) -> datetime:
    """Give the moment at which a limit of the unit ends that has this as its last day."""
    return calendar.close_of_business(day) if unit is Unit.WORKING_DAY else calendar.end_of_day(day)


def count_days_without(
    calendar: Calendar, unit: Unit, left_out: tuple[Stretch, ...], after: date, through: date
) -> int:
    """Count the days of the unit in (after, through] that are in none of the merged stretches."""
    counted = count_days(calendar, unit, after, through)
    for left_after, left_through in left_out:
        begin, end = max(after, left_after), min(through, left_through)
        if begin < end:
            counted -= count_days(calendar, unit, begin, end)
    return counted


def nth_day_without(
    calendar: Calendar, unit: Unit, left_out: tuple[Stretch, ...], start: date, n: int
) -> date:
    """Give the n-th day (n ≥ 1) of the unit after the start that is in none of the merged stretches."""
    for after, through in left_out:
        if through <= start:
            continue
        free = count_days(calendar, unit, start, max(start, after))
        if free >= n:
            break
        n -= free
        start = through
    if unit is Unit.WORKING_DAY:
        return calendar.add_working_days(start, n)
    return start + timedelta(days=n)
