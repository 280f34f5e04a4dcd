"""What supervisors do with other people's tasks: hand them to somebody else, say how urgent they are.

Their own work is no matter of this module; rules about who may do a task are those of `user_tasks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from engine.bulk import BulkResult, each
from engine.deed import Deed
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.explanations import checked_note
from engine.instances import advance
from engine.task_rights import check_candidate
from engine.user_tasks import open_task

if TYPE_CHECKING:
    from engine.case import Case
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import InstanceRow, UserTaskRow

    Act = Callable[[Case, UserTaskRow], Deed]

ROLES = frozenset({"supervisor", "admin"})
MAX_PRIORITY = 100


def reassign(
    runtime: Runtime, user_task_ids: Iterable[int], actor: Actor, to: int | None, note: str
) -> BulkResult:
    """Hand open tasks to one person with a note, whoever has them now; to None puts them back into their groups.

    The person must be somebody who could claim them. Raises NotAllowed for anybody but a supervisor, NotFound
    for an unknown person, InvalidInput as `explanations.checked_note` and `bulk.each` do. What fails for a task
    alone, by code: `case_unknown` for one of another office, `not_in_group`, `did_earlier_step` or
    `signed_first` of that person, `nothing_changed`, `task_not_open`, `case_ended`, `busy`.
    """
    check_supervisor(actor)
    words = checked_note(note)
    person = None if to is None else _person(runtime, to)

    def act(case: Case, row: UserTaskRow) -> Deed:
        if row.assignee == to:
            raise _nothing_changed()
        if person is not None:
            check_candidate(case, row, person)
        payload = {"to": to, "note": words}
        assignees = {row.id: to}
        return Deed("user_task_reassigned", actor, row.element_id, payload, assignees=assignees, note=words)

    return each_task(runtime, user_task_ids, actor, act)


def prioritise(
    runtime: Runtime, user_task_ids: Iterable[int], actor: Actor, priority: int, note: str
) -> BulkResult:
    """Say how urgent open tasks are, from 0 to MAX_PRIORITY; lists show it and are still ordered by due date.

    Raises as reassign does, InvalidInput (`priority_wrong`) for another number.
    """
    check_supervisor(actor)
    words = checked_note(note)
    if not 0 <= priority <= MAX_PRIORITY:
        raise InvalidInput(
            f"Expected a priority from 0 to {MAX_PRIORITY}, but got {priority}", code="priority_wrong"
        )

    def act(_case: Case, row: UserTaskRow) -> Deed:
        if row.priority == priority:
            raise _nothing_changed()
        payload = {"priority": priority, "note": words}
        priorities = {row.id: priority}
        return Deed("user_task_prioritised", actor, row.element_id, payload, priorities=priorities)

    return each_task(runtime, user_task_ids, actor, act)


def may_supervise(actor: Actor) -> bool:
    """Say whether somebody answers for other people's work."""
    return bool(ROLES & actor.roles)


def check_supervisor(actor: Actor) -> None:
    """Raise NotAllowed for anybody who does not answer for other people's work."""
    if not may_supervise(actor):
        raise NotAllowed("Expected a supervisor", code="not_a_supervisor")


def supervised_offices(runtime: Runtime, actor: Actor) -> list[int]:
    """Give the offices whose work a supervisor answers for: their own and those below; raises NotAllowed."""
    check_supervisor(actor)
    return runtime.offices.seen_by(actor)


def each_task(runtime: Runtime, user_task_ids: Iterable[int], actor: Actor, act: Act) -> BulkResult:
    """Do something with open tasks whose people a supervisor answers for, each in a step of its own.

    Raises NotAllowed for anybody else and InvalidInput as `bulk.each` does. A sub-district does not answer for
    what the district's people do in its cases: such a task, like one of another office, fails as unknown.
    """
    offices = supervised_offices(runtime, actor)

    def one(user_task_id: int) -> None:
        def load() -> tuple[InstanceRow, list[UserTaskRow]] | None:
            found = runtime.steps.load_by_task(user_task_id)
            return found if found is not None and found[0].office_id in offices else None

        def checked(case: Case) -> tuple[Deed, None]:
            row = open_task(case, user_task_id)
            if row.office_id not in offices:
                raise NotFound("Expected a task of your office, but it is another's", code="case_unknown")
            return act(case, row), None

        advance(runtime, load, checked)

    return each(user_task_ids, one)


def _person(runtime: Runtime, person_id: int) -> Actor:
    found = runtime.actor(person_id)
    if found is None:
        raise NotFound("Expected a person with that id, but there is none", code="person_unknown")
    return found


def _nothing_changed() -> InvalidState:
    return InvalidState("Expected something else than before", code="nothing_changed")
