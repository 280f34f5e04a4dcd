"""The logic of a decision as XML to something that can be evaluated; notes each cell that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decisions.box_reading import BoxReader
from engine.decisions.documents import Element, Problems, child, kind, text_of, type_ref
from engine.decisions.logic import Literal, Logic
from engine.decisions.table_reading import TableReader
from engine.feel import Expression, FeelSyntaxError, compile  # noqa: A004 - FEEL's own
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.decisions.items import Types


class LogicReader:
    """Reads the logic of one file. names: every name that expressions of the file may use."""

    def __init__(self, problems: Problems, types: Types, names: frozenset[str]) -> None:
        self._problems = problems
        self._types = types
        self._names = names

    def read(self, element: Element, decision: str, *, further: Iterable[str] = ()) -> Logic | None:
        """Give the logic, or None with the problems noted. further: names known here only."""
        names = self._names.union(further)
        if kind(element) == "literalExpression":
            expression = self.expression(element, names, compile)
            if expression is None:
                return None
            return Literal(expression, self.type_of(element), self._types, decision=decision)
        if kind(element) == "decisionTable":
            return TableReader(self, self._problems, self._types).read(element, decision, names)
        return BoxReader(self, self._problems, self._types).read(element, decision, names)

    def type_of(self, element: Element) -> str | None:
        """Give the type an element names; notes one that does not exist."""
        name = type_ref(element)
        if name is None or self._types.known(name):
            return name
        self._problems.add(
            "dmn_type",
            Sentence("Expected a type of the file or of FEEL, but {name!r} is none.", name=name),
            at=element,
        )
        return None

    def expression(
        self,
        element: Element,
        names: Iterable[str],
        compiler: Callable[..., Expression],
        text: str | None = None,
    ) -> Expression | None:
        """Give the compiled text of an element, or None with the problem noted."""
        language = element.get("expressionLanguage") or "feel"
        if "feel" not in language.lower():
            self._problems.add(
                "dmn_language",
                Sentence("Expected FEEL, but the expression is in {language!r}.", language=language),
                "Rewrite it in FEEL.",
                at=element,
            )
            return None
        source = text_of(element) if text is None else text
        try:
            return compiler(source, names=names, types=self._types.definitions)
        except FeelSyntaxError as error:
            inner = child(element, "text")
            line = (element if inner is None else inner).sourceline + error.line - 1
            self._problems.add(
                "feel_syntax",
                Sentence("{reason} in: {source}", reason=error.message, source=source),
                at=element,
                line=line,
            )
            return None
