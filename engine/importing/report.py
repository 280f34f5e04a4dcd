"""What became of a diagram of another engine: what was translated, what needs a hand, and where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from engine.sentences import Sentence, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

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

    def to_record(self) -> dict[str, Any]:
        """Give it as JSON, its sentence with the values."""
        return asdict(self) | {"message": packed(self.message)}


def note_of(record: Mapping[str, Any]) -> Note:
    """Give back a note."""
    return Note(**{**record, "message": unpacked(record["message"])})


def lost(
    file: str, code: str, message: str, *, line: int | None = None, element: str | None = None, name: str = ""
) -> Note:
    """Note that nothing could be made of a file, or of something in it."""
    return Note(file, line, element, name, "by_hand", code, message)


@dataclass(slots=True)
class Notes:
    """The notes of one file. What is noted is a template with a name in braces for each of the values."""

    file: str
    notes: list[Note] = field(default_factory=list)

    def translated(self, node: etree._Element, code: str, template: str, /, **values: Any) -> None:
        """Note what says the same now."""
        self._add(node, "translated", code, Sentence(template, **values))

    def by_hand(self, node: etree._Element, code: str, template: str, /, **values: Any) -> None:
        """Note what somebody must see to."""
        self._add(node, "by_hand", code, Sentence(template, **values))

    def _add(self, node: etree._Element, result: Result, code: str, message: Sentence) -> None:
        element = node
        while element.get("id") is None and element.getparent() is not None:
            element = element.getparent()
        line, own, name = node.sourceline, element.get("id"), element.get("name") or ""
        self.notes.append(Note(self.file, line, own, name, result, code, message))
