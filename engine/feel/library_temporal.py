"""Builtins that make and read dates, times and durations; the present comes from the environment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

from engine.feel import exact, temporal
from engine.feel.errors import Trouble
from engine.feel.library import builtin
from engine.feel.values import YearMonthDuration

if TYPE_CHECKING:
    from engine.feel.exact import Number
    from engine.feel.runtime import Run

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MAX_OFFSET = timedelta(hours=14)


@builtin("date(from: string)")
def date_of_text(_: Run, text: str) -> date:
    """Read a date."""
    return temporal.parse_date(text)


@builtin("date(from: date or moment)")
def date_of(_: Run, value: date) -> date:
    """Give the date of a moment."""
    return value.date() if isinstance(value, datetime) else value


@builtin("date(year: number, month: number, day: number)")
def make_date(_: Run, year: Number, month: Number, day: Number) -> date:
    """Make a date of its parts."""
    return temporal.make_date(_whole(year), _whole(month), _whole(day))


def _whole(number: Number) -> int:
    value = exact.whole(number)
    if value is None:
        raise Trouble(f"Expected a whole number, but got {number}")
    return value


@builtin("time(from: string)")
def time_of_text(_: Run, text: str) -> time:
    """Read a time of day."""
    return temporal.parse_time(text.removeprefix("T"))


@builtin("time(from: time)", "time(from: date or moment)")
def time_of(_: Run, value: Any) -> time:
    """Give the time of day of a moment; a date alone is its midnight in UTC."""
    if isinstance(value, datetime):
        return value.timetz()
    return value if isinstance(value, time) else time(tzinfo=UTC)


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration)")
def make_time(_: Run, hour: Number, minute: Number, second: Number, offset: timedelta | None = None) -> time:
    """Make a time of day of its parts."""
    if offset is not None and abs(offset) > _MAX_OFFSET:
        raise Trouble("Expected an offset of at most 14 hours")
    if not 0 <= second < 60:  # noqa: PLR2004 - a minute has no more
        raise Trouble(f"Expected seconds below 60, but got {second}")
    microsecond = int((second - int(second)) * 1_000_000)
    zone = None if offset is None else timezone(offset) if offset else UTC
    return temporal.make_time(_whole(hour), _whole(minute), int(second), microsecond, zone)


@builtin("date and time(from: string)")
def moment_of_text(_: Run, text: str) -> datetime:
    """Read a moment."""
    return temporal.parse_datetime(text)


@builtin("date and time(date: date or moment, time: time)")
def make_moment(_: Run, day: date, clock: time) -> datetime:
    """Make a moment of a date and a time of day."""
    return datetime.combine(day, clock)


@builtin("date and time(from: date or moment)")
def moment_of(_: Run, value: date) -> datetime:
    """Give a moment as it is, a date as its midnight in UTC."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(tzinfo=UTC))


@builtin("date and time(date: date or moment, timezone: string)")
def moment_in_zone(_: Run, value: date, zone: str) -> datetime:
    """Give the moment in another zone; a local one is taken to be in that zone."""
    tz = temporal.parse_zone(f"@{zone}")
    if not isinstance(value, datetime):
        return datetime.combine(value, time(tzinfo=tz))
    return value.replace(tzinfo=tz) if value.tzinfo is None else value.astimezone(tz)


@builtin("duration(from: string)")
def duration_of_text(_: Run, text: str) -> timedelta | YearMonthDuration:
    """Read a duration."""
    return temporal.parse_duration(text)


@builtin("duration(from: duration)")
def duration_of(_: Run, value: Any) -> Any:
    """Give the duration as it is."""
    return value


@builtin("years and months duration(from: date or moment, to: date or moment)")
def months_between(_: Run, start: date, end: date) -> YearMonthDuration:
    """Give the whole months from one date to another."""
    if (end.year, end.month, end.day) < (start.year, start.month, start.day):
        return YearMonthDuration(-_months(end, start))
    return YearMonthDuration(_months(start, end))


def _months(start: date, end: date) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months


@builtin("day of year(date: date or moment)")
def day_of_year(_: Run, day: date) -> int:
    """Give the number of the day in its year."""
    return day.timetuple().tm_yday


@builtin("day of week(date: date or moment)")
def day_of_week(_: Run, day: date) -> str:
    """Give the English name of the weekday."""
    return _WEEKDAYS[day.weekday()]


@builtin("month of year(date: date or moment)")
def month_of_year(_: Run, day: date) -> str:
    """Give the English name of the month."""
    return _MONTHS[day.month - 1]


@builtin("week of year(date: date or moment)")
def week_of_year(_: Run, day: date) -> int:
    """Give the number of the week (ISO 8601)."""
    return day.isocalendar().week


@builtin("now()")
def now(run: Run) -> datetime:
    """Give the present moment in the business zone."""
    return run.environment.now().astimezone(run.environment.zone)


@builtin("today()")
def today(run: Run) -> date:
    """Give the present date in the business zone."""
    return run.environment.now().astimezone(run.environment.zone).date()
