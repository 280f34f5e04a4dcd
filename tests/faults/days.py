"""What a supervisor does with the calendar in a turn: proposes days and hours, looks, decides, moves some cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import time, timedelta
from typing import Any

from sqlalchemy import select

from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.errors import EngineError
from engine.store import schema
from tests.engine.support import QINGHE, SUPERVISOR

from .seat import Seat
from .steps import Step

WHO = SUPERVISOR.person_id
AHEAD_DAYS = 12
"""How far ahead days are proposed: a promise of the services is over by then."""
FEW = 2
"""How many cases one call looks at or moves, so that most changes take several."""
APPROVED, DISCARDED = "calendar_approved", "calendar_discarded"
_HOURS = ((time(8, 30), time(17, 30)), (time(9), time(16)), (time(10), time(20)))


class Days(Seat):
    """The supervisor who answers for the calendar, at one web process."""

    def __init__(self, seat: Seat) -> None:
        super().__init__(**vars(seat))
        self._deeds: Mapping[Callable[[], None], int] = {
            self._propose: 2,
            self._look: 2,
            self._decide: 4,
            self._go_on: 3,
        }

    def act(self) -> None:
        """Do one thing; much of it is refused, as the moment happens to be."""
        deed = self.dice.choices(list(self._deeds), list(self._deeds.values()))[0]
        with suppress(EngineError):
            deed()

    def _propose(self) -> None:
        """Propose that the office is open or closed on a day or two, or opens and closes at another hour."""
        today = self.runtime.today()
        chosen = [today + timedelta(days=ahead) for ahead in self.dice.sample(range(AHEAD_DAYS), 2)]
        works, label = self.dice.random() < 0.5, self.mark()
        days = [OwnDay(day, works, label) for day in chosen[: self.dice.randint(1, 2)]]
        wishes = OfficeWishes(days)
        if self.dice.random() < 0.3:
            wishes = OfficeWishes(hours=self.dice.choice(_HOURS))
        proposing.propose_office(self.runtime, SUPERVISOR, QINGHE, wishes)

    def _look(self) -> None:
        for row in self._changes("looking")[:1]:
            looking.look_further(self.runtime, SUPERVISOR, row.id, FEW)

    def _decide(self) -> None:
        """Look at one to the end, and put it into force or drop it."""
        waiting = self._changes("looking", "ready")
        if not waiting:
            return
        change = self.dice.choice(waiting).id
        if self.dice.random() < 0.2:
            self._say(DISCARDED, lambda mark: applying.discard(self.runtime, SUPERVISOR, change, mark))
            return
        while looking.look_further(self.runtime, SUPERVISOR, change, FEW).row.state == "looking":
            pass
        self._say(APPROVED, lambda mark: applying.approve(self.runtime, SUPERVISOR, change, mark))

    def _say(self, kind: str, decide: Callable[[str], object]) -> None:
        mark = self.mark()
        self.do(Step(kind, 0, WHO, None, mark), lambda: decide(mark))

    def _go_on(self) -> None:
        for row in self._changes("applying")[:1]:
            applying.go_on(self.runtime, row.id, size=FEW, budget_s=0.0)

    def _changes(self, *states: str) -> list[Any]:
        table = schema.calendar_change
        return self.rows(select(table).where(table.c.state.in_(states)))
