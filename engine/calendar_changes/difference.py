"""Which days two calendars differ in, and whether that can move a clock. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

from engine.calendar import Calendar, DayInfo

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that two calendars explain differently."""

    day: date
    before: DayInfo
    after: DayInfo


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs. moving: days that work in one of them only, and the first days of years published since.

    hours: whether the office opens or closes at another time, which moves everything that is counted in days.
    """

    days: tuple[ChangedDay, ...]
    moving: tuple[date, ...]
    hours: bool

    @property
    def moves(self) -> bool:
        """Say whether any clock at all can move."""
        return self.hours or bool(self.moving)

    def touches(self, after: date, through: date | None) -> bool:
        """Say whether a clock can move that counts the days (after, through]; None for one whose end is open."""
        if self.hours:
            return True
        at = bisect_right(self.moving, after)
        return at < len(self.moving) and (through is None or self.moving[at] <= through)


def difference(before: Calendar, after: Calendar) -> Difference:
    """Compare two calendars day by day, in every year in which they can differ."""
    if before == after:
        return Difference((), (), hours=False)
    days: list[ChangedDay] = []
    for year in sorted(_years(before, after)):
        day = date(year, 1, 1)
        while day.year == year:
            old, new = before.explain(day), after.explain(day)
            if old != new:
                days.append(ChangedDay(day, old, new))
            day += _A_DAY
    published = {date(year, 1, 1) for year in before.known_years ^ after.known_years}
    moving = {one.day for one in days if one.before.kind.works != one.after.kind.works} | published
    hours = (before.opens, before.closes, before.zone) != (after.opens, after.closes, after.zone)
    named = tuple(one for one in days if _other(one))
    return Difference(named, tuple(sorted(moving)), hours)


def _years(before: Calendar, after: Calendar) -> set[int]:
    """Give the years in which two calendars can differ; a notice reaches into the December before its year."""
    years = {day.year for one in (before, after) for day in one.overrides}
    old, new = ({one.year: one for one in calendar.notices} for calendar in (before, after))
    for year in old.keys() | new.keys():
        if old.get(year) != new.get(year):
            years |= {year - 1, year}
    if before.packaged.label != after.packaged.label:
        years |= before.known_years | after.known_years
    return years


def _other(changed: ChangedDay) -> bool:
    """Say whether more differs than that the year is published now."""
    return (changed.before.kind, changed.before.name) != (changed.after.kind, changed.after.name)
