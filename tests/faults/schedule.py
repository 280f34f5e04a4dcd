"""Draws from one seed who does what next, how far the clock goes, and what goes wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from .boundaries import AFTER, BEFORE, BEGIN, STATEMENT
from .player import AWAY, FULL, KILL, LIMIT, LOST, PAUSE, RESTART, WEB, WORKER, Fault

SEATS = (WEB, WEB, WORKER)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
_LATER = ((0, 40), (MINUTE_MS, 15), (HOUR_MS, 20), (6 * HOUR_MS, 15), (DAY_MS, 7), (3 * DAY_MS, 3))
RESTARTS = 2
"""How often the server goes away in one run: it takes a second to come back."""


@dataclass(frozen=True)
class Next:
    """What comes next. later_ms: how far the clock goes before it; other: the seat that works in a pause."""

    seat: int
    later_ms: int
    acts: int
    fault: Fault | None
    other: int
    free_leases: bool


def draw(seed: int, turns: int, *, on_server: bool) -> Iterator[Next]:
    """Give the turns of a run."""
    dice = random.Random(f"{seed} turns")
    restarts = 0
    for _ in range(turns):
        seat = dice.choices(range(len(SEATS)), (4, 3, 3))[0]
        fault = _fault(dice, on_server=on_server)
        if fault is not None and fault.what in (RESTART, LOST, AWAY):
            restarts += 1
            fault = fault if restarts <= RESTARTS else None
        yield Next(
            seat=seat,
            later_ms=dice.choices([ms for ms, _ in _LATER], [weight for _, weight in _LATER])[0],
            acts=dice.randint(2, 7),
            fault=fault,
            other=dice.choice([one for one in range(len(SEATS)) if one != seat]),
            free_leases=dice.random() < 0.7,
        )


def _fault(dice: random.Random, *, on_server: bool) -> Fault | None:
    kinds = [None, KILL, PAUSE, FULL]
    weights = [30, 40, 20, 5]
    kinds += [RESTART, AWAY, LOST] if on_server else [LIMIT]
    weights += [4, 2, 4] if on_server else [4]
    what = dice.choices(kinds, weights)[0]
    count, room = dice.randint(1, 6), dice.choice((0, 0, 1, 2, 5, 12))
    if what is None:
        return None
    if what == KILL:
        return Fault(what, dice.choice((BEFORE, AFTER)), count)
    if what == LOST:
        return Fault(what, AFTER, count)
    if what in (RESTART, AWAY):
        moment = dice.choice((BEGIN, STATEMENT, BEFORE, AFTER))
        return Fault(what, moment, dice.randint(1, 40) if moment == STATEMENT else count)
    return Fault(what, BEGIN, count, room)
