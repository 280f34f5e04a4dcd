"""Equality, order and membership; null where two values cannot be compared."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.errors import InvalidInput
from engine.feel.temporal import instant, offset_of
from engine.feel.values import FeelFunction, Range, YearMonthDuration, type_name

_BY_VALUE = frozenset({str, bool, date, timedelta, YearMonthDuration})
_ORDERED = frozenset({str, date, timedelta, YearMonthDuration})


def equal(a: Any, b: Any) -> bool | None:
    """Tell whether two values are equal; None when their types cannot be compared."""
    if a is None or b is None:
        return a is b
    kind, other = type(a), type(b)
    if (kind is int or kind is Decimal) and (other is int or other is Decimal):
        return bool(a == b)
    if kind is not other:
        return _never_float(a, b)
    if kind in _BY_VALUE:
        return bool(a == b)
    if kind is time or kind is datetime:
        return _same_moment(a, b)
    if kind is list:
        return _all_equal(zip(a, b, strict=True)) if len(a) == len(b) else False
    if kind is dict:
        return _all_equal((a[key], b[key]) for key in a) if a.keys() == b.keys() else False
    if kind is Range:
        if (a.start_included, a.end_included) != (b.start_included, b.end_included):
            return False
        return _all_equal(((a.start, b.start), (a.end, b.end)))
    if isinstance(a, FeelFunction):
        return a is b
    return _never_float(a, b)


def _same_moment(a: Any, b: Any) -> bool:
    return (offset_of(a) is None) == (offset_of(b) is None) and instant(a) == instant(b)


def _all_equal(pairs: Any) -> bool | None:
    result: bool | None = True
    for a, b in pairs:
        same = equal(a, b)
        if same is False:
            return False
        if same is None:
            result = None
    return result


def _never_float(a: Any, b: Any) -> None:
    for value in (a, b):
        if isinstance(value, float):
            raise InvalidInput(
                f"Expected an exact number (int or Decimal), but got the float {value!r}.", code="feel_float"
            )


def order(a: Any, b: Any) -> int | None:
    """Give -1, 0 or 1 as a is before, at or after b; None when the two have no order."""
    kind, other = type(a), type(b)
    if (kind is int or kind is Decimal) and (other is int or other is Decimal):
        return (a > b) - (a < b)
    if kind is not other:
        return _never_float(a, b)
    if kind in _ORDERED:
        return (a > b) - (a < b)
    if (kind is time or kind is datetime) and (offset_of(a) is None) == (offset_of(b) is None):
        first, second = instant(a), instant(b)
        return (first > second) - (first < second)
    return _never_float(a, b)


def contains(extent: Range, value: Any) -> bool | None:
    """Tell whether the value lies in the range; None when it cannot be compared with an end."""
    after = order(value, extent.start) if extent.start is not None else 1
    before = order(value, extent.end) if extent.end is not None else -1
    if after is None or before is None:
        return None
    from_start = after > 0 or (after == 0 and extent.start_included)
    to_end = before < 0 or (before == 0 and extent.end_included)
    return from_start and to_end


def member(value: Any, candidate: Any) -> bool | None:
    """Tell whether the value is the candidate, lies in it when it is a range, or is one of its items.

    An item of a list may again be a range or a list.
    """
    if type(candidate) is Range:
        return equal(value, candidate) if type(value) is Range else contains(candidate, value)
    if type(candidate) is list:
        if type(value) is list and equal(value, candidate):
            return True
        return any(member(value, item) for item in candidate)
    return equal(value, candidate)


def mismatch(what: str, a: Any, b: Any) -> str:
    """Say that two values do not go together."""
    return f"Expected {what}, but got {type_name(a)} and {type_name(b)}"
