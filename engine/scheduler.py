"""Runs what is due now, in bounded batches; starts no threads and waits for no moment to come."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import figures, heartbeat, schedules
from engine.alerting import announcing
from engine.calendar_changes import applying
from engine.jobs import LEASE_MS, run, run_together
from engine.state import from_ms, machine_ms
from engine.store.jobs import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from engine.runtime import Runtime
    from engine.store.jobs import DueJob

BUDGET_S = 2.0
BATCH = 50
CALENDAR_S = 0.2
"""How long a tick goes on moving cases to a new calendar."""
ALERTS = 500
"""How many alerts a tick puts before those who have to know."""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that this process alone may run for a while.

    token: proves the claim to the database. until: when the lease ends, on the `time.monotonic` scale.
    """

    job: DueJob
    token: int
    until: float


def tick(
    runtime: Runtime, *, budget_s: float = BUDGET_S, hand_over: Callable[[ClaimedJob], None] | None = None
) -> int:
    """Start what timers start, run due jobs until nothing is due or the time is used up, announce alerts.

    Gives how many cases and jobs that were. At least one job is run, however small the budget; what was
    claimed beyond it is given back. Raises whatever the database raises; a job that fails is settled by
    `jobs.run`. A tick that comes to its end is a heartbeat.

    budget_s: seconds. hand_over: takes what waits for an outside system, so that clocks do not wait for
    answers; without it that is done here.
    """
    until = time.monotonic() + budget_s
    runtime.subscriptions.refresh()
    _follow_the_calendar(runtime)
    done = _run_due(runtime, schedules.start_due(runtime, BATCH), until, hand_over)
    announcing.announce(runtime, ALERTS)
    figures.roll_up(runtime)
    heartbeat.beat(runtime)
    return done


def _run_due(
    runtime: Runtime, done: int, until: float, hand_over: Callable[[ClaimedJob], None] | None
) -> int:
    """Run due jobs until a moment on the `time.monotonic` scale; gives what was done with them."""
    while _something_is_due(runtime) and (claimed := _claim(runtime)):
        if time.monotonic() < until:
            settled = run_together(runtime, [item.job for item in claimed])
            done += len(settled)
            claimed = [item for item in claimed if item.job.id not in settled]
        for position, item in enumerate(claimed):
            if done and time.monotonic() >= until:
                for rest in claimed[position:]:
                    give_back(runtime, rest)
                return done
            if hand_over is not None and item.job.kind in OUTSIDE:
                hand_over(item)
            else:
                run(runtime, item.job, item.token)
            done += 1
    return done


def keep_house(runtime: Runtime) -> int:
    """Do what only one process of an installation has to do: start what timers start, announce alerts, beat.

    Gives how many cases that were. Raises whatever the database raises.
    """
    _follow_the_calendar(runtime)
    started = schedules.start_due(runtime, BATCH)
    announcing.announce(runtime, ALERTS)
    figures.roll_up(runtime)
    heartbeat.beat(runtime)
    return started


def _follow_the_calendar(runtime: Runtime) -> None:
    """Hear of a new calendar, and move some of the cases that it is to move."""
    runtime.calendars.refresh()
    if runtime.calendars.applying is not None:
        left = applying.go_on(runtime, runtime.calendars.applying, budget_s=CALENDAR_S).left
        if not left:
            runtime.calendars.refresh(at_once=True)


def give_back(runtime: Runtime, claimed: ClaimedJob) -> None:
    """End a claim without having run the job: it is due as before, and no attempt is counted."""
    runtime.jobs.release(claimed.job.id, claimed.token, claimed.job.attempts, claimed.job.due_at)


def next_moment(runtime: Runtime) -> datetime | None:
    """Give the moment of the earliest waiting job or timer start, in UTC.

    It lies in the past while jobs are due or run.
    """
    due = runtime.jobs.next_due()
    moments = [None if due is None else from_ms(due), schedules.next_moment(runtime)]
    return min((moment for moment in moments if moment is not None), default=None)


def _something_is_due(runtime: Runtime) -> bool:
    """Look without writing: an idle installation never asks for the database's one writing lock."""
    due = runtime.jobs.next_due()
    return due is not None and due <= runtime.now_ms()


def _claim(runtime: Runtime) -> list[ClaimedJob]:
    token = runtime.ids.next()
    until = time.monotonic() + LEASE_MS / 1000
    wall = machine_ms()
    jobs = runtime.jobs.claim(runtime.now_ms(), wall, LEASE_MS, token, BATCH)
    return [ClaimedJob(job, token, until) for job in jobs]
