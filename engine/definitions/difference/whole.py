"""Compares two bundles file by file, each kind of file by what it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .compare import MAX_PARTS, Part, Status, Things, compare, reordered
from .decisions import read_rules
from .diagrams import match_flows, read_drawing, read_elements
from .fields import read_fields
from .words import read_words

if TYPE_CHECKING:
    from engine.definitions.bundle import Bundle

Kind = Literal["diagram", "decisions", "form", "words", "other"]
_KINDS: tuple[tuple[str, Kind], ...] = (
    (".bpmn", "diagram"),
    (".dmn", "decisions"),
    (".form.json", "form"),
    (".yaml", "words"),
)
_READ: Mapping[Kind, Callable[[bytes, str], Things]] = {
    "diagram": read_elements,
    "decisions": read_rules,
    "form": read_fields,
    "words": read_words,
}
_ORDER: tuple[Kind, ...] = ("diagram", "decisions", "form", "words", "other")


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A file that differs. Parts are listed only of a file that both versions have; all of them are counted.

    counts: how many parts were added, changed, removed. reordered: whether fields or rules changed places.
    redrawn: elements of a diagram that are only drawn elsewhere. lines: added, removed, of files without parts.
    """

    file: str
    kind: Kind
    status: Status
    parts: tuple[Part, ...] = ()
    counts: Mapping[Status, int] | None = None
    reordered: bool = False
    redrawn: int = 0
    lines: tuple[int, int] = (0, 0)

    @property
    def left(self) -> int:
        """Give how many parts differ beside those that are listed."""
        return sum((self.counts or {}).values()) - len(self.parts)


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two versions; `files` in the order diagrams, decisions, forms, words, others."""

    files: tuple[FileDifference, ...]

    @property
    def same(self) -> bool:
        """Say whether the versions are the same, byte for byte."""
        return not self.files

    def of_kind(self, kind: Kind) -> tuple[FileDifference, ...]:
        """Give the files of one kind that differ."""
        return tuple(one for one in self.files if one.kind == kind)


def difference(old: Bundle | None, new: Bundle) -> Difference:
    """Compare a version with the one before; None where there is none. Broken files are compared by lines."""
    before: Mapping[str, bytes] = old.files if old is not None else {}
    after = new.files
    paths = [path for path in sorted({**before, **after}) if before.get(path) != after.get(path)]
    found = [_compare_file(path, before.get(path), after.get(path)) for path in paths]
    return Difference(tuple(sorted(found, key=lambda one: (_ORDER.index(one.kind), one.file))))


def _compare_file(file: str, old: bytes | None, new: bytes | None) -> FileDifference:
    kind: Kind = _kind(file)
    if old is None or new is None:
        return FileDifference(file, kind, "added" if old is None else "removed")
    if kind == "other":
        return FileDifference(file, kind, "changed", lines=_lines(old, new))
    before, after = _READ[kind](old, file), _READ[kind](new, file)
    redrawn = 0
    if kind == "diagram":
        before = match_flows(before, after)
        drawn, redrawn_now = read_drawing(old, file), read_drawing(new, file)
        redrawn = sum(drawn[key] != place for key, place in redrawn_now.items() if key in drawn)
    parts = compare(before, after)
    return FileDifference(
        file,
        kind,
        "changed",
        tuple(parts[:MAX_PARTS]),
        Counter(part.status for part in parts),
        reordered=kind in ("decisions", "form") and reordered(before, after),
        redrawn=redrawn,
    )


def _kind(file: str) -> Kind:
    if file.startswith("scenarios/"):
        return "other"
    return next((kind for suffix, kind in _KINDS if file.endswith(suffix)), "other")


def _lines(old: bytes, new: bytes) -> tuple[int, int]:
    before, after = Counter(old.splitlines()), Counter(new.splitlines())
    return (after - before).total(), (before - after).total()
