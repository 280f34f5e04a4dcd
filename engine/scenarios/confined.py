"""The child's part of playing stories: reads a bundle, plays, and says how it went as plain data."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.definitions import Bundle, compile_bundle
from engine.errors import InvalidInput
from engine.playing import KINDS, Record, StoryRecord

from .runner import StoryResult, run_service

if TYPE_CHECKING:
    from .coverage import Coverage


def played(given: tuple[Any, ...]) -> dict[str, Any]:
    """Play the stories of a bundle that was accepted; gives the record as JSON."""
    key, files, groups, offered = given
    bundle = Bundle(key, MappingProxyType(files))
    definition, _problems = compile_bundle(bundle, groups, accepted=True)
    if definition is None:
        raise InvalidInput("Expected a service without errors", code="bundle_has_errors")
    return record_of(*run_service(bundle, definition, groups, offered=offered or None)).to_plain()


def record_of(results: list[StoryResult], coverage: Coverage) -> Record:
    """Give the record of what `run_service` gave."""
    nothing: dict[str, set[str]] = {kind: set() for kind in KINDS}
    stories = tuple(
        StoryRecord(
            one.file,
            {str(language): str(title) for language, title in one.title.items()},
            one.problems,
            _frozen(coverage.by_story.get(one.file, nothing)),
        )
        for one in results
    )
    return Record(stories, _frozen(coverage.every), _frozen(coverage.shared))


def _frozen(names: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {kind: frozenset(found) for kind, found in names.items()}
