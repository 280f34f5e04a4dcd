"""Which versions of a service a migration leads from and to, and what elements are called in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.history import Link
    from engine.runtime import Runtime
    from engine.store.definitions import DefinitionRow

MIGRATED, PUT_BACK = "case_migrated", "case_put_back"
MOVES = frozenset({MIGRATED, PUT_BACK})
"""Steps of the history by which a case has another version."""


@dataclass(frozen=True, slots=True)
class Way:
    """From one version to a later one. renamed: new ids by old ones, over all versions in between."""

    source: DefinitionRow
    target: DefinitionRow
    definition: Definition
    renamed: Mapping[str, str]


def version_row(runtime: Runtime, key: str, version: int | None) -> DefinitionRow:
    """Give a version of a service, the newest for None; raises NotFound."""
    rows = runtime.catalogue.versions(key)
    if not rows:
        raise NotFound(f"Expected a deployed service {key!r}, but there is none", code="service_unknown")
    found = rows[0] if version is None else next((row for row in rows if row.version == version), None)
    if found is None:
        raise NotFound(f"Expected a version {version} of {key}, but there is none", code="definition_unknown")
    return found


def older_versions(runtime: Runtime, target: DefinitionRow, source_id: int | None) -> list[DefinitionRow]:
    """Give the versions whose cases are meant, by id; raises InvalidInput (`version_not_older`) for a later one."""
    rows = [row for row in runtime.catalogue.versions(target.key) if row.version < target.version]
    if source_id is not None:
        rows = [row for row in rows if row.id == source_id]
        if not rows:
            raise InvalidInput(
                "Expected an earlier version than the one that cases are moved to", code="version_not_older"
            )
    return sorted(rows, key=lambda row: row.id)


def way_between(runtime: Runtime, source_id: int, target_id: int) -> Way:
    """Give the way from a version to a later one; raises NotFound for a version that there is not."""
    key = runtime.catalogue.get(target_id).key
    rows = {row.id: row for row in runtime.catalogue.versions(key)}
    if source_id not in rows:
        raise NotFound("Expected a version of the same service, but it is none", code="definition_unknown")
    source, target = rows[source_id], rows[target_id]
    between = sorted(
        (row for row in rows.values() if source.version < row.version <= target.version),
        key=lambda row: row.version,
    )
    renamed: dict[str, str] = {}
    for row in between:
        named = runtime.catalogue.get(row.id).renamed
        later = {old: named.get(new, new) for old, new in renamed.items()}
        renamed = {**{old: new for old, new in named.items() if old not in renamed.values()}, **later}
    return Way(source, target, runtime.catalogue.get(target_id), renamed)


class Ways:
    """The ways to one version, each found once; for one call that goes through many cases."""

    def __init__(self, runtime: Runtime, target_id: int) -> None:
        self._runtime, self._target_id = runtime, target_id
        self._found: dict[int, Way] = {}

    def __getitem__(self, source_id: int) -> Way:
        """Give the way from a version; raises as `way_between` does."""
        if source_id not in self._found:
            self._found[source_id] = way_between(self._runtime, source_id, self._target_id)
        return self._found[source_id]


def definition_at(moves: Iterable[Link], present: int, seq: int) -> int:
    """Give the id of the version that a case had before a step of its history.

    moves: the steps by which it got other versions, in order; present: the version that it has now.
    """
    first = next((link for link in moves if link.seq >= seq), None)
    return present if first is None else int(first.payload["from"])
