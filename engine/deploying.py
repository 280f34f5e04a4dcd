"""Deploying services: who may, what a new version needs. Refuses what the checks refuse, and stories that fail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import playing
from engine.errors import InvalidInput, NotAllowed
from engine.store.definitions import DefinitionRow

if TYPE_CHECKING:
    from engine.definitions import Bundle, Definition
    from engine.people import Actor
    from engine.problems import Problem
    from engine.runtime import Runtime

ROLES = frozenset({"designer", "admin"})
MIN_NOTE = 5
MAX_NOTE = 1_000
PASSED, NONE, SKIPPED, UNPLAYED = "passed", "none", "skipped", "unplayed"
"""How a version was proved when it was deployed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of a bundle. definition: None when anything forbids to run it."""

    definition: Definition | None
    problems: list[Problem]


def may_deploy(actor: Actor) -> bool:
    """Say whether somebody may deploy services."""
    return bool(actor.roles & ROLES)


def check(runtime: Runtime, actor: Actor, bundle: Bundle) -> Checked:
    """Say everything that is wrong with a bundle, without deploying it and without playing its stories.

    Raises NotAllowed (`not_a_designer`).
    """
    _check_designer(actor)
    return Checked(*runtime.catalogue.check(bundle))


def prove(
    runtime: Runtime, definition: Definition, *, without_stories: bool = False
) -> tuple[str, list[Problem]]:
    """Say how a service is proved, and what its stories say of it: errors, then warnings.

    Stories that are known to go well are not played again; others take as long as their limits allow. Raises Busy
    (`checks_busy`).
    """
    if not playing.has_stories(definition.bundle):
        return NONE, [playing.no_stories(definition)]
    if without_stories:
        return SKIPPED, [playing.skipped(definition)]
    run = playing.play(runtime, definition.bundle)
    return (UNPLAYED, []) if run is None else (PASSED, playing.problems_of(run, definition))


def deploy(
    runtime: Runtime,
    actor: Actor,
    bundle: Bundle,
    note: str,
    *,
    onto: int | None = None,
    without_stories: bool = False,
) -> tuple[DefinitionRow, list[Problem]]:
    """Deploy a bundle as the newest version, with a note that says why; gives the version and the warnings.

    What is the newest version already stays it. onto: the number of the version whose difference was read, 0 for
    none; None takes whatever is there. without_stories: for an emergency; the version says so for good. Raises
    NotAllowed (`not_a_designer`), InvalidInput (`note_missing`; `bundle_has_errors` or `stories_failed`,
    with every problem under `problems`), InvalidState (`version_moved`), Busy (`checks_busy`).
    """
    _check_designer(actor)
    words = note.strip()
    if not MIN_NOTE <= len(words) <= MAX_NOTE:
        raise InvalidInput(
            f"Expected a note of {MIN_NOTE} to {MAX_NOTE} characters, but it has {len(words)}",
            code="note_missing",
        )
    row = DefinitionRow(
        runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), actor.person_id, words
    )
    return add(runtime, bundle, row, onto=onto, without_stories=without_stories)


def add(
    runtime: Runtime,
    bundle: Bundle,
    row: DefinitionRow,
    *,
    onto: int | None = None,
    without_stories: bool = False,
) -> tuple[DefinitionRow, list[Problem]]:
    """Add a version for whoever may; otherwise as `deploy`, but for the note."""
    definition, known = runtime.catalogue.check(bundle)
    newest = next(iter(runtime.catalogue.versions(bundle.key)), None)
    if definition is None or (newest is not None and newest.digest == bundle.digest):
        return runtime.catalogue.deploy(bundle, row, onto=onto)
    stories, found = prove(runtime, definition, without_stories=without_stories)
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise InvalidInput(
            f"Expected the stories of {bundle.key} to go well, but {len(errors)} did not",
            code="stories_failed",
            problems=[*found, *known],
        )
    added, problems = runtime.catalogue.deploy(bundle, replace(row, stories=stories), onto=onto)
    return added, [*found, *problems]


def play_again(runtime: Runtime, actor: Actor, definition_id: int) -> bool:
    """Let the stories of a version be played in the background; False where that is on its way already.

    Raises NotAllowed (`not_a_designer`), NotFound (`definition_unknown`).
    """
    _check_designer(actor)
    return playing.ask(runtime, definition_id)


def _check_designer(actor: Actor) -> None:
    if not may_deploy(actor):
        raise NotAllowed("Expected a designer, but this person has another role", code="not_a_designer")
