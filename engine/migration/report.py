"""What moving a case to another version changes for people: its open tasks and its clocks. Plain data."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskMove:
    """An open task before and after; moments in milliseconds."""

    id: int
    element_id: str
    new_element_id: str
    group: str
    new_group: str
    due_at: int
    new_due_at: int


@dataclass(frozen=True, slots=True)
class ClockMove:
    """A clock that runs before or after. limit None: it begins with the new version, from its rightful start."""

    id: str
    limit: str | None
    new_limit: str
    due_at: int | None
    new_due_at: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a supervisor is told of one case."""

    tasks: tuple[TaskMove, ...] = ()
    clocks: tuple[ClockMove, ...] = ()
    skipped: tuple[str, ...] = ()
    """Tasks of the new version that nobody does in this case, though the old one had them ahead or did not have them."""

    @property
    def moved_dates(self) -> bool:
        """Say whether any due date becomes another one."""
        tasks = any(one.due_at != one.new_due_at for one in self.tasks)
        return tasks or any(one.due_at != one.new_due_at for one in self.clocks)

    def pack(self) -> list[Any]:
        """Give plain data for the codec."""
        return [
            [astuple(one) for one in self.tasks],
            [astuple(one) for one in self.clocks],
            list(self.skipped),
        ]

    @classmethod
    def unpack(cls, packed: list[Any]) -> Report:
        """Give back what pack gave."""
        tasks, clocks, skipped = packed
        return cls(
            tuple(TaskMove(*one) for one in tasks),
            tuple(ClockMove(*one) for one in clocks),
            tuple(skipped),
        )
