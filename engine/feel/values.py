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
from engine.feel.errors import FeelBudgetExceeded

if TYPE_CHECKING:
    from engine.feel.runtime import Run

MAX_RESULT = 500_000  # parts of the value of a whole expression
MAX_NESTING = 100  # lists and contexts inside each other


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
    """Give the FEEL name of the value's type; raises InvalidInput for a float or another foreign value."""
    name = _NAMES.get(type(value))
    if name is None:
        plain = admit(value, "every value")
        name = "function" if isinstance(plain, FeelFunction) else _NAMES[type(plain)]
    return name


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
    plain = _plain(value)
    if plain is None:
        raise InvalidInput(
            f"Expected {what} to be a value of FEEL, but it is of the type {kind.__name__}.",
            code="feel_value",
        )
    return plain


def _plain(value: Any) -> Any:
    """Give the plain value of a subclass, or None when the language has nothing like it."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, str):
        return str(value)
    return int(value) if isinstance(value, int) else None


def admit_result(value: Any) -> Any:
    """Give the value of a whole expression, once nothing in it is foreign, too deep or too much.

    Raises InvalidInput for a float or another foreign value, FeelBudgetExceeded when written out it
    would have more than MAX_RESULT parts: a list may hold another one many times.
    """
    if type(value) is list or type(value) is dict or type(value) not in NATIVE:
        _measure(value, {}, 0)
    return value


def _measure(value: Any, known: dict[int, int], depth: int) -> int:
    """Count the parts of a value as if it were written out; each list and context is counted once."""
    if type(value) is not list and type(value) is not dict:
        admit(value, "every part of the result")
        return 1 + (len(value) >> 4 if type(value) is str else 0)
    if id(value) not in known:
        if depth > MAX_NESTING:
            raise FeelBudgetExceeded(
                f"Expected at most {MAX_NESTING} lists inside each other, but there are more."
            )
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_measure(part, known, depth + 1) for part in parts)
        if known[id(value)] > MAX_RESULT:
            raise FeelBudgetExceeded(f"Expected a result of at most {MAX_RESULT} parts, but it has more.")
    return known[id(value)]
