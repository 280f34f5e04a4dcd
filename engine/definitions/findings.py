"""Collects what the checks find, so that a designer sees all of it at once, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from engine.problems import Problem

from .places import Places

if TYPE_CHECKING:
    from lxml import etree


@dataclass(slots=True)
class Findings:
    """The problems found so far. places: where the elements of the bundle stand."""

    places: Places = field(default_factory=lambda: Places({}))
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        file: str,
        code: str,
        message: str,
        hint: str = "",
        *,
        node: etree._Element | None = None,
        line: int | None = None,
        severity: Literal["error", "warning"] = "error",
        inside: tuple[str, int, int] | None = None,
    ) -> None:
        """Note a problem at an XML node, or at a line, or of a whole file.

        inside: an expression that is written in the node, with the line and column in it that are wrong.
        """
        column = None
        if node is not None:
            line, column = self._place(file, node, inside)
        element = _nearest_id(node)
        self.problems.append(Problem(file, line, element, code, severity, message, hint, column))

    @property
    def failed(self) -> bool:
        """Say whether anything found forbids deployment."""
        return any(problem.severity == "error" for problem in self.problems)

    def sorted(self) -> list[Problem]:
        """Give the problems by file and line, errors before warnings, each once, with column and name."""
        unique = dict.fromkeys(self._placed(problem) for problem in self.problems)
        return sorted(
            unique, key=lambda p: (p.severity, p.file, p.line or 0, p.column or 0, p.code, p.element or "")
        )

    def _place(
        self, file: str, node: etree._Element, inside: tuple[str, int, int] | None
    ) -> tuple[int | None, int | None]:
        place = self.places.of_node(file, node)
        if place is None:
            return node.sourceline, None
        if inside is not None:
            text, line, column = inside
            offset = sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1
            exact = self.places.inside(file, place, text, min(offset, len(text) - 1)) if text else None
            if exact is not None:
                return exact
        return place.line, place.column

    def _placed(self, problem: Problem) -> Problem:
        """Add what a check did not know: where its element begins, and what it is called."""
        if problem.element is None:
            return problem
        line, column = problem.line, problem.column
        if column is None:
            place = self.places.of_element(problem.file, problem.element, problem.line)
            line, column = (place.line, place.column) if place is not None else (line, column)
        name = problem.name or self.places.name_of(problem.file, problem.element)
        return replace(problem, line=line, column=column, name=name)


def _nearest_id(node: etree._Element | None) -> str | None:
    while node is not None:
        if node.get("id") and not node.tag.endswith("}deadline"):
            return str(node.get("id"))
        node = node.getparent()
    return None
