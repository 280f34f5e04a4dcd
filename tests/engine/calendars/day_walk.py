"""Due dates by one walk over the days, from the plain lists of days of rest; shares no code with the engine.

A test that compares dates with these compares two ways of counting, and two readings of the notices.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from chinese_calendar.constants import holidays, workdays

BEIJING = ZoneInfo("Asia/Shanghai")
NOTICES = Path(__file__).parents[3] / "engine" / "notices"
FIRST_UNKNOWN = 2027
"""The first year without a notice."""
FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
_A_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]


@cache
def published() -> tuple[frozenset[date], frozenset[date]]:
    """Give every published day of rest, and every day worked in exchange."""
    off, on = set(holidays), set(workdays)
    for file in NOTICES.glob("*.yaml"):
        # As texts alone: else `on` would be read as a boolean.
        told = yaml.load(file.read_text("utf-8"), yaml.BaseLoader)
        off |= {date.fromisoformat(day) for days in told["off"].values() for day in days}
        on |= {date.fromisoformat(day) for days in told["on"].values() for day in days}
    return frozenset(off), frozenset(on)


def works(day: date, closed: Collection[date] = ()) -> bool:
    """Say whether an office works on a day; closed: its own days of rest."""
    off, on = published()
    fixed = day.year >= FIRST_UNKNOWN and (day.month, day.day) in FIXED
    if day in closed or day in off or fixed:
        return False
    return day in on or day.weekday() < 5


def due(
    limit: str, accepted: datetime, pauses: Sequence[Span] = (), closed: Collection[date] = ()
) -> datetime:
    """Say when a limit such as `12 WD`, `7 D` or `24 h` ends; pauses are pairs of moments, for days only."""
    number, unit = limit.split()
    count = int(number)
    if unit == "h":
        return accepted.astimezone(UTC) + timedelta(hours=count)
    spans = [(begin.astimezone(BEIJING), end.astimezone(BEIJING)) for begin, end in pauses]
    day, counted = accepted.astimezone(BEIJING).date(), 0
    while True:
        day += _A_DAY
        if any(begin.date() < day <= end.date() for begin, end in spans):
            continue
        working = works(day, closed)
        may_end = working and counted + 1 >= count
        if may_end and any(begin < _end(unit, day) <= end for begin, end in spans):
            continue  # the clock stood still when the day was over: it is given again
        if may_end:
            return _end(unit, day)
        if unit == "D" or working:
            counted = min(counted + 1, count)


def provisional(limit: str, due_at: datetime) -> bool:
    """Say whether a limit in days may still move, since it reaches into a year that has no notice."""
    last = due_at.astimezone(BEIJING) - timedelta.resolution
    return not limit.endswith("h") and last.year >= FIRST_UNKNOWN


def _end(unit: str, day: date) -> datetime:
    if unit == "WD":
        return datetime.combine(day, time(17), BEIJING)
    return datetime.combine(day + _A_DAY, time(0), BEIJING)
