"""Collects what the checks find, so that a designer sees all of it at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from engine.problems import Problem

if TYPE_CHECKING:
    from lxml import etree


@dataclass(slots=True)
class Findings:
    """The problems found so far."""

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
    ) -> None:
        """Note a problem at an XML node, or at a line, or of a whole file."""
        if node is not None:
            line = node.sourceline
        element = _nearest_id(node)
        self.problems.append(Problem(file, line, element, code, severity, message, hint))

    @property
    def failed(self) -> bool:
        """Say whether anything found forbids deployment."""
        return any(problem.severity == "error" for problem in self.problems)

    def sorted(self) -> list[Problem]:
        """Give the problems by file and line, errors before warnings, each once."""
        unique = dict.fromkeys(self.problems)
        return sorted(unique, key=lambda p: (p.severity, p.file, p.line or 0, p.code, p.element or ""))


def _nearest_id(node: etree._Element | None) -> str | None:
    while node is not None:
        if node.get("id") and not node.tag.endswith("}deadline"):
            return str(node.get("id"))
        node = node.getparent()
    return None
