"""A case as one step sees it. What was read, and the workflow in memory; knows neither verbs nor rows to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine import spiff, turning_over

if TYPE_CHECKING:
    from engine.calendar import Calendar
    from engine.calendars import Known
    from engine.deadlines import Tracked
    from engine.definitions import Definition
    from engine.runtime import Runtime
    from engine.spiff import Workflow
    from engine.state import CaseState
    from engine.store.rows import InstanceRow, UserTaskRow


@dataclass
class Case:
    """A case as one step sees it: what was read, and the workflow in memory that the step moves on."""

    runtime: Runtime
    row: InstanceRow
    tasks: dict[int, UserTaskRow]
    """Open tasks by id, as they were read."""
    definition: Definition
    workflow: Workflow
    state: CaseState
    now: datetime
    before: frozenset[int] = frozenset()
    """Numbers of the tokens that rested when the step began."""
    after: frozenset[int] = frozenset()
    """Numbers of those that rest at its end, once it has been worked out."""
    turned: list[dict[str, Any]] = field(default_factory=list)
    """What the history will say of clocks that go by a newer calendar since this step."""

    @property
    def calendar(self) -> Calendar:
        """Give the calendar that the case's office goes by now."""
        return self.calendars.of(self.row.office_id)

    @cached_property
    def calendars(self) -> Known:
        """Give the editions of the calendar, the same for the length of a step; none of its clocks knows a newer one."""
        newest = max((tracked.calendar for tracked in self.state.deadlines.values()), default=0)
        return self.runtime.calendars.knowing(newest)

    def calendar_of(self, tracked: Tracked) -> Calendar:
        """Give the calendar that a clock goes by: that of the case's office, as it was when the clock last moved."""
        return self.calendars.of(self.row.office_id, tracked.calendar)

    def turn_over_clocks(self) -> None:
        """Let running clocks go by the newest calendar of the case's office; `turned` says which dates moved."""
        edition = self.calendars.number
        for tracked in self.state.deadlines.values():
            if tracked.calendar < edition and tracked.facts.end is None:
                told = turning_over.turn_over(
                    tracked,
                    self.definition.deadlines[tracked.facts.id],
                    edition,
                    lambda number: self.calendars.of(self.row.office_id, number),
                    self.calendars.since(tracked.calendar + 1),
                    self.now,
                )
                if told is not None:
                    self.turned.append(told)

    def variables(self, number: int) -> Mapping[str, Any]:
        """Give the variables that a resting task sees."""
        item = spiff.rests(self.workflow, number)
        assert item is not None
        return item.data

    @cached_property
    def evaluate(self) -> Callable[[str, Mapping[str, Any]], Any]:
        """Give what evaluates a FEEL text for variables, at the step's moment."""
        return self.runtime.evaluator(self.definition, self.now)
