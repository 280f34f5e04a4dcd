"""Who may do a task, for whom, and why not: group and office, lent rights, separation of duties. Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InvalidState, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.case import Case
    from engine.definitions import Element
    from engine.people import Actor
    from engine.store.rows import UserTaskRow


def check_candidate(case: Case, row: UserTaskRow, actor: Actor) -> int | None:
    """Give for whom the actor does the task: None by their own right, otherwise the colleague they stand in for.

    Raises NotAllowed unless they may: right group and office, and neither they nor that colleague did what the
    task checks or signed it first. Their own right comes first, unless they took the task over for somebody.
    """
    rights = actor.rights_in(row.candidate_group, row.office_id)
    taken_for = row.assignee if row.assignee in actor.stands_for else None
    if row.assignee == actor.person_id:
        taken_for = case.state.acting.get(row.number)
    if not rights:
        raise NotAllowed(
            f"Expected somebody of the group {row.candidate_group} at the case's office", code="not_in_group"
        )
    _check_separation(case, row, actor.person_id)
    refusals = []
    for right in sorted(rights, key=lambda absent: absent != taken_for):
        try:
            _check_separation(case, row, right, lent="absent_")
        except NotAllowed as exc:
            refusals.append(exc)
        else:
            return right
    raise refusals[0]


def check_receiver(case: Case, row: UserTaskRow, receiver: Actor) -> None:
    """Raise NotAllowed unless a colleague may do the task, with the code of the refusal as `reason`."""
    found = refusal(case, row, receiver)
    if found is not None:
        raise NotAllowed(
            f"Expected a colleague who may do the task, but: {found.message}",
            code="receiver_not_allowed",
            reason=found.code,
        )


def refusal(case: Case, row: UserTaskRow, actor: Actor) -> NotAllowed | None:
    """Give why somebody may not do a task; None for who may."""
    try:
        check_candidate(case, row, actor)
    except NotAllowed as exc:
        return exc
    return None


def _check_separation(case: Case, row: UserTaskRow, person_id: int | None, lent: str = "") -> None:
    """Raise NotAllowed when somebody did what the task checks, or signed it first, also by a substitute."""
    if person_id is None:
        return
    earlier = _earlier_tasks(case, case.definition.elements[row.element_id])
    done = [other for other in earlier if person_id in case.state.doers.get(other, ())]
    if done:
        raise NotAllowed(
            f"Expected another person than the one who did {', '.join(done)}", code=f"{lent}did_earlier_step"
        )
    signature = case.state.signed.get(row.number)
    if signature is not None and person_id in {signature["by"], signature["for"]}:
        raise NotAllowed(
            "Expected a second person to sign, but this one signed first", code=f"{lent}signed_first"
        )


def _earlier_tasks(case: Case, element: Element) -> Iterable[str]:
    """Give the tasks whose doers may not do this one: those it names, or all of other diagrams."""
    if element.not_done_by != ("*",):
        return element.not_done_by
    elements = case.definition.elements
    # A task of an earlier version may be gone since; whoever did it counts as one of the others.
    return [
        done for done in case.state.doers if done not in elements or elements[done].process != element.process
    ]


def check_holder(row: UserTaskRow, actor: Actor) -> None:
    """Raise InvalidState unless the actor has claimed the task."""
    if row.assignee is None:
        raise InvalidState(
            "Expected a task that you have claimed, but nobody has claimed it", code="not_claimed"
        )
    if row.assignee != actor.person_id:
        raise InvalidState(
            "Expected a task that you have claimed, but somebody else has it", code="already_claimed"
        )
