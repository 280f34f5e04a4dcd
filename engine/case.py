"""A case as one step sees it. What was read, and the workflow in memory; knows neither verbs nor rows to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine import spiff

if TYPE_CHECKING:
    from engine.calendar import Calendar
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

    @property
    def calendar(self) -> Calendar:
        """Give the calendar of the case."""
        return self.runtime.calendar

    def variables(self, number: int) -> Mapping[str, Any]:
        """Give the variables that a resting task sees."""
        item = spiff.rests(self.workflow, number)
        assert item is not None
        return item.data

    @cached_property
    def evaluate(self) -> Callable[[str, Mapping[str, Any]], Any]:
        """Give what evaluates a FEEL text for variables, at the step's moment."""
        return self.runtime.evaluator(self.definition, self.now)
