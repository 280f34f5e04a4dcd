"""Plays one story by itself, in an installation that is thrown away, and gives what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError

from .edges import edges_of
from .happened import passed_by
from .runner import set_up
from .stages import Stages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.definitions import Definition, Groups
    from engine.ports import Operation

    from .coverage import Coverage


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How a story went. passed: nodes in their order; due: which clocks began, each with when it was due."""

    problems: tuple[str, ...]
    passed: tuple[str, ...] = ()
    due: tuple[tuple[str, Any], ...] = ()
    covered: frozenset[tuple[str, str]] = field(default=frozenset())


def rehearse(
    document: Mapping[str, Any],
    definition: Definition,
    groups: Groups,
    *,
    offered: Mapping[str, Operation] | None = None,
    coverage: Coverage | None = None,
    stages: Stages | None = None,
) -> Rehearsal:
    """Play a story and give how it went; what cannot be played is a problem, never an error.

    coverage: of the service; without it nothing is said of what the story covers. stages: where several are played.
    """
    with (stages or Stages()).database() as database:
        try:
            player = set_up(document, definition, groups, database, offered)
            problems = tuple(player.play())
        except EngineError as exc:
            return Rehearsal((exc.message,))
        links = player.story.links()
        covered: set[tuple[str, str]] = set()
        if coverage is not None:
            fresh = replace(coverage, passed={}, by_story={})
            fresh.note(player.story, "")
            covered = {(kind, name) for kind, names in fresh.passed.items() for name in names}
            calendar = player.story.runtime.calendar
            covered |= {("edges", name) for name in edges_of(links, definition, calendar)}
        return Rehearsal(problems, tuple(passed_by(links)), tuple(due_by(links)), frozenset(covered))


def due_by(links: Any) -> list[tuple[str, Any]]:
    """Give the clocks that began in a case, each with when it was due then."""
    events = (event for link in links for event in link.payload.get("events", ()))
    return sorted(
        (str(event["deadline"]), event["due_at"]) for event in events if event["type"] == "deadline_started"
    )
