"""The values of FEEL that Python lacks, and the names of all types; knows no operation on them.

Numbers are `int` or `Decimal`, dates and times those of `datetime`, a days-and-time duration is a
`timedelta`, a context is a `dict`. A `float` is never a value: it is not exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidInput

if TYPE_CHECKING:
    from engine.feel.runtime import Run


@dataclass(frozen=True, slots=True, order=True)
class YearMonthDuration:
    """A length of time in whole months, which has no fixed number of days."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends; an end that is None is open to infinity."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True


class FeelFunction(ABC):
    """A function as a value: built in, of the environment, or written in an expression."""

    __slots__ = ()
    name: str

    @abstractmethod
    def call(self, arguments: list[Any], run: Run) -> Any:
        """Give the function's value for arguments by position."""

    @abstractmethod
    def call_named(self, arguments: Mapping[str, Any], run: Run) -> Any:
        """Give the function's value for arguments by name."""


_NAMES: dict[type, str] = {
    NoneType: "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    date: "date",
    time: "time",
    datetime: "date and time",
    timedelta: "days and time duration",
    YearMonthDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
}
# Read from a variable, these need no look; a Decimal may be infinite, so it does.
NATIVE = frozenset(_NAMES) - {Decimal}


def type_name(value: object) -> str:
    """Give the FEEL name of the value's type."""
    return _NAMES.get(type(value), "function")


def is_number(value: object) -> bool:
    """Tell whether the value is a number; true and false are not."""
    return type(value) is int or type(value) is Decimal


def admit(value: Any, what: str) -> Any:
    """Let a value from outside into the language, or raise InvalidInput naming `what` and the type.

    Subclasses of known types become the plain type, any mapping a dict, a tuple a list.
    """
    kind = type(value)
    if kind in NATIVE or isinstance(value, FeelFunction):
        return value
    if kind is Decimal:
        if not value.is_finite():
            raise InvalidInput(
                f"Expected {what} to be a finite number, but it is {value}.", code="feel_value"
            )
        return value
    if isinstance(value, float):
        raise InvalidInput(
            f"Expected {what} to be an exact number (int or Decimal), but it is the float {value!r}.",
            code="feel_float",
        )
    if isinstance(value, Enum):
        return admit(value.value, what)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    for plain in (str, int, list):
        if isinstance(value, plain):
            return plain(value)
    raise InvalidInput(
        f"Expected {what} to be a value of FEEL, but it is of the type {kind.__name__}.", code="feel_value"
    )


def admit_result(value: Any) -> Any:
    """Give the value of a whole expression, or raise InvalidInput when a float hides anywhere in it."""
    if type(value) in NATIVE and type(value) is not list and type(value) is not dict:
        return value
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if type(inner) is list:
            waiting.extend(inner)
        elif type(inner) is dict:
            waiting.extend(inner.values())
        elif type(inner) not in NATIVE:
            admit(inner, "every part of the result")
    return value
