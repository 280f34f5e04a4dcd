"""What tests about people share: the cast with rows of their own, and who they are today."""

from __future__ import annotations

from datetime import date

from engine import substitutions
from engine.people import Actor
from tests.engine.support import ALICE, BOB, CLERK, DORA, STRANGER, SUPERVISOR, World, person

CAROL = person(17, "Carol", "reviewer")
CAST = (CLERK, ALICE, BOB, CAROL, STRANGER, DORA, SUPERVISOR)
TODAY = date(2026, 3, 2)


def today(world: World, actor: Actor) -> Actor:
    """Give somebody as they are today, with whom they stand in for."""
    assert actor.person_id is not None
    found = world.runtime.actor(actor.person_id)
    assert found is not None
    return found


def away(
    world: World, absent: Actor, substitute: Actor, first: date = TODAY, last: date = date(2026, 3, 6)
) -> int:
    """Appoint a substitute, as the absent person would; gives the substitution's id."""
    assert absent.person_id is not None
    assert substitute.person_id is not None
    return substitutions.appoint(world.runtime, absent, absent.person_id, substitute.person_id, first, last)
