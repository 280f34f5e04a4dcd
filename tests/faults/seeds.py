"""A whole seed: play, judge, finish with all faults off, judge again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .finish import finish
from .judge import Book
from .run import Run

if TYPE_CHECKING:
    from .places import Place

LAST_LIFE = 1000
"""The number of the process that finishes: no process of a run has it."""


@dataclass
class Verdict:
    """What a seed came to. faults: everything that is wrong; nothing in a good run."""

    seed: int
    live: str
    faults: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    histories: list[tuple[Any, ...]] = field(default_factory=list)
    results: dict[str, int] = field(default_factory=dict)
    deaths: int = 0
    cases: int = 0

    @property
    def digest(self) -> str:
        """Give what two runs of the same seed have in common."""
        content = repr((self.log, self.histories)).encode()
        return hashlib.sha256(content).hexdigest()[:16]


def judge_seed(place: Place, seed: int, *, live: str = "off") -> Verdict:
    """Play a seed in a fresh place and say everything that is wrong."""
    run = Run(place, seed, live)
    run.play()
    verdict = Verdict(seed, live, [*run.diary.broken], run.log)
    runtime = place.open(LAST_LIFE, run.clock, seed, fails=False)
    try:
        verdict.faults += [f"after the run: {text}" for text in Book(runtime).faults(run.diary, place.ledger)]
        left = finish(runtime, place.ledger, run.clock)
        verdict.faults += [f"does not end: {case}" for case in left]
        book = Book(runtime)
        verdict.faults += [
            f"in the end: {text}" for text in book.faults(run.diary, place.ledger, finished=True)
        ]
        verdict.histories, verdict.cases = book.histories(), len(book.cases)
    finally:
        runtime.database.engine.dispose()
    verdict.results = dict(run.diary.results)
    verdict.deaths = run.deaths.total()
    return verdict
