"""Exact numbers: whole ones are `int`, others `Decimal` of 34 digits (IEEE 754 decimal128)."""

from __future__ import annotations

import decimal
from decimal import Decimal

from engine.feel.errors import Trouble

Number = int | Decimal

DIGITS = 34
LIMIT = 10**DIGITS
CONTEXT = decimal.Context(
    prec=DIGITS,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
_MAX_EXPONENT_BITS = 113  # a power of at most that many bits has at most 34 digits


def tidy(number: Number) -> Number:
    """Give the number in its one form: at most 34 digits, an int when it is whole and written so."""
    if type(number) is int:
        return number if -LIMIT < number < LIMIT else CONTEXT.create_decimal(number)
    assert isinstance(number, Decimal)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= 0 and number.adjusted() < DIGITS:
        return int(number)
    return number


def whole(number: object) -> int | None:
    """Give the number as an int when it is whole, however it is written; None otherwise."""
    if type(number) is int:
        return number
    if type(number) is Decimal and number.is_finite() and number.adjusted() < DIGITS:
        return int(number) if number == number.to_integral_value() else None
    return None


def parse(text: str) -> Number:
    """Give the number of a literal, exact to 34 digits; raise Trouble when it is too large."""
    try:
        return tidy(CONTEXT.create_decimal(text))
    except decimal.DecimalException:
        raise Trouble(f"Expected a number, but got {text!r}") from None


def divide(a: Number, b: Number) -> Number:
    """Give a / b, whole when it is whole; raise Trouble when b is 0."""
    if b == 0:
        raise Trouble("Expected to divide by another number than 0")
    if type(a) is int and type(b) is int and a % b == 0:
        return tidy(a // b)
    return tidy(CONTEXT.divide(a, b))


def power(a: Number, b: Number) -> Number:
    """Give a to the power of b; raise Trouble when it is too large, or no real number."""
    if type(a) is int and type(b) is int and b >= 0 and a.bit_length() * b <= _MAX_EXPONENT_BITS:
        return tidy(a**b)
    try:
        return tidy(CONTEXT.power(a, b))
    except decimal.DecimalException:
        raise Trouble(f"Expected a power that is a number, but {a} ** {b} is none") from None


def to_text(number: Number) -> str:
    """Give the digits of a number, without an exponent."""
    return str(number) if type(number) is int else format(number, "f")
