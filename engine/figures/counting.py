"""Counts the cases that began or ended since it last looked, in the background; each exactly once."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError
from engine.figures.measuring import Facts, measure
from engine.figures.ratings import Rating, rating_elements, rating_of
from engine.history import open_link
from engine.sealing import SealBrokenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.runtime import Runtime
    from engine.store.figures import NotFigured

BATCH = 100
"""How many cases are counted in one transaction."""
BUDGET_S = 0.2
LOOK_AGAIN_S = 5.0
"""How long a process waits before it looks again, when there was nothing to count."""


def roll_up(runtime: Runtime, *, budget_s: float = BUDGET_S, at_once: bool = False) -> int:
    """Count what began or ended since; gives how many cases that were.

    Goes on for budget_s seconds at most, and always counts one batch. Where there was nothing lately, it does not
    even ask, but for at_once. Processes may do it at the same time: a batch that another has counted is left alone.
    """
    if not at_once and time.monotonic() < runtime.figures.rest_until:
        return 0
    until, done = time.monotonic() + budget_s, 0
    while True:
        cases = runtime.figures.not_figured(BATCH)
        if cases:
            done += _count(runtime, cases)
        if len(cases) < BATCH:
            runtime.figures.rest_until = time.monotonic() + LOOK_AGAIN_S
            return done
        if time.monotonic() >= until:
            return done


def count_again(runtime: Runtime, tell: Callable[[int], None]) -> int:
    """Forget every figure and count all cases from their histories; gives how many. tell: hears how far it is."""
    runtime.figures.forget()
    done = 0
    while counted := roll_up(runtime, budget_s=1.0, at_once=True):
        done += counted
        tell(done)
    return done


def _count(runtime: Runtime, cases: list[NotFigured]) -> int:
    ended = [one.id for one in cases if one.has_ended]
    tasks = runtime.figures.done_tasks(ended)
    happened = runtime.figures.happened(ended)
    missed = runtime.figures.missed(ended)
    ratings = _ratings(runtime, [one for one in cases if one.has_ended])
    rows, counted = [], []
    for one in cases:
        facts = Facts(one, tasks[one.id], happened[one.id], missed[one.id], ratings.get(one.id))
        calendar = runtime.calendars.known.of(one.office_id)
        row, added = measure(facts, calendar, runtime.offices.chain(one.office_id))
        rows += [row] if row is not None else []
        counted += added
    return len(cases) if runtime.figures.write(cases, rows, counted) else 0


def _ratings(runtime: Runtime, cases: list[NotFigured]) -> dict[int, Rating]:
    """Open the answers of return visits and give what was said, by case."""
    asked: dict[int, frozenset[str]] = {}
    for one in cases:
        if one.definition_id not in asked:
            asked[one.definition_id] = _asking(runtime, one.definition_id)
    wanted = frozenset().union(*asked.values())
    answered: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    if wanted:
        for case_id, row in runtime.figures.answered([one.id for one in cases], wanted):
            try:
                link = open_link(runtime.sealer, case_id, row)
            except SealBrokenError:
                continue  # `audit verify` says so; the other figures of the case are right
            answered[case_id].append((row.at, link.payload.get("answers", {})))
    found = {case_id: rating_of(answers) for case_id, answers in answered.items()}
    return {case_id: rating for case_id, rating in found.items() if rating is not None}


def _asking(runtime: Runtime, definition_id: int) -> frozenset[str]:
    try:
        return rating_elements(runtime.catalogue.get(definition_id))
    except EngineError:
        return frozenset()  # a version that this installation cannot compile any more
