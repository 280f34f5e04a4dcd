"""Persons, offices and groups: who somebody is and what they may see and do. Knows no passwords' checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from engine.definitions.declarations import LEVELS
from engine.errors import InvalidInput

if TYPE_CHECKING:
    from engine.definitions import Groups
    from engine.store.people import OfficeRow, PeopleStore, PersonRow

ROLES = ("caseworker", "designer", "supervisor", "operator", "auditor", "admin")


@dataclass(frozen=True)
class Actor:
    """Who does something: a member of staff, or the application itself when `person_id` is None."""

    person_id: int | None
    name: str
    office_id: int | None = None
    memberships: frozenset[tuple[str, int]] = frozenset()
    """Groups as (group, office id)."""
    roles: frozenset[str] = frozenset()
    stands_for: frozenset[int] = frozenset()
    """The absent colleagues whose substitute this person is today."""
    borrowed: frozenset[tuple[int, str, int]] = frozenset()
    """The groups of these colleagues, as (colleague, group, office id)."""

    @cached_property
    def principals(self) -> frozenset[str]:
        """Give all inboxes that this person sees."""
        own = set() if self.person_id is None else {f"p{self.person_id}"}
        return frozenset(own | self.own_groups | self.others)

    @cached_property
    def own_groups(self) -> frozenset[str]:
        """Give the inboxes of the person's own groups."""
        return frozenset(f"{group}@{office}" for group, office in self.memberships)

    @cached_property
    def others(self) -> frozenset[str]:
        """Give the inboxes that this person sees only as a substitute."""
        theirs = {f"p{absent}" for absent in self.stands_for}
        return (
            frozenset(theirs | {f"{group}@{office}" for _, group, office in self.borrowed}) - self.own_groups
        )

    def in_group(self, group: str, office_id: int) -> bool:
        """Say whether the person belongs to a group at an office."""
        return (group, office_id) in self.memberships

    def rights_in(self, group: str, office_id: int) -> list[int | None]:
        """Give by whose membership the person may do a group's tasks: None is the own one, and comes first."""
        own: list[int | None] = [None] if self.in_group(group, office_id) else []
        lent = (absent for absent, *theirs in self.borrowed if theirs == [group, office_id])
        return [*own, *sorted(lent)]


SYSTEM = Actor(None, "Linbang")


@dataclass(frozen=True)
class Offices:
    """The offices of an authority, and the way up from each."""

    rows: Mapping[int, OfficeRow] = field(default_factory=dict)

    def at_level(self, office_id: int, level: str) -> int:
        """Give the office of that level at or above an office; raises InvalidInput when there is none."""
        for found in self.chain(office_id):
            if self.rows[found].level == level:
                return found
        raise InvalidInput(
            f"Expected the office {office_id} to have a {level} above it, but it has none",
            code="office_missing",
        )

    def chain(self, office_id: int) -> list[int]:
        """Give an office and those above it."""
        chain: list[int] = []
        current: int | None = office_id
        while current is not None and current in self.rows and current not in chain:
            chain.append(current)
            current = self.rows[current].parent_id
        return chain

    def below(self, office_id: int) -> list[int]:
        """Give an office and all those below it."""
        return [found for found in self.rows if office_id in self.chain(found)]

    def seen_by(self, actor: Actor) -> list[int]:
        """Give the offices whose cases somebody sees: their own and those below it.

        The application itself sees all of them, and a person without an office none.
        """
        if actor.office_id is None:
            return list(self.rows) if actor.person_id is None else []
        return self.below(actor.office_id)

    def sees(self, actor: Actor, office_id: int) -> bool:
        """Say whether somebody sees the cases of an office."""
        if actor.office_id is None:
            return actor.person_id is None
        return actor.office_id in self.chain(office_id)


def read_offices(store: PeopleStore) -> Offices:
    """Read all offices."""
    return Offices({row.id: row for row in store.offices()})


def read_staff(store: PeopleStore, person_id: int, on: date | None = None) -> tuple[PersonRow, Actor] | None:
    """Read who a person is, and as whom they act; None when there is no such person or they may not sign in.

    on: the day whose substitutions count; without one the person stands in for nobody.
    """
    found = store.with_rights(person_id, "" if on is None else on.isoformat())
    if found is None or not found[0].active:
        return None
    row, rights = found
    return row, Actor(
        row.id,
        row.name,
        row.office_id,
        frozenset((one.group, one.office_id) for one in rights if one.absent is None),
        frozenset(row.roles.split()),
        frozenset(one.absent for one in rights if one.absent is not None),
        frozenset((one.absent, one.group, one.office_id) for one in rights if one.absent and one.group),
    )


def read_actor(store: PeopleStore, person_id: int, on: date | None = None) -> Actor | None:
    """Read as whom a person acts; None when there is no such person or they may not sign in."""
    found = read_staff(store, person_id, on)
    return None if found is None else found[1]


def office_of_group(groups: Groups, offices: Offices, group: str, case_office: int) -> int:
    """Give the office whose people of a group do the work of a case."""
    return offices.at_level(case_office, groups[group].level)


def rights_among(
    actor: Actor, groups: Groups, offices: Offices, keys: Iterable[str], case_office: int
) -> list[int | None]:
    """Give by whose membership of one of some groups a person may act on a case; None is the own one, and first."""
    found = {
        right
        for key in keys
        for right in actor.rights_in(key, office_of_group(groups, offices, key, case_office))
    }
    return sorted(found, key=lambda absent: absent or 0)


def lowest_level(groups: Groups, used: Iterable[str]) -> str:
    """Give the lowest level at which one of the groups sits: the level of the offices that cases belong to."""
    levels = [LEVELS.index(groups[group].level) for group in used if group in groups]
    return LEVELS[max(levels, default=0)]
