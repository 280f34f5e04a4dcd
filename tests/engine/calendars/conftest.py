"""A district that changes its calendar while cases run, and what that takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.looking import Preview, SeenMove
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.store.calendars import ChangeRow

from ..bundles import bundle, start_and_end, user_task
from ..story import Story, begin
from ..support import QINGHE, SUPERVISOR, World

REASON = "Storm, the offices were shut."
NOTICE_2027 = """# made up for tests: no such notice has been issued
year: 2027
number: 国办发明电〔2026〕0号
date: 2026-11-10
off:
  元旦: [2027-01-01, 2027-01-02, 2027-01-03, 2027-01-04]
  劳动节: [2027-05-01, 2027-05-02]
  国庆节: [2027-10-01, 2027-10-02, 2027-10-03]
on:
  元旦: [2027-01-09]
"""


def deadline(name: str = "promise", limit: str = "12 WD", kind: str = "promised", **more: str) -> str:
    attributes = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<linbang:deadline id="{name}" kind="{kind}" limit="{limit}"{attributes}/>'


def watched(*clocks: str) -> str:
    return f"<bpmn:extensionElements>{''.join(clocks)}</bpmn:extensionElements>"


def service(*clocks: str, tasks: str = user_task("ask"), order: tuple[str, ...] = ("ask",), **files: bytes):
    """Make a service with a task and clocks around it; by default a promise of 12 working days."""
    return bundle(watched(*(clocks or (deadline(),))) + tasks + start_and_end(*order), **files)


@dataclass
class District:
    """An installation whose supervisor changes the calendar."""

    world: World

    @property
    def runtime(self):
        return self.world.runtime

    def begin(self, made=None, **variables: object) -> Story:
        return begin(self.world, made or service(), **variables)

    def close(self, *days: str, office: int = QINGHE, label: str = "storm") -> ChangeRow:
        """Propose that an office is closed on days of 2026, written such as 03-10."""
        wanted = [OwnDay(date.fromisoformat(f"2026-{day}"), works=False, label=label) for day in days]
        return proposing.propose_office(self.runtime, SUPERVISOR, office, OfficeWishes(wanted))

    def open(self, *days: str, office: int = QINGHE, label: str = "open day") -> ChangeRow:
        wanted = [OwnDay(date.fromisoformat(f"2026-{day}"), works=True, label=label) for day in days]
        return proposing.propose_office(self.runtime, SUPERVISOR, office, OfficeWishes(wanted))

    def notice(self, text: str = NOTICE_2027) -> ChangeRow:
        return proposing.propose_notice(self.runtime, SUPERVISOR, "2027.yaml", text)

    def look(self, row: ChangeRow, size: int = 100) -> Preview:
        for _ in range(100):
            seen = looking.look_further(self.runtime, SUPERVISOR, row.id, size)
            if seen.row.state == "ready":
                return seen
        raise AssertionError("never ready")

    def moves(self, row: ChangeRow, state: str | None = None) -> list[SeenMove]:
        return looking.page_of_moves(self.runtime, SUPERVISOR, row.id, state=state)

    def approve(self, row: ChangeRow) -> None:
        """Put a change into force, and move nothing yet."""
        self.look(row)
        applying.approve(self.runtime, SUPERVISOR, row.id, REASON)

    def apply(self, row: ChangeRow, **more: float) -> int:
        """Put a change into force and move every case; gives how many moved."""
        self.approve(row)
        return self.go_on(row)

    def go_on(self, row: ChangeRow, size: int = 50) -> int:
        moved = 0
        for _ in range(100):
            done = applying.go_on(self.runtime, row.id, size=size)
            moved += done.moved
            if not done.left:
                return moved
        raise AssertionError("never done")


@pytest.fixture
def district(world: World) -> District:
    return District(world)
