"""What a change of the calendar does to a case: plain data, kept beside the change."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """A clock that is due at another moment, or no longer provisionally; moments in milliseconds.

    old, new: versions of the calendar.
    """

    id: str
    scope: int
    was: int
    due_at: int
    provisional: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ClockStays:
    """A clock that was missed and stays so. would_be: when it would be due by the new calendar."""

    id: str
    scope: int
    due_at: int
    would_be: int


@dataclass(frozen=True, slots=True)
class TaskMoved:
    """An open task that is due at another moment."""

    element_id: str
    was: int
    due_at: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a supervisor is told of one case. failed: the code of what kept it from being looked at or moved."""

    clocks: tuple[ClockMoved, ...] = ()
    tasks: tuple[TaskMoved, ...] = ()
    stays: tuple[ClockStays, ...] = ()
    failed: str | None = None

    def pack(self) -> str:
        """Give it as text."""
        parts = ([astuple(one) for one in part] for part in (self.clocks, self.tasks, self.stays))
        return json.dumps([*parts, self.failed])

    @classmethod
    def unpack(cls, text: str) -> Report:
        """Give back what pack gave."""
        moved, tasks, stays, failed = json.loads(text)
        return cls(
            tuple(ClockMoved(*one) for one in moved),
            tuple(TaskMoved(*one) for one in tasks),
            tuple(ClockStays(*one) for one in stays),
            failed,
        )
