"""Which open tasks are due on a date that may still move, since no notice for a year in it has been issued.

A task's date is that of a clock around it, or the latest day before one; it rests on what that clock rests on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from engine import clocks as counting
from engine.state import to_ms
from engine.store.schema import FAR_FUTURE_MS

from .page import installation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.case import Case
    from engine.cases import ClockView
    from engine.definitions import Definition

_BEFORE = timedelta(days=120)
"""How long before a due date the latest day to begin with something may lie."""


@dataclass(frozen=True, slots=True)
class DatedTask:
    """What decides on which clock a task's date rests; moments in milliseconds."""

    id: int
    process_instance_id: int
    definition_id: int
    element_id: str
    due_at: int


def provisional_tasks(tasks: Sequence[DatedTask]) -> set[int]:
    """Give the ids of the tasks whose date may still move; asks the database only where one lies far enough ahead."""
    runtime = installation().runtime
    calendar = runtime.calendar
    unknown = date(max(calendar.known_years, default=1) + 1, 1, 1)
    from_ms = to_ms(calendar.start_of_day(unknown) - _BEFORE)
    late = [one for one in tasks if from_ms <= one.due_at < FAR_FUTURE_MS]
    if not late:
        return set()
    clocks: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for case_id, deadline_id, due_at in runtime.deadlines.provisional(
        {one.process_instance_id for one in late}
    ):
        clocks[case_id].append((deadline_id, due_at))
    return {
        one.id
        for one in late
        if _rests_on(
            clocks[one.process_instance_id],
            runtime.catalogue.get(one.definition_id),
            one.element_id,
            one.due_at,
        )
    }


def is_provisional(clocks: Iterable[ClockView], definition: Definition, element_id: str, due_at: int) -> bool:
    """Say whether a task's date may still move, where the clocks of its case are known."""
    running = [
        (one.facts.id, to_ms(one.due.at)) for one in clocks if one.facts.end is None and one.due.provisional
    ]
    return _rests_on(running, definition, element_id, due_at)


def is_task_provisional(case: Case, element_id: str, due_at: int) -> bool:
    """Say the same of a task whose case is open."""
    found = []
    for tracked in case.state.deadlines.values():
        if tracked.facts.end is None:
            due = counting.due_at(tracked.facts, case.calendar_of(tracked), case.now)
            if due.provisional:
                found.append((tracked.facts.id, to_ms(due.at)))
    return _rests_on(found, case.definition, element_id, due_at)


def _rests_on(clocks: list[tuple[str, int]], definition: Definition, element_id: str, due_at: int) -> bool:
    """Say whether a task's date is that of one of these clocks, or leads up to it."""
    element = definition.elements.get(element_id)
    before = element.latest_for if element is not None else None
    return any(due == due_at or (name == before and due_at < due) for name, due in clocks)
