"""Boxed expressions as XML to their logic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decisions.boxed import Conditional, Context, Function, Invocation, List, Loop
from engine.decisions.documents import Element, Problems, child, children, kind
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.decisions.items import Types
    from engine.decisions.logic import Logic
    from engine.decisions.logic_reading import LogicReader

MAX_DEPTH = 20  # boxes inside each other
BOXES = (
    "context",
    "invocation",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)
LOGIC = ("literalExpression", "decisionTable", *BOXES)
_BODIES = {"filter": "match", "for": "return", "some": "satisfies", "every": "satisfies"}


class BoxReader:
    """Reads one box; `logic` reads what stands in it."""

    def __init__(self, logic: LogicReader, problems: Problems, types: Types) -> None:
        self._logic = logic
        self._problems = problems
        self._types = types

    def read(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        """Give the logic of a box, or None with the problems noted."""
        readers: dict[str, Callable[[Element, str, frozenset[str]], Logic | None]] = {
            "context": self._context,
            "invocation": self._invocation,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self._function,
            "conditional": self._conditional,
        }
        if sum(1 for around in element.iterancestors() if kind(around) in BOXES) > MAX_DEPTH:
            self._problems.add(
                "dmn_too_deep",
                Sentence("Expected at most {most} boxes inside each other.", most=MAX_DEPTH),
                at=element,
            )
            return None
        return readers.get(kind(element), self._loop)(element, decision, names)

    def _part(
        self, around: Element | None, decision: str, names: frozenset[str], at: Element
    ) -> Logic | None:
        """Read the expression inside an element."""
        inner = None if around is None else child(around, *LOGIC)
        if inner is None:
            self._problems.add(
                "dmn_no_logic",
                Sentence("Expected an expression in every part of {kind}, but one is empty.", kind=kind(at)),
                at=at,
            )
            return None
        return self._logic.read(inner, decision, further=names)

    def _context(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        entries: list[tuple[str | None, str | None, Logic]] = []
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            part = self._part(entry, decision, names, element)
            if part is None:
                return None
            name = None if variable is None else variable.get("name")
            entries.append((name, None if variable is None else self._logic.type_of(variable), part))
            names = names | {name} if name else names
        return Context(entries, self._types)

    def _list(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        parts = [self._logic.read(inner, decision, further=names) for inner in children(element, *LOGIC)]
        known = [part for part in parts if part is not None]
        return List(known) if len(known) == len(parts) else None

    def _relation(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        columns = [
            (column.get("name"), self._logic.type_of(column)) for column in children(element, "column")
        ]
        rows: list[Logic] = []
        for row in children(element, "row"):
            cells = [self._logic.read(cell, decision, further=names) for cell in children(row, *LOGIC)]
            known = [cell for cell in cells if cell is not None]
            if len(known) != len(columns):
                self._problems.add(
                    "dmn_cells",
                    Sentence("Expected {count} cells in each row of the relation.", count=len(columns)),
                    at=row,
                )
                return None
            entries = [(name, of, cell) for (name, of), cell in zip(columns, known, strict=True)]
            rows.append(Context(entries, self._types))
        return List(rows)

    def _invocation(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        callee = self._part(element, decision, names, element)
        bindings = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            part = self._part(binding, decision, names, element)
            if part is None or parameter is None:
                return None
            bindings.append((str(parameter.get("name")), part))
        return None if callee is None else Invocation(callee, bindings)

    def _function(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        if element.get("kind") not in {None, "FEEL"}:
            self._problems.add(
                "dmn_language",
                Sentence("Expected a FEEL function, but its kind is {kind!r}.", kind=element.get("kind")),
                at=element,
            )
            return None
        parameters = [
            (str(part.get("name")), self._logic.type_of(part))
            for part in children(element, "formalParameter")
        ]
        body = self._part(element, decision, names.union(name for name, _ in parameters), element)
        return None if body is None else Function(parameters, body, self._types)

    def _conditional(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        parts = [
            self._part(child(element, name), decision, names, element) for name in ("if", "then", "else")
        ]
        condition, then, otherwise = parts
        if condition is None or then is None or otherwise is None:
            return None
        return Conditional(condition, then, otherwise)

    def _loop(self, element: Element, decision: str, names: frozenset[str]) -> Logic | None:
        name = kind(element)
        variable = "item" if name == "filter" else element.get("iteratorVariable") or "item"
        source = self._part(child(element, "in"), decision, names, element)
        body = self._part(child(element, _BODIES[name]), decision, names | {variable, "partial"}, element)
        return None if source is None or body is None else Loop(name, variable, source, body)
