"""Who may lay hands on cases that stand still or went wrong: operators, supervisors, and those above them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from engine.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import InstanceRow

ROLES = frozenset({"supervisor", "operator", "admin"})
"""Who may see to incidents in every way, edit variables and move tokens."""


def is_operator(actor: Actor, roles: AbstractSet[str] = ROLES) -> bool:
    """Say whether somebody may see to cases in every way; the application itself always may."""
    return actor.person_id is None or bool(roles & actor.roles)


def check_role(actor: Actor, roles: AbstractSet[str] = ROLES) -> None:
    """Raise NotAllowed for anybody without one of these roles."""
    if not is_operator(actor, roles):
        raise NotAllowed(
            f"Expected somebody with one of the roles {', '.join(sorted(roles))}", code="not_an_operator"
        )


def check_operator(runtime: Runtime, row: InstanceRow, actor: Actor) -> None:
    """Raise NotFound for a case of another office, NotAllowed for anybody without one of ROLES."""
    if not runtime.offices.sees(actor, row.office_id):
        raise NotFound("Expected a case of your office with that id, but there is none", code="case_unknown")
    check_role(actor)
