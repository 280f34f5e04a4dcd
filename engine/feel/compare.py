"""Equality, order and membership; null where two values cannot be compared."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidInput
from engine.feel.temporal import instant, offset_of
from engine.feel.values import Range, YearMonthDuration, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.feel.runtime import Run

_BY_VALUE = frozenset({str, bool, date, timedelta, YearMonthDuration})
_ORDERED = frozenset({str, date, timedelta, YearMonthDuration})
_NUMBERS = frozenset({int, Decimal})
_CLOCKS = frozenset({time, datetime})
_PARTED = frozenset({list, dict, Range})


def equal(a: Any, b: Any, run: Run | None = None) -> bool | None:
    """Tell whether two values are equal; None when their types cannot be compared.

    run: pays a step for each pair of parts.
    """
    kind, other = type(a), type(b)
    if a is None or b is None:
        return a is b
    if kind in _NUMBERS and other in _NUMBERS:
        return bool(a == b)
    if kind is not other:
        _incomparable(a, b)
        return None
    if kind in _BY_VALUE:
        return bool(a == b)
    if kind is time or kind is datetime:
        return (offset_of(a) is None) == (offset_of(b) is None) and instant(a) == instant(b)
    return _same_parts(a, b, run, {}) if kind in _PARTED else a is b


def _same_parts(a: Any, b: Any, run: Run | None, known: dict[tuple[int, int], bool | None]) -> bool | None:
    """Compare lists, contexts and ranges part by part; each pair of them once, however often it comes."""
    pair = (id(a), id(b))
    if pair in known:
        return known[pair]
    parts = _pairs(a, b)
    result: bool | None = parts is not None
    for left, right in parts or ():
        if run is not None:
            run.spend(1)
        nested = type(left) is type(right) and type(left) in _PARTED
        same = _same_parts(left, right, run, known) if nested else equal(left, right)
        if same is False:
            result = False
            break
        if same is None:
            result = None
    known[pair] = result
    return result


def _pairs(a: Any, b: Any) -> Iterable[tuple[Any, Any]] | None:
    """Give the parts that have to be equal, or None when the two differ in shape."""
    if type(a) is list:
        return zip(a, b, strict=True) if len(a) == len(b) else None
    if type(a) is dict:
        return ((a[key], b[key]) for key in a) if a.keys() == b.keys() else None
    same_kind = (a.start_included, a.end_included) == (b.start_included, b.end_included)
    return ((a.start, b.start), (a.end, b.end)) if same_kind else None


def _incomparable(a: Any, b: Any) -> None:
    """Give null for two values without a relation; raises InvalidInput when one is a float."""
    for value in (a, b):
        if isinstance(value, float):
            raise InvalidInput(
                f"Expected an exact number (int or Decimal), but got the float {value!r}.", code="feel_float"
            )


def order(a: Any, b: Any) -> int | None:
    """Give -1, 0 or 1 as a is before, at or after b; None when the two have no order."""
    kind, other = type(a), type(b)
    if kind in _NUMBERS and other in _NUMBERS:
        return int(a > b) - int(a < b)
    if kind is other and kind in _ORDERED:
        return int(a > b) - int(a < b)
    if kind is other and kind in _CLOCKS and (offset_of(a) is None) == (offset_of(b) is None):
        first, second = instant(a), instant(b)
        return int(first > second) - int(first < second)
    _incomparable(a, b)
    return None


def contains(extent: Range, value: Any) -> bool | None:
    """Tell whether the value lies in the range; None when it cannot be compared with an end."""
    after = order(value, extent.start) if extent.start is not None else 1
    before = order(value, extent.end) if extent.end is not None else -1
    if after is None or before is None:
        return None
    from_start = after > 0 or (after == 0 and extent.start_included)
    to_end = before < 0 or (before == 0 and extent.end_included)
    return from_start and to_end


def member(value: Any, candidate: Any, run: Run) -> bool | None:
    """Tell whether the value is the candidate, lies in it when it is a range, or is one of its items.

    An item of a list may again be a range or a list.
    """
    if type(candidate) is Range:
        return equal(value, candidate, run) if type(value) is Range else contains(candidate, value)
    if type(candidate) is list:
        run.spend(len(candidate))
        if type(value) is list and equal(value, candidate, run):
            return True
        return any(member(value, item, run) for item in candidate)
    return equal(value, candidate, run)


def mismatch(what: str, a: Any, b: Any) -> str:
    """Say that two values do not go together."""
    return f"Expected {what}, but got {type_name(a)} and {type_name(b)}"
