"""The waiting list of the beds platform and its order: extremely poor, low income, level, day. Knows no beds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

_RANKS = {"tekun": 0, "dibao": 1, "marginal": 1, "rigid": 1, "none": 2}


@dataclass
class Waiting:
    """Somebody who waits. called: a bed was announced to them. reference: the key of the call that enlisted them."""

    referral_no: str
    bed_type: str
    level: int
    category: str
    since: date
    urgent: bool
    reference: str
    number: int
    called: bool = False

    @property
    def rank(self) -> tuple[int, int, date, bool, int]:
        """Give what the list is ordered by."""
        return _RANKS[self.category], -self.level, self.since, not self.urgent, self.number


@dataclass
class WaitingList:
    """Everybody who waits, by referral; one line for each type of bed. Not safe for two threads at once."""

    entries: dict[str, Waiting] = field(default_factory=dict)

    def line(self, bed_type: str) -> list[Waiting]:
        """Give those who wait for a type of bed, the first in line first."""
        return sorted(
            (one for one in self.entries.values() if one.bed_type == bed_type), key=lambda one: one.rank
        )

    def place_of(self, referral_no: str) -> dict[str, int] | None:
        """Give the place in the line, from 1, and its length; None for somebody who does not wait."""
        entry = self.entries.get(referral_no)
        if entry is None:
            return None
        line = self.line(entry.bed_type)
        return {"place": line.index(entry) + 1, "waiting": len(line)}

    def next_for(self, bed_type: str) -> Waiting | None:
        """Give the first in line to whom no bed was announced yet."""
        return next((one for one in self.line(bed_type) if not one.called), None)
