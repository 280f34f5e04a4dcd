"""Goes through the clocks that a change of the calendar may move, a page at a time and by an index.

What cannot move is sorted out by its dates alone; only what is left is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

from engine.state import from_ms, to_ms
from engine.store.calendars import ClockRow, ClocksWanted

from .difference import Difference, difference
from .proposing import store

if TYPE_CHECKING:
    from engine.calendars import Edition
    from engine.runtime import Runtime
    from engine.store.calendars import ChangeRow

RUNNING, PAUSED, BREACHED = "running", "paused", "breached"
LOOKED_AT = (RUNNING, PAUSED, BREACHED)
"""Clocks by the state in which they stand; missed ones are looked at to say what stays."""
MOVED = (RUNNING, PAUSED)
_BEGIN = (-1, 0, "")


@dataclass
class Walk:
    """What one change does to the offices, as against an edition before it."""

    runtime: Runtime
    before: Edition
    after: Edition

    @cached_property
    def by_office(self) -> dict[int, Difference]:
        """Give what differs at each office where something does that can move a clock."""
        packaged = self.runtime.calendars.packaged
        known: dict[tuple[str, str], Difference] = {}
        found: dict[int, Difference] = {}
        for office in self.runtime.offices.rows:
            chain = tuple(self.runtime.offices.chain(office))
            old = self.before.calendar(chain, packaged(self.before.packaged))
            new = self.after.calendar(chain, packaged(self.after.packaged))
            pair = (old.version, new.version)
            if pair not in known:
                known[pair] = difference(old, new)
            if known[pair].moves:
                found[office] = known[pair]
        return found

    @cached_property
    def versions(self) -> frozenset[str]:
        """Give the versions of the new calendars."""
        packaged = self.runtime.calendars.packaged(self.after.packaged)
        chains = {tuple(self.runtime.offices.chain(office)) for office in self.by_office}
        return frozenset(self.after.calendar(chain, packaged).version for chain in chains)

    def page(
        self, change: ChangeRow, places: tuple[str, ...], size: int
    ) -> tuple[list[int], ChangeRow, bool]:
        """Give the next cases that may move, the change gone on behind them, and whether there are more."""
        if not self.by_office:
            return [], change, False
        state = places[change.place]
        after = (change.at_due, change.at_case, change.at_key)
        rows = store(self.runtime).clocks(self._wanted(state), after, size)
        cases = list(dict.fromkeys(row.process_instance_id for row in rows if self._may_move(row, state)))
        if len(rows) == size:
            last = rows[-1]
            gone_on = replace(change, at_due=last.due_at, at_case=last.process_instance_id, at_key=last.key)
            return cases, gone_on, True
        due, case, key = _BEGIN
        gone_on = replace(change, place=change.place + 1, at_due=due, at_case=case, at_key=key)
        return cases, gone_on, gone_on.place < len(places)

    def _wanted(self, state: str) -> ClocksWanted:
        offices = self.by_office
        everybody = len(offices) == len(self.runtime.offices.rows)
        earliest = 0
        if state != PAUSED and not any(one.hours for one in offices.values()):
            first = min(one.moving[0] for one in offices.values())
            zone = self.runtime.calendar.zone
            earliest = to_ms(datetime.combine(first, time.min, zone).astimezone(UTC))
        return ClocksWanted(state, earliest, None if everybody else frozenset(offices))

    def _may_move(self, row: ClockRow, state: str) -> bool:
        differs = self.by_office.get(row.office_id)
        if differs is None or row.ended_at is not None or row.calendar_version in self.versions:
            return False
        day = self.runtime.calendar.local_date
        through = None if state == PAUSED else day(from_ms(row.due_at))
        return differs.touches(day(from_ms(row.started_at)), through)
