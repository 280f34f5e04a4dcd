"""What a cell of conditions says of the values of its column, read from its parts; evaluates none of them.

A cell is plain when it says the same of all values between two limits that stand in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lark import Token

from engine.errors import EngineError
from engine.feel.compiler import Compiler
from engine.feel.runtime import Frame
from engine.feel.values import Range

if TYPE_CHECKING:
    from engine.feel import Expression
    from engine.feel.parser import Node
    from engine.feel.runtime import Run

_CONSTANT = frozenset(
    (
        "expression",
        "number",
        "string",
        "at_literal",
        "true",
        "false",
        "null",
        "negative",
        "chain",
        "powers",
        "paren",
    )
)
_MAKERS = frozenset({"date", "time", "date and time", "duration"})
_JOINED = frozenset({"conjunction", "disjunction", "any_of", "none_of", "paren"})


@dataclass(slots=True)
class Limits:
    """The values at which the answers of cells may change. ordered: some cell asks for more or less."""

    values: list[Any] = field(default_factory=list)
    ordered: bool = False
    null: bool = False


class CellReader:
    """Reads the plain cells of one column into its limits."""

    def __init__(self, run: Run) -> None:
        self._frame = Frame({}, None, run)
        self._read: dict[str, bool] = {}

    def read(self, test: Expression, into: Limits) -> bool:
        """Add the limits of a cell, the first time that it comes; tell whether it is plain."""
        if test.text in self._read:
            return self._read[test.text]
        found = Limits()
        try:
            plain = test.names <= {"?"} and self._test(test.tree(), found)
        except EngineError:
            plain = False
        if plain:
            into.values += found.values
            into.ordered |= found.ordered
            into.null |= found.null
        self._read[test.text] = plain
        return plain

    def _test(self, node: Node, into: Limits) -> bool:
        if node.data == "anything":
            return True
        parts = [part for part in node.children if not isinstance(part, Token)]
        if node.data == "than":
            symbol = str(parts[0].children[0])
            into.ordered |= symbol not in {"=", "!="}
            return self._value(parts[1], into)
        if node.data in {"range", "list"}:
            into.ordered |= node.data == "range"
            return all(self._value(part, into) for part in parts)
        if node.data in _JOINED:
            return all(self._test(part, into) for part in parts)
        if node.data in {"compare", "between", "is_in"}:
            return self._about_itself(node, parts, into)
        return self._value(node, into)

    def _about_itself(self, node: Node, parts: list[Node], into: Limits) -> bool:
        """Read `? > 5`, `? between 1 and 3` and `? in [1, 2]`."""
        subject, *rest = parts
        if subject.data != "name" or str(subject.children[0]) != "?":
            return False
        if node.data == "compare":
            into.ordered |= str(rest[0].children[0]) not in {"=", "!="}
            return self._value(rest[1], into)
        if node.data == "between":
            into.ordered = True
            return all(self._value(part, into) for part in rest)
        return self._test(rest[0], into)

    def _value(self, node: Node, into: Limits) -> bool:
        """Read a value that is known when it is read."""
        if not _known(node):
            return False
        value = Compiler(()).code(node)(self._frame)
        if value is None:
            into.null |= node.data == "null"
            return node.data == "null"
        if isinstance(value, list | dict | Range):
            return False
        into.values.append(value)
        return True


def is_constant(expression: Expression) -> bool:
    """Tell whether an expression is a value that is known when it is read."""
    return _known(expression.tree())


def _known(node: Node) -> bool:
    parts = [part for part in node.children if not isinstance(part, Token)]
    if node.data == "call":
        callee = parts[0]
        return callee.data == "name" and str(callee.children[0]) in _MAKERS and all(map(_known, parts[1:]))
    return node.data in _CONSTANT and all(map(_known, parts))
