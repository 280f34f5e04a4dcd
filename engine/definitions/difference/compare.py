"""Compares two sets of things by their facts; knows nothing of where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MAX_PARTS = 200
"""So many parts of a file are listed; all are counted."""
MAX_CHANGES = 40
"""So many properties of one part are listed."""
MAX_SIGNS = 400
"""A value that is longer, such as a whole script, is cut."""

Status = Literal["added", "changed", "removed"]
Facts = Mapping[tuple[str, str], str]
"""Values by the name of the property and, where a thing has several, which one it is."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An element, a field, a rule or a text as one version has it.

    within: what it stands in, such as the decision of a rule.
    """

    name: str
    kind: str
    facts: Facts
    within: str = ""


Things = Mapping[str, Thing]


@dataclass(frozen=True, slots=True)
class Change:
    """A property that differs; None where there was nothing, or is nothing any more.

    what: its name in the file. of: which of several, such as the id of a clock; empty where there is one only.
    """

    what: str
    of: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A thing that was added, changed or removed. `kind` is the name of the element or the type of the field.

    changes: what differs; of an added thing everything that it has.
    """

    id: str
    name: str
    kind: str
    within: str
    status: Status
    changes: tuple[Change, ...]


def compare(old: Things, new: Things) -> list[Part]:
    """Give what differs: what is there now in its order, then what is gone in the order that it had."""
    found = []
    for key, thing in new.items():
        before = old.get(key)
        changes = changes_of(before.facts if before else {}, thing.facts)
        if before is None:
            found.append(_part(key, thing, "added", changes))
        elif changes:
            found.append(_part(key, thing, "changed", changes))
    gone = (key for key in old if key not in new)
    return [*found, *(_part(key, old[key], "removed", changes_of(old[key].facts, {})) for key in gone)]


def changes_of(before: Facts, after: Facts) -> tuple[Change, ...]:
    """Give the properties that differ, in the order of the newer version, the most important first."""
    keys = [key for key in {**after, **before} if before.get(key) != after.get(key)]
    return tuple(Change(*key, _cut(before.get(key)), _cut(after.get(key))) for key in keys[:MAX_CHANGES])


def reordered(old: Things, new: Things) -> bool:
    """Say whether what is in both stands in another order."""
    return [key for key in old if key in new] != [key for key in new if key in old]


def _part(key: str, thing: Thing, status: Status, changes: tuple[Change, ...]) -> Part:
    return Part(key, thing.name, thing.kind, thing.within, status, changes)


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_SIGNS else f"{text[:MAX_SIGNS]}…"
