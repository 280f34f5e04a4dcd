"""The operators + - * / ** and the sign, over numbers, texts, dates and durations.

Each gives the result or raises Trouble, which the caller makes null.
"""

from __future__ import annotations

import decimal
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.feel import exact
from engine.feel.compare import mismatch
from engine.feel.errors import Trouble
from engine.feel.exact import CONTEXT, LIMIT, tidy
from engine.feel.temporal import instant, make_months, offset_of, shift, shift_months
from engine.feel.values import YearMonthDuration, admit, is_number

if TYPE_CHECKING:
    from collections.abc import Callable

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


def add(a: Any, b: Any) -> Any:
    """Give a + b."""
    if type(a) is int and type(b) is int and -LIMIT < (total := a + b) < LIMIT:
        return total
    if is_number(a) and is_number(b):
        return _exactly(CONTEXT.add, a, b)
    if type(a) is str and type(b) is str:
        return a + b
    if isinstance(a, timedelta | YearMonthDuration) and not isinstance(b, timedelta | YearMonthDuration):
        a, b = b, a
    if type(a) is YearMonthDuration and type(b) is YearMonthDuration:
        return make_months(a.months + b.months)
    if type(b) is YearMonthDuration and isinstance(a, date):
        return shift_months(a, b.months)
    if type(b) is timedelta:
        return _add_length(a, b)
    raise _mismatch("two values that can be added", a, b)


def subtract(a: Any, b: Any) -> Any:
    """Give a - b."""
    if type(a) is int and type(b) is int and -LIMIT < (difference := a - b) < LIMIT:
        return difference
    if is_number(a) and is_number(b):
        return _exactly(CONTEXT.subtract, a, b)
    if isinstance(a, date) and isinstance(b, date):
        return _between(_as_moment(a), _as_moment(b))
    if type(a) is time and type(b) is time:
        return _between(a, b)
    if type(b) is YearMonthDuration and isinstance(a, date | YearMonthDuration):
        return add(a, YearMonthDuration(-b.months))
    if type(b) is timedelta and isinstance(a, date | time | timedelta):
        return add(a, -b)
    raise _mismatch("two values that can be subtracted", a, b)


def multiply(a: Any, b: Any) -> Any:
    """Give a * b."""
    if type(a) is int and type(b) is int and -LIMIT < (product := a * b) < LIMIT:
        return product
    if is_number(a) and is_number(b):
        return _exactly(CONTEXT.multiply, a, b)
    if is_number(a):
        a, b = b, a
    if is_number(b) and isinstance(a, timedelta | YearMonthDuration):
        return _scale(a, Fraction(b))
    raise _mismatch("two values that can be multiplied", a, b)


def divide(a: Any, b: Any) -> Any:
    """Give a / b."""
    if is_number(a) and is_number(b):
        try:
            return exact.divide(a, b)
        except decimal.DecimalException:
            raise Trouble("Expected a quotient below 10 ** 6145, but it is larger") from None
    if is_number(b) and isinstance(a, timedelta | YearMonthDuration):
        if b == 0:
            raise Trouble("Expected to divide by another number than 0")
        return _scale(a, 1 / Fraction(b))
    if type(a) is type(b) is timedelta and b:
        return exact.divide(a // _MICROSECOND, b // _MICROSECOND)
    if type(a) is YearMonthDuration and type(b) is YearMonthDuration and b.months:
        return exact.divide(a.months, b.months)
    raise _mismatch("two values that can be divided", a, b)


def power(a: Any, b: Any) -> Any:
    """Give a ** b."""
    if is_number(a) and is_number(b):
        return exact.power(a, b)
    raise _mismatch("two numbers", a, b)


def negate(a: Any) -> Any:
    """Give -a."""
    if type(a) is int:
        return -a
    if type(a) is Decimal:
        return a.copy_negate()
    if type(a) is timedelta:
        return -a
    if type(a) is YearMonthDuration:
        return YearMonthDuration(-a.months)
    raise _mismatch("a number or a duration", a, None)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {"+": add, "-": subtract, "*": multiply, "/": divide}


def _exactly(operation: Callable[[Any, Any], Decimal], a: Any, b: Any) -> exact.Number:
    try:
        return tidy(operation(a, b))
    except decimal.DecimalException:
        raise Trouble("Expected a number below 10 ** 6145, but the result is larger") from None


def _add_length(a: Any, length: timedelta) -> Any:
    if type(a) is datetime:
        return shift(a, length)
    if type(a) is date:
        return shift(datetime.combine(a, time()), length).date()
    if type(a) is time:
        return _turn(a, length)
    if type(a) is timedelta:
        try:
            return a + length
        except OverflowError:
            raise Trouble("Expected a duration of at most 999999999 days, but the sum is longer") from None
    raise _mismatch("two values that can be added", a, length)


def _turn(clock: time, length: timedelta) -> time:
    """Give the time of day that much later, past midnight if need be."""
    local = timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )
    moved = (datetime(1970, 1, 1, tzinfo=UTC) + (local + length) % _DAY).time()
    return moved.replace(tzinfo=clock.tzinfo)


def _as_moment(a: date) -> datetime:
    """Give a date as its midnight in UTC."""
    return a if isinstance(a, datetime) else datetime.combine(a, time(tzinfo=UTC))


def _between(a: time | datetime, b: time | datetime) -> timedelta:
    if (offset_of(a) is None) != (offset_of(b) is None):
        raise Trouble("Expected both times with a zone or both without, but one has none")
    return instant(a) - instant(b)


def _scale(a: timedelta | YearMonthDuration, factor: Fraction) -> timedelta | YearMonthDuration:
    """Give the duration times the factor; what is left of a month, or of a microsecond, is cut off."""
    if isinstance(a, YearMonthDuration):
        return make_months(int(a.months * factor))
    try:
        return timedelta(microseconds=int((a // _MICROSECOND) * factor))
    except OverflowError:
        raise Trouble("Expected a duration of at most 999999999 days, but it is longer") from None


def _mismatch(what: str, a: Any, b: Any) -> Trouble:
    admit(a, "an operand")
    admit(b, "an operand")
    return Trouble(mismatch(what, a, b))
