"""The same rules computed the slow way: one walk over the days, with another package's calendar."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

BEIJING = ZoneInfo("Asia/Shanghai")
CHINA = holidays.China(years=range(2018, 2027))


def naive_course(count, unit, start, pauses):
    """Walk from the start; give the due day, and the days counted on the way.

    Pauses are pairs of aware moments.
    """
    counted = []
    day = start.astimezone(BEIJING).date()
    while True:
        day += timedelta(days=1)
        local = [(begin.astimezone(BEIJING).date(), end.astimezone(BEIJING).date()) for begin, end in pauses]
        if any(begin < day <= end for begin, end in local):
            continue
        works = CHINA.is_working_day(day)
        reached = len(counted) + 1 >= count
        held = any(begin < naive_end(unit, day) <= end for begin, end in pauses)
        if unit == "WD":
            if not works or (reached and held):
                continue
            counted.append(day)
            if reached:
                return day, counted
        else:
            if reached and works and held:
                continue
            if len(counted) < count:
                counted.append(day)
            if reached and works:
                return day, counted


def naive_end(unit, day):
    """Give the moment at which the day is over for a limit of the unit."""
    if unit == "WD":
        return datetime.combine(day, time(17), BEIJING)
    return datetime.combine(day + timedelta(days=1), time(0), BEIJING)


def naive_chain_end(limits, day):
    """Give the moment at which limits end that follow one another from a day."""
    end = datetime.combine(day, time(17), BEIJING)
    for limit in limits:
        day, _counted = naive_course(
            limit.count, str(limit.unit), datetime.combine(day, time(12), BEIJING), []
        )
        end = naive_end(str(limit.unit), day)
    return end
