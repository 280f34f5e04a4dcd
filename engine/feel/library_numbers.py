"""Builtins on numbers, and `number`, `not` and `is`."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.feel import exact
from engine.feel.compare import equal
from engine.feel.errors import Trouble
from engine.feel.exact import CONTEXT, Number, tidy
from engine.feel.library import builtin
from engine.feel.temporal import offset_of
from engine.feel.text import to_text

if TYPE_CHECKING:
    from engine.feel.runtime import Run

_MIN_SCALE, _MAX_SCALE = -6111, 6176  # what decimal128 can hold
_PLAIN = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _scale(scale: Number) -> int:
    number = exact.whole(scale)
    if number is None:
        number = int(scale)
    if not _MIN_SCALE <= number <= _MAX_SCALE:
        raise Trouble(f"Expected a scale from {_MIN_SCALE} to {_MAX_SCALE}, but got {scale}")
    return number


def _rounded(number: Number, scale: Number, rounding: str) -> Number:
    """Round to so many digits behind the point; more digits than a number has leave it as it is."""
    places, value = _scale(scale), Decimal(number)
    if value.adjusted() + places >= exact.DIGITS or places >= -int(value.as_tuple().exponent):
        return tidy(value)
    wide = decimal.Context(prec=exact.DIGITS + 1, Emin=CONTEXT.Emin, Emax=CONTEXT.Emax, traps=[])
    result = value.quantize(Decimal(1).scaleb(-places), rounding, wide)
    return tidy(CONTEXT.plus(result)) if result.is_finite() else 0


@builtin("decimal(n: number, scale: number)")
def round_half_even(_: Run, n: Number, scale: Number) -> Number:
    """Round half to even."""
    return _rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("round up(n: number, scale: number)")
def round_up(_: Run, n: Number, scale: Number) -> Number:
    """Round away from 0."""
    return _rounded(n, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(_: Run, n: Number, scale: Number) -> Number:
    """Round towards 0."""
    return _rounded(n, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(_: Run, n: Number, scale: Number) -> Number:
    """Round half away from 0."""
    return _rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(_: Run, n: Number, scale: Number) -> Number:
    """Round half towards 0."""
    return _rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("floor(n: number, scale?: number)")
def floor(_: Run, n: Number, scale: Number = 0) -> Number:
    """Round down."""
    return _rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(_: Run, n: Number, scale: Number = 0) -> Number:
    """Round up."""
    return _rounded(n, scale, decimal.ROUND_CEILING)


@builtin("abs(n: number)", "abs(n: duration)")
def absolute(_: Run, n: Any) -> Any:
    """Give the value without its sign."""
    if hasattr(n, "months"):
        return type(n)(abs(n.months))
    return n.copy_abs() if isinstance(n, Decimal) else abs(n)


@builtin("modulo(dividend: number, divisor: number)")
def modulo(_: Run, dividend: Number, divisor: Number) -> Number:
    """Give the rest of a division, with the sign of the divisor."""
    if divisor == 0:
        raise Trouble("Expected another divisor than 0")
    if type(dividend) is int and type(divisor) is int:
        return tidy(dividend % divisor)
    rest = Fraction(dividend) % Fraction(divisor)
    return exact.divide(*_digits(rest))


def _digits(number: Fraction) -> tuple[Number, Number]:
    return CONTEXT.create_decimal(number.numerator), CONTEXT.create_decimal(number.denominator)


@builtin("sqrt(number: number)")
def square_root(_: Run, number: Number) -> Number:
    """Give the square root."""
    if number < 0:
        raise Trouble(f"Expected a number from 0, but got {number}")
    return tidy(CONTEXT.sqrt(number))


@builtin("log(number: number)")
def logarithm(_: Run, number: Number) -> Number:
    """Give the natural logarithm."""
    if number <= 0:
        raise Trouble(f"Expected a number above 0, but got {number}")
    return tidy(CONTEXT.ln(number))


@builtin("exp(number: number)")
def exponential(_: Run, number: Number) -> Number:
    """Give e to the power of the number."""
    try:
        return tidy(CONTEXT.exp(number))
    except decimal.DecimalException:
        raise Trouble(f"Expected a smaller number, but got {number}") from None


@builtin("odd(number: number)")
def odd(_: Run, number: Number) -> bool | None:
    """Tell whether a whole number is odd."""
    value = exact.whole(number)
    return None if value is None else value % 2 == 1


@builtin("even(number: number)")
def even(_: Run, number: Number) -> bool | None:
    """Tell whether a whole number is even."""
    value = exact.whole(number)
    return None if value is None else value % 2 == 0


@builtin(
    "number(from: string, grouping separator?: string, decimal separator?: string)",
    "number(from: number)",
)
def number(_: Run, text: Any, grouping: str | None = None, point: str | None = None) -> Number:
    """Read a number from text; digits may be grouped, the decimal separator be another."""
    if not isinstance(text, str):
        return tidy(text)
    if (
        grouping not in {None, " ", ".", ","}
        or point not in {None, ".", ","}
        or (grouping and grouping == point)
    ):
        raise Trouble(
            "Expected ' ', ',' or '.' between groups and another of ',' and '.' as decimal separator"
        )
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point and point != "." else plain
    if not _PLAIN.fullmatch(plain) or (point == "," and "." in text.replace(grouping or " ", "")):
        raise Trouble(f"Expected a number, but got {text!r}")
    return exact.parse(plain)


@builtin("not(negand: any)")
def negation(_: Run, negand: Any) -> bool | None:
    """Give the opposite of true or false; null of everything else."""
    return not negand if type(negand) is bool else None


@builtin("is(value1: any, value2: any)")
def same(_: Run, value1: Any, value2: Any) -> bool:
    """Tell whether two values are the same in every respect, time zones included."""
    if value1 is None or value2 is None:
        return value1 is value2
    if hasattr(value1, "utcoffset") and hasattr(value2, "utcoffset"):
        alike = offset_of(value1) == offset_of(value2)
        return (
            type(value1) is type(value2)
            and alike
            and to_text(value1).partition("@")[0] == to_text(value2).partition("@")[0]
        )
    return equal(value1, value2) is True
