"""Stories on other days: so that a clock ends on its last day, late, or runs over a weekend, a holiday, a made-up day."""

from __future__ import annotations

import copy
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ..edges import BEFORE, HOLIDAY, LAST_DAY, LATE, MADE_UP, SPANS
from .plans import Goal, Plan, Walk, shifted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.calendar import Calendar
    from engine.definitions import Definition

_NEAR = 6
"""How many stories in which the clock runs are tried."""


def edge_plans(
    goal: Goal, walks: Sequence[Walk], definition: Definition, calendar: Calendar
) -> Iterator[Plan]:
    """Iterate over changes that may bring a clock over an edge."""
    clock, _, edge = goal[1].partition("@")
    running = [
        walk
        for walk in walks
        if any(name.startswith(f"{clock}@") for kind, name in walk.covered if kind == "edges")
    ]
    long = {("edges", f"{clock}@{one}") for one in (LAST_DAY, LATE)}
    running.sort(key=lambda walk: (edge in SPANS and not long & walk.covered, len(walk.document["steps"])))
    for walk in running[:_NEAR]:
        if edge in SPANS:
            yield from _other_days(goal, walk, edge, calendar)
        elif edge in {BEFORE, LAST_DAY, LATE}:
            yield from _other_ends(goal, walk, clock, edge, definition, calendar)


def _other_days(goal: Goal, walk: Walk, edge: str, calendar: Calendar) -> Iterator[Plan]:
    """Move a whole story, so that what it takes lies over such a day."""
    begins = walk.days[0]
    for day in _days_of(edge, begins, calendar):
        for before in (1, 3):
            by = day - timedelta(days=before) - begins
            document = _moved(walk.document, begins, by)
            yield Plan(document, goal)


def _days_of(edge: str, begins: date, calendar: Calendar) -> Iterator[date]:
    """Iterate over the first days of a kind behind a story's begin."""
    found = 0
    day = begins
    kind = {MADE_UP: "make_up", HOLIDAY: "holiday"}.get(edge, "weekend")
    for _ in range(330):
        day += timedelta(days=1)
        info = calendar.explain(day)
        if info.kind == kind and not info.provisional:
            yield day
            found += 1
        if found == 3:  # noqa: PLR2004 - the first, the next, one more
            return


def _moved(document: dict[str, Any], begins: date, by: timedelta) -> dict[str, Any]:
    moved: dict[str, Any] = shifted(document, begins, by)
    return moved


def _other_ends(
    goal: Goal, walk: Walk, clock: str, edge: str, definition: Definition, calendar: Calendar
) -> Iterator[Plan]:
    """Put off, one after the other, the steps that may end the clock: to its last day, behind it, or to at once."""
    declared = definition.deadlines[clock]
    for number in range(len(walk.document["steps"])):
        begun = walk.days[number]
        for day in _ends(begun, declared.limit, edge, calendar):
            document = copy.deepcopy(walk.document)
            step = {
                key: value
                for key, value in document["steps"][number].items()
                if key not in {"after", "wait", "at"}
            }
            if edge == BEFORE:
                document["steps"][number] = step
            else:
                at = datetime.combine(day, time(10 if edge == LAST_DAY else 11))
                by = day - walk.days[number + 1] if number + 1 < len(walk.days) else timedelta(0)
                later = [shifted(one, walk.days[number], by) for one in document["steps"][number + 1 :]]
                step = shifted(step, walk.days[number], by)
                document["steps"] = [
                    *document["steps"][:number],
                    {**step, "at": at.isoformat("T", "minutes")},
                    *later,
                ]
            yield Plan(document, goal)


def _ends(begun: date, limit: str, edge: str, calendar: Calendar) -> Iterator[date]:
    """Iterate over the days to which a step is put; limit: such as `5 WD`."""
    count, _, unit = limit.partition(" ")
    if not count.isdigit() or unit not in {"WD", "D"}:
        return
    days = int(count) + (edge == LATE)
    if unit == "WD":
        yield calendar.add_working_days(begun, days)
    else:
        yield begun + timedelta(days=days)
