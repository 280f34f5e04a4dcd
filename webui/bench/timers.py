"""Measures timers: looking for due ones among many, striking a burst of them beside completions, and lateness."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine import figures as counts
from engine import scheduler
from engine.store import schema
from webui.dispatching.embedded import EmbeddedDispatcher

from .figures import Figure, median, percentile
from .installation import Measured, expect
from .machine import machine
from .rounds import Effort

MAX_STORED = 5_000_000
STORED = 1_000_000
LOOKS = 200
LATE_CASES, LATE_WAIT_S = 60, 2
"""Lateness is that of so many timers, each so long after its case's start."""
PER_SECOND = 20
_BATCH = 20_000
_TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000
_FIRED = "event = 'timer_fired'"
_ALL_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Timers:
    """What the bench found; rates are those of the rounds."""

    stored: int
    polls: list[float]
    ticks: list[float]
    drained: list[float]
    completed: list[float]
    lateness: list[float]
    """Seconds."""
    machine: dict[str, Any]

    def ratio(self) -> float:
        """Give how many timers are struck in the time of a completion; the median of the rounds."""
        return median([drain / done for drain, done in zip(self.drained, self.completed, strict=True)])


def measure(measured: Measured, effort: Effort, stored: int) -> Timers:
    """Fill the database with timers that are not due, and run the rounds."""
    _store(measured, stored)
    measured.own.settle()
    runtime = measured.runtime
    polls = _seconds(runtime.jobs.next_due)
    ticks = _seconds(lambda: scheduler.tick(runtime))
    _round(measured, min(effort.cases, PER_SECOND))
    rounds = [_round(measured, effort.cases) for _ in effort]
    return Timers(
        stored=stored,
        polls=polls,
        ticks=ticks,
        drained=[drained for drained, _ in rounds],
        completed=[completed for _, completed in rounds],
        lateness=list(_lateness(measured)),
        machine=machine(measured),
    )


def document(found: Timers) -> dict[str, Any]:
    """Give the document of `linbang bench timers`."""
    return {
        "stored": found.stored,
        "poll_ms_p95": round(percentile(found.polls, 0.95) * 1000, 3),
        "idle_tick_ms_p95": round(percentile(found.ticks, 0.95) * 1000, 3),
        "drained_per_s": round(median(found.drained), 1),
        "completions_per_s": round(median(found.completed), 1),
        "ratio_to_completions": round(found.ratio(), 2),
        "lateness_ms_p95": round(percentile(found.lateness, 0.95) * 1000, 1),
        "machine": found.machine,
    }


def figures(found: Timers) -> list[Figure]:
    """Give the lines of the table."""
    said = document(found)
    return [
        Figure(f"poll among {found.stored:,}, none due", said["poll_ms_p95"], "ms p95", "≤ 1"),
        Figure("a whole tick that finds nothing", said["idle_tick_ms_p95"], "ms p95"),
        Figure("timers struck", said["drained_per_s"], "1/s"),
        Figure("completions in the same process", said["completions_per_s"], "1/s"),
        Figure("timers for a completion", said["ratio_to_completions"], "", "≥ 2"),
        Figure("lateness", said["lateness_ms_p95"], "ms p95", "≤ 250"),
    ]


def _store(measured: Measured, stored: int) -> None:
    """Write timers of no case that fall due in ten years."""
    due = measured.runtime.now_ms() + _TEN_YEARS_MS
    for begin in range(1, stored + 1, _BATCH):
        rows = [_job(number, due) for number in range(begin, min(begin + _BATCH, stored + 1))]
        measured.own.fill(schema.job.name, rows)


def _job(number: int, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": 1,
        "id": number,
        "process_instance_id": number,
        "bucket": number % 64,
        "kind": "clock",
        "target": "1:wait_a_while",
        "due_at": due_at + number,
        "state": "waiting",
        "attempts": 0,
    }


def _seconds(look: Callable[[], object]) -> list[float]:
    look()
    found = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        look()
        found.append(time.perf_counter() - began)
    return found


def _round(measured: Measured, cases: int) -> tuple[float, float]:
    """Give the timers struck a second, and the tasks completed a second, of as many cases each."""
    for _ in range(cases):
        measured.start("four_tasks", finding="new")
        measured.start("one_timer", wait="PT1H")
    counts.roll_up(measured.runtime, at_once=True)  # of the starts; a server does it in the background
    completed = _complete(measured, cases)
    drained = _drain(measured, cases)
    measured.recording.take()
    return drained, completed


def _complete(measured: Measured, cases: int) -> float:
    tasks = measured.open_tasks(cases)
    for task in tasks:
        measured.claim(task)
    began = time.perf_counter()
    for task in tasks:
        measured.complete(task)
    return cases / (time.perf_counter() - began)


def _drain(measured: Measured, cases: int) -> float:
    """Let it be later, strike what is due, and give how many that were a second.

    Raises InvalidState unless it were so many.
    """
    before = measured.own.rows("history", _FIRED)
    _move_clock(measured, hours=2)
    began = time.perf_counter()
    while scheduler.tick(measured.runtime):
        pass
    spent = time.perf_counter() - began
    expect("timers that were struck", cases, measured.own.rows("history", _FIRED) - before)
    return cases / spent


def _move_clock(measured: Measured, **span: float) -> None:
    clock: Any = measured.runtime.clock
    clock.move_to(clock.now() + timedelta(**span))


def _lateness(measured: Measured) -> Iterator[float]:
    """Give how long after their moment timers are struck while the server's own dispatcher runs; seconds."""
    runtime = measured.runtime
    before = measured.own.rows("history", _FIRED)
    dispatcher = EmbeddedDispatcher(runtime)
    runtime.wake = dispatcher.wake
    dispatcher.start()
    try:
        ids = []
        for _ in range(LATE_CASES):
            ids.append(measured.start("one_timer", wait=f"PT{LATE_WAIT_S}S").id)
            time.sleep(1 / PER_SECOND)
        until = time.monotonic() + _ALL_WITHIN_S
        while measured.own.rows("history", _FIRED) < before + LATE_CASES and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        dispatcher.stop()
    expect("timers that were struck", LATE_CASES, measured.own.rows("history", _FIRED) - before)
    for case in ids:
        rows = dict(
            measured.own.connection.execute(
                f"SELECT event, at FROM history WHERE tenant_id = 1 AND process_instance_id = {case:d}"  # noqa: S608 - a number
            ).fetchall()
        )
        yield (rows["timer_fired"] - rows["case_started"]) / 1000 - LATE_WAIT_S
