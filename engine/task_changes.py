"""Which user tasks a step opened, completed, cancelled, moved in time or handed to somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from engine import clocks
from engine.people import office_of_group
from engine.state import to_ms
from engine.store.rows import TaskChange, UserTaskRow
from engine.store.schema import FAR_FUTURE_MS

if TYPE_CHECKING:
    from engine import spiff
    from engine.deadlines import Tracked
    from engine.rested import Rested

_Standing: TypeAlias = tuple[int | None, int, int, int, int, int | None]
"""What of an open task may change: who holds it, how urgent it is, when it is due, who handed it on."""

DEFAULT_PRIORITY = 50


def changed_tasks(rested: Rested) -> Iterator[TaskChange]:
    """Give the tasks that the step completed, cancelled, moved in time or handed to somebody else."""
    state = rested.case.state
    still_open = {
        state.tasks.get(number): item for number, item in rested.resting.items() if item.kind == "user_task"
    }
    for row in rested.case.tasks.values():
        if row.id in still_open:
            if _stays(rested, row, still_open[row.id]):
                continue
            standing = _standing_after(rested, row, still_open[row.id])
            if standing != _standing(row):
                yield TaskChange(row, "open", *standing)
            continue
        state.tasks.pop(row.number, None)
        for memory in (state.signed, state.handed, state.acting):
            memory.pop(row.number, None)
        completed = rested.deed.task is not None and rested.deed.task.id == row.id
        if completed:
            doers = state.doers.setdefault(row.element_id, [])
            for one in (rested.deed.actor.person_id, rested.deed.on_behalf):
                if one is not None and one not in doers:
                    doers.append(one)
        rested.note(
            "user_task_completed" if completed else "user_task_cancelled",
            task=row.id,
            element=row.element_id,
        )
        by = rested.deed.actor.person_id if completed else None
        ended = "completed" if completed else "cancelled"
        yield TaskChange(row, ended, *_standing(row), completed_at=rested.now_ms, completed_by=by)


def _stays(rested: Rested, row: UserTaskRow, item: spiff.Resting) -> bool:
    """Say at a glance that nothing of a task can have changed; a wide case has hundreds of such tasks."""
    deed = rested.deed
    if row.due_at != FAR_FUTURE_MS or row.at_risk or row.paused or rested.around(item):
        return False
    return row.id not in deed.assignees and row.id not in deed.priorities


def _standing_after(rested: Rested, row: UserTaskRow, item: spiff.Resting) -> _Standing:
    """Give how an open task stands after the step."""
    around = rested.around(item)
    return (
        rested.deed.assignees.get(row.id, row.assignee),
        rested.deed.priorities.get(row.id, row.priority),
        _due_of(rested, item, around),
        *_standing_of(around),
        _handed_by(rested, row),
    )


def _handed_by(rested: Rested, row: UserTaskRow) -> int | None:
    """Give who handed an open task to its holder, keeping the note; a new holder begins afresh."""
    state, deed = rested.case.state, rested.deed
    assignee = deed.assignees.get(row.id, row.assignee)
    if assignee == row.assignee:
        return row.handed_by
    state.handed.pop(row.number, None)
    state.acting.pop(row.number, None)
    if assignee is None:
        return None
    if deed.on_behalf is not None and assignee == deed.actor.person_id:
        state.acting[row.number] = deed.on_behalf
    if deed.note is None:
        return None
    state.handed[row.number] = {"by": deed.actor.person_id, "at": rested.now_ms, "note": deed.note}
    return deed.actor.person_id


def opened_tasks(rested: Rested) -> Iterator[UserTaskRow]:
    """Give the tasks that the step opened."""
    case = rested.case
    for number, item in rested.resting.items():
        if item.kind != "user_task" or number in case.state.tasks:
            continue
        group = case.definition.elements[item.element_id].group
        assert group is not None  # the gate refuses a user task without one
        around = rested.around(item)
        at_risk, paused = _standing_of(around)
        row = UserTaskRow(
            id=case.runtime.ids.next(),
            process_instance_id=case.row.id,
            service_key=case.row.service_key,
            number=number,
            element_id=item.element_id,
            state="open",
            candidate_group=group,
            office_id=office_of_group(case.runtime.groups, case.runtime.offices, group, case.row.office_id),
            assignee=None,
            priority=DEFAULT_PRIORITY,
            due_at=_due_of(rested, item, around),
            at_risk=at_risk,
            paused=paused,
            created_at=rested.now_ms,
        )
        case.state.tasks[number] = row.id
        rested.note("user_task_created", task=row.id, element=item.element_id, group=group)
        yield row


def _due_of(rested: Rested, item: spiff.Resting, around: list[Tracked]) -> int:
    """Give when a task must be done: the earliest of its own clock and those that run around it."""
    if not around:
        return FAR_FUTURE_MS
    case, now = rested.case, rested.case.now
    running = [tracked for tracked in around if not tracked.paused]
    moments = [clocks.due_at(tracked.facts, case.calendar_of(tracked), now).at for tracked in running]
    element = case.definition.elements[item.element_id]
    for tracked in running:
        if tracked.facts.id == element.latest_for and element.leaving:
            calendar = case.calendar_of(tracked)
            due = clocks.due_at(tracked.facts, calendar, now)
            latest = clocks.latest_start(due, clocks.parse_limits(element.leaving), calendar)
            moments.append(calendar.close_of_business(latest))
    return to_ms(min(moments)) if moments else FAR_FUTURE_MS


def _standing_of(around: list[Tracked]) -> tuple[int, int]:
    """Say whether a clock around a task has warned, and whether one stands still."""
    warned = any((tracked.warned or tracked.breached) and not tracked.paused for tracked in around)
    return int(warned), int(any(tracked.paused for tracked in around))


def _standing(task: UserTaskRow) -> _Standing:
    """Give what of an open task may change: who holds it, how urgent it is, when it is due, who handed it on."""
    return task.assignee, task.priority, task.due_at, task.at_risk, task.paused, task.handed_by
