"""Tells again of a clock that is late still, so many working days after it was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InvalidState

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.jobs import DueJob


def look(runtime: Runtime, job: DueJob) -> None:
    """Raise the alert of a job unless the clock has ended meanwhile or stands still; settles the job either way.

    Raises InvalidState (`alert_repeat_gone`) for a job that says nothing.
    """
    breach, _, level = job.target.partition(" ")
    if not breach.isdecimal() or not level:
        raise InvalidState("Expected a missed clock and a level to look at", code="alert_repeat_gone")
    runtime.announcing.repeat(job.id, int(breach), level, runtime.now_ms())
