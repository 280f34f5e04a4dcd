"""Closures for what most cells of tables say: texts, numbers and ranges of numbers, known when compiled.

Each decides the usual types itself and hands everything else to the general closure, whose answers and warnings
stay the measure.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lark import Tree

from engine.feel import exact
from engine.feel.errors import Trouble
from engine.feel.literals import unquote
from engine.feel.operators import HOLDS, constant
from engine.feel.values import NATIVE

if TYPE_CHECKING:
    from engine.feel.operators import Test
    from engine.feel.parser import Node
    from engine.feel.runtime import Code, Frame

_NOTHING = object()
_NUMBERS = frozenset({int, Decimal})


def known(node: Node) -> Any:
    """Give the value of a literal text or number, or None for every other part."""
    if node.data == "string":
        return unquote(str(node.children[0]))
    if node.data == "number":
        try:
            return exact.parse(str(node.children[0]))
        except Trouble:
            return None
    if node.data == "negative":
        inner = next(known(part) for part in node.children if isinstance(part, Tree))
        return -inner if type(inner) is int else None
    return None


def of_text(parse: Callable[[str], Any], arguments: Sequence[Node], general: Code) -> Code:
    """Give the code of a builtin that reads a text: where that is a literal which it can read, it is read once."""
    text = known(arguments[0]) if len(arguments) == 1 else None
    if type(text) is not str:
        return general
    try:
        return constant(parse(text))
    except Trouble:
        return general  # which says why it is null


def than(symbol: str, value: Any, general: Test) -> Test:
    """Give the test of `< 5` and the like, or of a bare literal (as `=`)."""
    holds = HOLDS[symbol]
    if type(value) is str and symbol == "=":
        return lambda found, frame: found == value if type(found) is str else general(found, frame)
    if type(value) in _NUMBERS:
        return lambda found, frame: holds(found, value) if type(found) in _NUMBERS else general(found, frame)
    return general


def within(low: Any, high: Any, *, from_start: bool, to_end: bool, general: Test) -> Test:
    """Give the test of a range between two known numbers."""
    if type(low) not in _NUMBERS or type(high) not in _NUMBERS:
        return general
    above, below = (operator.ge if from_start else operator.gt), (operator.le if to_end else operator.lt)

    def test(found: Any, frame: Frame) -> Any:
        if type(found) in _NUMBERS:
            return above(found, low) and below(found, high)
        return general(found, frame)

    return test


def cell(tests: Sequence[Test], values: Sequence[Any], general: Code) -> Code:
    """Give the code of a cell: of one test, or of several texts. values: what each test wants, where it is known."""
    if len(tests) == 1:
        only = tests[0]

        def check(frame: Frame) -> Any:
            value = frame.variables.get("?", _NOTHING)
            return only(value, frame) if type(value) in NATIVE else general(frame)

        return check
    if tests and all(type(value) is str for value in values):
        listed = frozenset(values)

        def check_texts(frame: Frame) -> Any:
            value = frame.variables.get("?", _NOTHING)
            return value in listed if type(value) is str else general(frame)

        return check_texts
    return general
