"""What stands behind the dot of a path: entries of contexts, parts of dates, durations and ranges."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.feel.temporal import offset_of
from engine.feel.values import NATIVE, Range, YearMonthDuration, admit, type_name

if TYPE_CHECKING:
    from engine.feel.runtime import Run

_Part = Callable[[Any], Any]

_DATE: dict[str, _Part] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": lambda value: value.isoweekday(),
}
_TIME: dict[str, _Part] = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: value.second,
    "time offset": offset_of,
    "timezone": lambda value: value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None,
}


def _cut(value: timedelta, unit_s: int, around_s: int | None) -> int:
    """Give the whole units of a length within the next larger unit, with the sign of the length."""
    seconds = abs(value) // timedelta(seconds=1)
    units = (seconds if around_s is None else seconds % around_s) // unit_s
    return -units if value < timedelta(0) else units


def _months(value: YearMonthDuration, *, years: bool) -> int:
    parts = divmod(abs(value.months), 12)
    return (-1 if value.months < 0 else 1) * parts[0 if years else 1]


_PARTS: dict[type, dict[str, _Part]] = {
    date: _DATE,
    time: _TIME,
    datetime: {
        **_DATE,
        **_TIME,
        "date": lambda value: value.date(),
        "time": lambda value: value.timetz(),
    },
    timedelta: {
        "days": lambda value: _cut(value, 86_400, None),
        "hours": lambda value: _cut(value, 3_600, 86_400),
        "minutes": lambda value: _cut(value, 60, 3_600),
        "seconds": lambda value: _cut(value, 1, 60),
    },
    YearMonthDuration: {
        "years": lambda value: _months(value, years=True),
        "months": lambda value: _months(value, years=False),
    },
    Range: {
        "start": lambda value: value.start,
        "end": lambda value: value.end,
        "start included": lambda value: value.start_included,
        "end included": lambda value: value.end_included,
    },
}


def get(value: Any, name: str, run: Run) -> Any:
    """Give what `value.name` is; of a list, that of each item; null with a warning when there is none."""
    if type(value) is dict:
        if name in value:
            found = value[name]
            return found if type(found) in NATIVE else admit(found, f"the entry {name!r}")
        return run.null(f"Expected an entry {name!r}, but the context has none")
    if type(value) is list:
        run.items(len(value))
        return [get(item, name, run) for item in value]
    if value is None:
        return run.null(f"Expected a context before .{name}, but got null")
    part = _PARTS.get(type(value), {}).get(name)
    if part is None:
        return run.null(f"Expected a part {name!r}, but a {type_name(value)} has none")
    return part(value)
