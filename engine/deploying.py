"""Deploying services: who may, what a new version needs. Refuses what the checks refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of a bundle. definition: None when anything forbids to run it."""

    definition: Definition | None
    problems: list[Problem]


def may_deploy(actor: Actor) -> bool:
    """Say whether somebody may deploy services."""
    return bool(actor.roles & ROLES)


def check(runtime: Runtime, actor: Actor, bundle: Bundle) -> Checked:
    """Say everything that is wrong with a bundle, without deploying it.

    Raises NotAllowed (`not_a_designer`).
    """
    _check_designer(actor)
    return Checked(*runtime.catalogue.check(bundle))


def deploy(
    runtime: Runtime, actor: Actor, bundle: Bundle, note: str, *, onto: int | None = None
) -> tuple[DefinitionRow, list[Problem]]:
    """Deploy a bundle as the newest version, with a note that says why; gives the version and the warnings.

    What is the newest version already stays it. onto: the number of the version whose difference was read, 0 for
    none; None takes whatever is there. Raises NotAllowed (`not_a_designer`), InvalidInput (`note_missing`;
    `bundle_has_errors`, with every problem under `problems`), InvalidState (`version_moved`).
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
    return runtime.catalogue.deploy(bundle, row, onto=onto)


def _check_designer(actor: Actor) -> None:
    if not may_deploy(actor):
        raise NotAllowed("Expected a designer, but this person has another role", code="not_a_designer")
