"""The types that `instance of` and function parameters name: those of FEEL, and by name those of a file.

Functions carry no signature that could be checked, so every function is an instance of every
function type of the same number of parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from lark import Token, Tree

from engine.feel.runtime import Run
from engine.feel.values import FeelFunction, Range, YearMonthDuration, is_number

Check = Callable[[Any, Run], bool]  # pays a step for each item that it looks at
MAX_DEPTH = 10  # types inside each other


def _only(kind: type) -> Check:
    return lambda value, _: type(value) is kind


TYPES: dict[str, Check] = {
    "Any": lambda value, _: value is not None,
    "any": lambda value, _: value is not None,
    "Null": lambda value, _: value is None,
    "number": lambda value, _: is_number(value),
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
    "function": lambda value, _: isinstance(value, FeelFunction),
}


def checker(node: Tree[Token], known: frozenset[str], depth: int = 0) -> Check | None:
    """Give the test for a type in the tree, or None when neither FEEL nor `known` has such a type."""
    if depth > MAX_DEPTH:
        return None
    if node.data in {"type_null", "type_function"}:
        return TYPES["Null" if node.data == "type_null" else "function"]
    name = ".".join(str(part) for part in node.children if isinstance(part, Token) and part.type == "NAME")
    if node.data == "type":
        return TYPES.get(name) or (_of_the_file(name) if name in known else None)
    inner = [part for part in node.children if isinstance(part, Tree)]
    if node.data == "type_context":
        return _context(inner, known, depth) if name == "context" else None
    of = checker(inner[0], known, depth + 1) if len(inner) == 1 else None
    if of is None:
        return None
    return {"list": _list, "range": _range}[name](of) if name in {"list", "range"} else None


def _of_the_file(name: str) -> Check:
    return lambda value, run: run.fits is not None and run.fits(name, value, run)


def _list(item: Check) -> Check:
    def check(value: Any, run: Run) -> bool:
        if type(value) is not list:
            return False
        run.spend(len(value))
        return all(part is None or item(part, run) for part in value)

    return check


def _range(end: Check) -> Check:
    return lambda value, run: (
        type(value) is Range and all(part is None or end(part, run) for part in (value.start, value.end))
    )


def _context(inner: list[Tree[Token]], known: frozenset[str], depth: int) -> Check | None:
    entries: dict[str, Check] = {}
    for typed in inner:
        key, of = typed.children
        check = checker(of, known, depth + 1) if isinstance(of, Tree) else None
        if check is None:
            return None
        entries[str(key)] = check
    return lambda value, run: (
        type(value) is dict
        and all(
            key in value and (value[key] is None or check(value[key], run)) for key, check in entries.items()
        )
    )
