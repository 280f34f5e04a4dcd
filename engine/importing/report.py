"""What became of a diagram of another engine: what was translated, what needs a hand, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lxml import etree

Result = Literal["translated", "by_hand"]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing of a diagram. file, line: where it stood. code: stable, for programs. by_hand: to be seen to."""

    file: str
    line: int | None
    element: str | None
    name: str
    result: Result
    code: str
    message: str


@dataclass(slots=True)
class Notes:
    """The notes of one file."""

    file: str
    notes: list[Note] = field(default_factory=list)

    def translated(self, node: etree._Element, code: str, message: str) -> None:
        """Note what says the same now."""
        self._add(node, "translated", code, message)

    def by_hand(self, node: etree._Element, code: str, message: str) -> None:
        """Note what somebody must see to."""
        self._add(node, "by_hand", code, message)

    def _add(self, node: etree._Element, result: Result, code: str, message: str) -> None:
        element = node
        while element.get("id") is None and element.getparent() is not None:
            element = element.getparent()
        self.notes.append(
            Note(
                self.file,
                node.sourceline,
                element.get("id"),
                element.get("name") or "",
                result,
                code,
                message,
            )
        )
