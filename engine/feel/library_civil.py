"""Builtins of ours for public casework: working days, ages, identity numbers (GB 11643-1999)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from engine.errors import InvalidState
from engine.feel import exact
from engine.feel.errors import Trouble
from engine.feel.library import builtin

if TYPE_CHECKING:
    from engine.feel.exact import Number
    from engine.feel.runtime import Run, WorkingDays

_ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_MAX_DAYS = 36_500


def _calendar(run: Run) -> WorkingDays:
    if run.environment.calendar is None:
        raise InvalidState(
            "Expected a calendar of working days, but this place has none.", code="no_calendar"
        )
    return run.environment.calendar


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _days(number: Number) -> int:
    days = exact.whole(number)
    if days is None or not 0 <= days <= _MAX_DAYS:
        raise Trouble(f"Expected a whole number of days from 0 to {_MAX_DAYS}, but got {number}")
    return days


@builtin("working days between(from: date or moment, to: date or moment)")
def working_days_between(run: Run, start: date, end: date) -> int:
    """Count the working days in (from, to]."""
    days = abs((_day(end) - _day(start)).days)
    if days > _MAX_DAYS:
        raise Trouble(f"Expected at most {_MAX_DAYS} days between the dates, but there are {days}")
    run.spend(days // 16)
    return _calendar(run).working_days_between(_day(start), _day(end))


@builtin("add working days(date: date or moment, n: number)")
def add_working_days(run: Run, day: date, n: Number) -> date:
    """Give the n-th working day after the date."""
    days = _days(n)
    run.spend(days // 16)
    return _calendar(run).add_working_days(_day(day), days)


@builtin("is working day(date: date or moment)")
def is_working_day(run: Run, day: date) -> bool:
    """Tell whether people work on that day."""
    return _calendar(run).is_working_day(_day(day))


@builtin("public notice end(posted on: date or moment, days: number)")
def public_notice_end(run: Run, posted_on: date, days: Number) -> date:
    """Give the last day of a notice."""
    length = _days(days)
    run.spend(length // 16)
    return _calendar(run).public_notice_end(_day(posted_on), length)


@builtin("age at(birth date: date or moment, date: date or moment)")
def age_at(_: Run, birth_date: date, day: date) -> int:
    """Give the full years; who is born on 29 February is a year older on 1 March of a common year."""
    born, on = _day(birth_date), _day(day)
    if on < born:
        raise Trouble(f"Expected a date from the birth on, but got {on}")
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _birth_date(number: str) -> date | None:
    """Give the date in a valid identity number, or None when the number is not valid."""
    if not _ID_NUMBER.fullmatch(number):
        return None
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    if _CHECK_DIGITS[total % 11] != number[17].upper():
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


@builtin("id number is valid(text: any)")
def id_number_is_valid(_: Run, text: object) -> bool:
    """Tell whether a text is an identity number of 18 digits with a right checksum and date."""
    return isinstance(text, str) and _birth_date(text) is not None


@builtin("birth date of(id number: string)")
def birth_date_of(_: Run, number: str) -> date:
    """Give the birth date in an identity number."""
    born = _birth_date(number)
    if born is None:
        raise Trouble("Expected a valid identity number")
    return born


@builtin("sex of(id number: string)")
def sex_of(_: Run, number: str) -> str:
    """Give `male` or `female` as the 17th digit of an identity number says."""
    if _birth_date(number) is None:
        raise Trouble("Expected a valid identity number")
    return "male" if int(number[16]) % 2 else "female"
