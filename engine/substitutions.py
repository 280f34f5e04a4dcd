"""Who stands in for whom while they are away. Lends tasks, never roles, and nothing that was lent to somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.store.absence import SubstitutionRow

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.people import PersonRow

MAX_AT_A_TIME = 5
MAX_DAYS = 366
SUPERVISING = frozenset({"supervisor", "admin"})


@dataclass(frozen=True, slots=True)
class Substitution:
    """Somebody's absence with who stands in; both days are included. running: today is one of them."""

    id: int
    person_id: int
    substitute_id: int
    begins_on: date
    ends_on: date
    created_by: int
    running: bool


def appoint(
    runtime: Runtime, actor: Actor, person_id: int, substitute_id: int, begins_on: date, ends_on: date
) -> int:
    """Appoint who does a person's tasks from one day to another, both included, in the business zone; gives its id.

    People appoint for themselves, supervisors for everybody at their office and below. The substitute sits at
    the person's office or above it, so that they see the cases. Raises NotFound for somebody unknown,
    NotAllowed for other people's absences, InvalidInput for days that are over, in the wrong order, or more than
    MAX_DAYS, for oneself and for an office elsewhere, InvalidState beyond MAX_AT_A_TIME.
    """
    person = _known(runtime, person_id)
    _check_may_manage(runtime, actor, person)
    substitute = _known(runtime, substitute_id)
    if substitute.id == person.id:
        raise InvalidInput("Expected somebody else as the substitute", code="substitute_oneself")
    if substitute.office_id not in runtime.offices.chain(person.office_id):
        raise InvalidInput(
            "Expected a substitute of the same office or one above it, but this one is elsewhere",
            code="substitute_elsewhere",
        )
    _check_days(runtime.today(), begins_on, ends_on)
    assert actor.person_id is not None
    row = SubstitutionRow(
        id=runtime.ids.next(),
        person_id=person.id,
        substitute_id=substitute.id,
        begins_on=begins_on.isoformat(),
        ends_on=ends_on.isoformat(),
        created_by=actor.person_id,
        created_at=runtime.now_ms(),
        revoked_at=None,
    )
    if not runtime.absence.add(row, MAX_AT_A_TIME):
        raise InvalidState(
            f"Expected at most {MAX_AT_A_TIME} substitutions of one person at a time", code="substitutes_many"
        )
    return row.id


def revoke(runtime: Runtime, actor: Actor, substitution_id: int) -> None:
    """End a substitution at once; what the substitute has claimed stays with them until they give it back.

    Raises NotFound when there is none, NotAllowed as appoint does, InvalidState when it was revoked before.
    """
    row = runtime.absence.substitution(substitution_id)
    if row is None:
        raise NotFound("Expected a substitution with that id, but there is none", code="substitution_unknown")
    person = runtime.people.person(person_id=row.person_id)
    assert person is not None
    _check_may_manage(runtime, actor, person)
    if not runtime.absence.revoke(substitution_id, runtime.now_ms()):
        raise InvalidState(
            "Expected a substitution that runs, but it was revoked", code="substitution_revoked"
        )


def of_person(runtime: Runtime, person_id: int) -> list[Substitution]:
    """List what runs today or later with a person on either side, what begins first at the top."""
    today = runtime.today()
    return [_substitution(row, today) for row in runtime.absence.of_person(person_id, today.isoformat())]


def of_office(runtime: Runtime, actor: Actor) -> list[Substitution]:
    """List what runs today or later at a supervisor's office and below; raises NotAllowed for anybody else."""
    today = runtime.today()
    offices = _managed(runtime, actor)
    if not offices:
        raise NotAllowed("Expected a supervisor", code="not_a_supervisor")
    return [_substitution(row, today) for row in runtime.absence.of_offices(offices, today.isoformat())]


def standing_in_for(runtime: Runtime, person_id: int) -> list[PersonRow]:
    """Give the colleagues for whom a person stands in today."""
    actor = runtime.actor(person_id)
    found = [runtime.people.person(person_id=one) for one in sorted(actor.stands_for if actor else ())]
    return [row for row in found if row is not None]


def possible(runtime: Runtime, person_id: int) -> list[PersonRow]:
    """List who could stand in for a person: everybody who may sign in at the office or above, the nearest first."""
    person = _known(runtime, person_id)
    chain = runtime.offices.chain(person.office_id)
    return sorted(
        (row for row in _staff(runtime, chain) if row.id != person_id),
        key=lambda row: (chain.index(row.office_id), row.id),
    )


def people_of(runtime: Runtime, actor: Actor) -> list[PersonRow]:
    """List those for whom the actor may appoint a substitute, the actor first."""
    others = _staff(runtime, _managed(runtime, actor))
    own = [] if actor.person_id is None else [_known(runtime, actor.person_id)]
    return own + [row for row in others if row.id != actor.person_id]


def _staff(runtime: Runtime, offices: list[int]) -> list[PersonRow]:
    return [row for row in runtime.people.persons() if row.active and row.office_id in offices]


def _managed(runtime: Runtime, actor: Actor) -> list[int]:
    """Give the offices whose people's absences the actor may settle."""
    return runtime.offices.seen_by(actor) if SUPERVISING & actor.roles else []


def _check_may_manage(runtime: Runtime, actor: Actor, person: PersonRow) -> None:
    if actor.person_id != person.id and person.office_id not in _managed(runtime, actor):
        raise NotAllowed(
            "Expected the person themselves or a supervisor of their office", code="absence_of_others"
        )


def _known(runtime: Runtime, person_id: int) -> PersonRow:
    row = runtime.people.person(person_id=person_id)
    if row is None or not row.active:
        raise NotFound("Expected a person with that id, but there is none", code="person_unknown")
    return row


def _check_days(today: date, begins_on: date, ends_on: date) -> None:
    if ends_on < begins_on:
        raise InvalidInput(
            f"Expected a last day from {begins_on} on, but it is {ends_on}", code="absence_backwards"
        )
    if ends_on < today:
        raise InvalidInput(f"Expected a last day from {today} on, but it is {ends_on}", code="absence_over")
    if ends_on - begins_on >= timedelta(days=MAX_DAYS) or begins_on - today >= timedelta(days=MAX_DAYS):
        raise InvalidInput(
            f"Expected an absence of at most {MAX_DAYS} days, within {MAX_DAYS} days", code="absence_long"
        )


def _substitution(row: SubstitutionRow, today: date) -> Substitution:
    begins_on, ends_on = date.fromisoformat(row.begins_on), date.fromisoformat(row.ends_on)
    return Substitution(
        row.id,
        row.person_id,
        row.substitute_id,
        begins_on,
        ends_on,
        row.created_by,
        running=begins_on <= today <= ends_on,
    )
