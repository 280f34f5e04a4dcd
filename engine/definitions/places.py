"""Where things stand in the files of a bundle: line, column and name of elements; looked up only for problems."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers import expat  # positions only, of files that were read safely before; a DOCTYPE ends it

if TYPE_CHECKING:
    from lxml import etree

_XML = (".bpmn", ".dmn")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'"}
_PIECE = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|\w+);|<!\[CDATA\[|.", re.DOTALL)
_LOOKED_AT = 20_000
"""So many bytes behind the start of an element are searched for an expression."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element begins. line, column: counted from 1; begin: in bytes."""

    line: int
    column: int
    element: str | None
    name: str
    begin: int = 0


class Places:
    """The places in the files of one bundle; a file is read once, when first asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._read: dict[str, list[Place]] = {}
        self._first: dict[str, dict[str, Place]] = {}
        self._numbers: dict[str, tuple[Any, dict[Any, int]]] = {}

    def of_node(self, file: str, node: etree._Element) -> Place | None:
        """Give where a node of a diagram begins; None for one that is not in the file as it was written."""
        root = node.getroottree().getroot()
        if file not in self._numbers or self._numbers[file][0] is not root:
            self._numbers[file] = root, {each: number for number, each in enumerate(root.iter("*"))}
        number, places = self._numbers[file][1].get(node), self._of(file)
        if number is None or len(places) != len(self._numbers[file][1]):
            return None
        return places[number]

    def of_element(self, file: str, element: str, line: int | None = None) -> Place | None:
        """Give where the element with an id begins, or what stands at `line` when that is inside of it."""
        places = self._of(file)
        found = self._first[file].get(element)
        if found is None or line is None or line <= found.line:
            return found
        number = bisect_left(places, line, key=lambda place: place.line)
        if number == len(places) or places[number].line != line:
            return None
        return Place(line, places[number].column, element, found.name)

    def name_of(self, file: str, element: str) -> str:
        """Give what an element is called in its file; empty when it has no name."""
        self._of(file)
        found = self._first[file].get(element)
        return found.name if found is not None else ""

    def inside(self, file: str, place: Place, text: str, offset: int) -> tuple[int, int] | None:
        """Give line and column of a character of an expression, written in or right behind an element's tag."""
        written = self._files[file][place.begin : place.begin + _LOOKED_AT].decode("utf-8", "replace")
        pieces = list(_PIECE.finditer(written))
        decoded = "".join(_plain(piece.group()) for piece in pieces)
        at = decoded.find(_flat(text))
        if at < 0 or at + offset >= len(pieces):
            return None
        where = pieces[at + offset].start()
        lines = written.count("\n", 0, where)
        column = where - written.rfind("\n", 0, where) if lines else place.column + where
        return place.line + lines, column

    def _of(self, file: str) -> list[Place]:
        if file not in self._read:
            content = self._files.get(file, b"")
            if file.endswith(_XML):
                self._read[file] = _tags(content)
            else:
                self._read[file] = _fields(content) if file.endswith(".form.json") else []
            first = self._first[file] = {}
            for one in self._read[file]:
                if one.element is not None:
                    first.setdefault(one.element, one)
        return self._read[file]


def _tags(content: bytes) -> list[Place]:
    """Give every start tag in the order of the file; none when the file cannot be read."""
    found: list[Place] = []
    parser = expat.ParserCreate()

    def start(_tag: str, attributes: Mapping[str, str]) -> None:
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        name = " ".join((attributes.get("name") or "").split())
        found.append(Place(line, column, attributes.get("id"), name, parser.CurrentByteIndex))

    def refuse(*_declared: Any) -> None:
        raise ValueError("a document type")

    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        return []
    return found


def _fields(content: bytes) -> list[Place]:
    """Give the components of a form, each where its id or key is written first."""
    text = content.decode("utf-8-sig", "replace")
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found = []
    for name, label in _components(schema.get("components") if isinstance(schema, dict) else None):
        at = re.search(rf'"(?:id|key|path)"\s*:\s*{re.escape(json.dumps(name, ensure_ascii=False))}', text)
        if at:
            line, column = text.count("\n", 0, at.start()) + 1, at.start() - text.rfind("\n", 0, at.start())
            found.append(Place(line, column, name, label))
    return found


def _components(components: Any) -> Iterator[tuple[str, str]]:
    for one in components if isinstance(components, list) else ():
        if isinstance(one, dict):
            label = one.get("label")
            for name in (one.get("id"), one.get("key"), one.get("path")):
                if isinstance(name, str) and name:
                    yield name, label if isinstance(label, str) else ""
            yield from _components(one.get("components"))


def _plain(piece: str) -> str:
    """Give the character that a piece of XML stands for, so that there is one for each piece."""
    if piece.startswith("&#"):
        number = int(piece[3:-1], 16) if piece[2] == "x" else int(piece[2:-1])
        return chr(number) if 0 < number <= 0x10FFFF else "\0"  # noqa: PLR2004 - the last character of Unicode
    return " " if piece.isspace() else _ENTITIES.get(piece, piece if len(piece) == 1 else "\0")


def _flat(text: str) -> str:
    return "".join(" " if character.isspace() else character for character in text)
