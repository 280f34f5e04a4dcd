"""What a variable may hold, and the one gate through which values come in from outside."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from engine.errors import InvalidInput
from engine.feel import Range, YearMonthDuration

MAX_DEPTH = 40
MAX_NODES = 50_000
MAX_TEXT = 200_000
FORBIDDEN_NAMES = frozenset({"self", "typename", "data_objects"})
"""Names of variables on which SpiffWorkflow trips."""

_SCALARS = (str, bool, int, Decimal, dt.date, dt.time, dt.timedelta, YearMonthDuration, Range, type(None))


def checked_variables(variables: Any) -> dict[str, Any]:
    """Give the variables back if a case may hold them.

    Raises InvalidInput that names the place: a float (numbers are exact), a forbidden name, a value of a
    strange type, too deep, too many, too long.
    """
    if not isinstance(variables, dict):
        raise InvalidInput(
            f"Expected variables by name, but got {type(variables).__name__}", code="not_variables"
        )
    for name in variables:
        if name in FORBIDDEN_NAMES:
            raise InvalidInput(
                f"Expected another name than {name!r}, which is reserved", code="forbidden_name"
            )
    checked_value(variables, "")
    return variables


def checked_value(value: Any, path: str = "value") -> Any:
    """Give the value back if a case may hold it; raises InvalidInput naming the path otherwise."""
    seen = 0
    stack = [(value, path, 0)]
    while stack:
        item, where, depth = stack.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_DEPTH:
            raise InvalidInput(
                f"Expected at most {MAX_NODES} values nested {MAX_DEPTH} deep, but {where or 'it'} goes beyond",
                code="value_too_large",
            )
        if isinstance(item, dict):
            for key, inner in item.items():
                _check_text(key, where)
                stack.append((inner, f"{where}.{key}" if where else key, depth + 1))
        elif isinstance(item, list):
            stack.extend((inner, f"{where}[{index}]", depth + 1) for index, inner in enumerate(item))
        elif isinstance(item, str):
            _check_text(item, where)
        elif not isinstance(item, _SCALARS):
            raise InvalidInput(
                f"Expected text, an exact number, true/false, a date or a list of such at {where!r}, "
                f"but got {type(item).__name__}",
                code="value_not_plain",
            )
    return value


def _check_text(text: Any, where: str) -> None:
    if not isinstance(text, str):
        raise InvalidInput(
            f"Expected names to be text at {where!r}, but got {text!r}", code="value_not_plain"
        )
    if len(text) > MAX_TEXT:
        raise InvalidInput(f"Expected at most {MAX_TEXT} characters at {where!r}", code="value_too_large")
    if "\0" in text:
        raise InvalidInput(f"Expected text without NUL characters at {where!r}", code="value_not_plain")
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise InvalidInput(f"Expected whole characters at {where!r}", code="value_not_plain") from exc
