"""The types that `instance of` and function parameters name; knows no types of a service.

Functions carry no signature that could be checked, so every function is an instance of every
function type of the same number of parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from lark import Token, Tree

from engine.feel.values import FeelFunction, Range, YearMonthDuration, is_number

Check = Callable[[Any], bool]


def _only(kind: type) -> Check:
    return lambda value: type(value) is kind


TYPES: dict[str, Check] = {
    "Any": lambda value: value is not None,
    "any": lambda value: value is not None,
    "Null": lambda value: value is None,
    "number": is_number,
    "string": _only(str),
    "boolean": _only(bool),
    "date": _only(date),
    "time": _only(time),
    "date and time": _only(datetime),
    "dateTime": _only(datetime),
    "days and time duration": _only(timedelta),
    "dayTimeDuration": _only(timedelta),
    "years and months duration": _only(YearMonthDuration),
    "yearMonthDuration": _only(YearMonthDuration),
    "list": _only(list),
    "context": _only(dict),
    "range": _only(Range),
    "function": lambda value: isinstance(value, FeelFunction),
}


def checker(node: Tree[Token]) -> Check | None:
    """Give the test for a type in the tree, or None when the language has no such type."""
    if node.data == "type_null":
        return TYPES["Null"]
    if node.data == "type_function":
        return TYPES["function"]
    name = ".".join(str(part) for part in node.children if isinstance(part, Token) and part.type == "NAME")
    if node.data == "type":
        return TYPES.get(name)
    inner = [part for part in node.children if isinstance(part, Tree)]
    if node.data == "type_context":
        return _context(inner) if name == "context" else None
    return _generic(name, inner)


def _generic(name: str, inner: list[Tree[Token]]) -> Check | None:
    item = checker(inner[0])
    if item is None or len(inner) != 1:
        return None
    if name == "list":
        return lambda value: type(value) is list and all(part is None or item(part) for part in value)
    if name == "range":
        return lambda value: (
            type(value) is Range and all(part is None or item(part) for part in (value.start, value.end))
        )
    return None


def _context(inner: list[Tree[Token]]) -> Check | None:
    entries: dict[str, Check] = {}
    for typed in inner:
        key, of = typed.children
        check = checker(of) if isinstance(of, Tree) else None
        if check is None:
            return None
        entries[str(key)] = check
    return lambda value: (
        type(value) is dict
        and all(key in value and (value[key] is None or check(value[key])) for key, check in entries.items())
    )
