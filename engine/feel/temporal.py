"""Dates, times and durations as text, and their parts; knows years 1 to 9999 and microseconds.

ISO 8601 as XML Schema writes it, with FEEL's `@zone` behind a time. What the types of Python cannot
hold (other years, nanoseconds) has no value.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.feel.errors import Trouble
from engine.feel.values import YearMonthDuration

Temporal = date | time | datetime | timedelta | YearMonthDuration

MONTHS_A_YEAR = 12
MAX_MONTHS = 12 * 999_999_999
# A time of day has no date, so a zone's offset is that of this winter day.
_REFERENCE = date(1970, 1, 1)
_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(Z|z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z0-9_+/-]+)?"
)
_MONTHS = re.compile(r"(-?)P(?:([0-9]+)Y)?(?:([0-9]+)M)?")
_DAYS = re.compile(r"(-?)P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]+))?S)?)?")
_MAX_OFFSET_HOURS = 14
_MAX_DIGITS = 18


def parse(text: str) -> Temporal:
    """Give the value of an `@"…"` literal, or raise Trouble."""
    if text.lstrip("-").startswith("P"):
        return parse_duration(text)
    if "T" in text:
        return parse_datetime(text)
    if _TIME.fullmatch(text):
        return parse_time(text)
    return parse_date(text)


def parse_date(text: str) -> date:
    """Give the date of `2026-05-01`, or raise Trouble."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise Trouble(f"Expected a date such as 2026-05-01, but got {text!r}")
    year, month, day = (int(part) for part in found.groups())
    return make_date(year, month, day)


def make_date(year: int, month: int, day: int) -> date:
    """Give the date, or raise Trouble when the calendar has none or the year is not 1 to 9999."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise Trouble(f"Expected a date of the calendar, but got {year}-{month}-{day}") from None


def parse_time(text: str) -> time:
    """Give the time of `09:30:00`, with `Z`, an offset or `@zone` behind it, or raise Trouble."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise Trouble(f"Expected a time such as 09:30:00, but got {text!r}")
    hour, minute, second, fraction, zone = found.groups()
    return make_time(int(hour), int(minute), int(second), _microseconds(fraction), parse_zone(zone))


def make_time(hour: int, minute: int, second: int, microsecond: int, zone: tzinfo | None) -> time:
    """Give the time of day, or raise Trouble when there is none such."""
    try:
        return time(hour, minute, second, microsecond, zone)
    except (ValueError, OverflowError):
        raise Trouble(f"Expected a time of day, but got {hour}:{minute}:{second}") from None


def parse_datetime(text: str) -> datetime:
    """Give the moment of `2026-05-01T09:30:00`; a date alone is its midnight, 24:00 the next day's."""
    day, separator, hours = text.partition("T")
    on = parse_date(day)
    if not separator:
        return datetime.combine(on, time())
    if hours.startswith("24:00:00"):
        midnight = parse_time("00" + hours[2:])
        if midnight.replace(tzinfo=None) != time():
            raise Trouble(f"Expected nothing behind 24:00:00, but got {text!r}")
        return shift(datetime.combine(on, midnight), timedelta(days=1))
    return datetime.combine(on, parse_time(hours))


def parse_zone(text: str | None) -> tzinfo | None:
    """Give the zone of `Z`, `+08:00` or `@Asia/Shanghai`, or raise Trouble."""
    if text is None:
        return None
    if text in {"Z", "z"}:
        return UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (KeyError, ValueError, OSError):
            raise Trouble(f"Expected the name of a time zone, but got {text[1:]!r}") from None
    hours, minutes, seconds = (int(part) for part in (text[1:] + ":00").split(":")[:3])
    if hours > _MAX_OFFSET_HOURS or minutes > 59 or seconds > 59:  # noqa: PLR2004 - the last minute, the last second
        raise Trouble(f"Expected an offset of at most 14 hours, but got {text!r}")
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-offset if text[0] == "-" else offset) if offset else UTC


def parse_duration(text: str) -> timedelta | YearMonthDuration:
    """Give the duration of `P1Y2M` or `P3DT4H`, or raise Trouble; the two kinds do not mix."""
    found = _MONTHS.fullmatch(text)
    if found and (found[2] or found[3]):
        if len(found[2] or "") + len(found[3] or "") > _MAX_DIGITS:
            raise Trouble(f"Expected a shorter duration, but got {text!r}")
        months = int(found[2] or 0) * MONTHS_A_YEAR + int(found[3] or 0)
        return make_months(-months if found[1] else months)
    found = _DAYS.fullmatch(text)
    if found is None or not any(found.groups()[1:]) or text.endswith("T"):
        raise Trouble(f"Expected a duration such as P3D, PT2H30M or P1Y6M, but got {text!r}")
    days, hours, minutes, seconds = (
        int((found[index] or "").lstrip("0")[:_MAX_DIGITS] or 0) for index in (2, 3, 4, 5)
    )
    try:
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        length += timedelta(microseconds=_microseconds(found[6]))
    except OverflowError:
        raise Trouble(f"Expected a duration of at most 999999999 days, but got {text!r}") from None
    return -length if found[1] else length


def make_months(months: int) -> YearMonthDuration:
    """Give the duration, or raise Trouble when it is longer than any calendar."""
    if abs(months) > MAX_MONTHS:
        raise Trouble(f"Expected a duration of at most {MAX_MONTHS} months, but it is longer")
    return YearMonthDuration(months)


def _microseconds(fraction: str | None) -> int:
    return int((fraction or "")[:6].ljust(6, "0"))


def offset_of(value: time | datetime) -> timedelta | None:
    """Give the distance from UTC, or None for a local time."""
    if type(value) is time and value.tzinfo is not None:
        return datetime.combine(_REFERENCE, value).utcoffset()
    return value.utcoffset()


def instant(value: time | datetime) -> timedelta:
    """Give a length by which two times, or two moments, can be compared; local ones count as UTC."""
    offset = offset_of(value) or timedelta(0)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None) - datetime.min - offset  # noqa: DTZ901 - zones are off on both sides
    local = timedelta(
        hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
    )
    return local - offset


def shift(moment: datetime, length: timedelta) -> datetime:
    """Give the moment that much later in real time, or raise Trouble past the year 9999."""
    try:
        if moment.tzinfo is None:
            return moment + length
        return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
    except (OverflowError, ValueError):
        raise Trouble("Expected a moment in the years 1 to 9999, but the sum lies outside") from None


def shift_months(day: date, months: int) -> date:
    """Give the same day of another month, or that month's last one; raise Trouble outside the calendar."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    if not date.min.year <= year <= date.max.year:
        raise Trouble(f"Expected a date in the years 1 to 9999, but the sum lies in {year}")
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
