"""What everybody needs who does something in a turn: dice, a look into the database, and the diary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from engine.errors import EngineError
from engine.store import schema

from .steps import DONE, Step

if TYPE_CHECKING:
    import random

    from engine.runtime import Runtime

ACTIVE = schema.process_instance.c.state == "active"


@dataclass
class Seat:
    """One process in one turn. asks, hears: tell the run what is asked for, before it is, and what came of it."""

    runtime: Runtime
    dice: random.Random
    asks: Callable[[Step], None]
    hears: Callable[[Step, str], None]
    turn: int
    marks: list[str]
    """What was said in the turn, by whomever."""

    def do(self, step: Step, act: Callable[[], Any]) -> bool:
        """Ask for a step and tell what became of it."""
        self.asks(step)
        try:
            act()
        except EngineError as exc:
            self.hears(step, exc.code)
            return False
        self.hears(step, DONE)
        return True

    def mark(self) -> str:
        """Give words that nobody else says."""
        self.marks.append(f"said-{self.turn}-{len(self.marks) + 1}")
        return self.marks[-1]

    def case(self, service: str | None) -> int | None:
        """Choose a running case, of one service or of any."""
        table = schema.process_instance.c
        query = select(table.id).where(ACTIVE)
        if service is not None:
            query = query.where(table.service_key == service)
        found = self.rows(query)
        return self.dice.choice(found).id if found else None

    def rows(self, query: Select[Any]) -> list[Any]:
        """Read rows in the order of their ids."""
        with self.runtime.database.reading() as connection:
            return list(connection.execute(query.order_by(query.selected_columns["id"])))
