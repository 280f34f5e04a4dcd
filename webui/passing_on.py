"""What the forms need that hand a task to a colleague or put it off, on the task's page and in the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine import follow_ups, user_tasks
from engine.state import from_ms
from engine.store import FAR_FUTURE_MS

from .auth import actor
from .page import installation
from .words import moment_words, person_name


@dataclass(frozen=True, slots=True)
class Days:
    """The mornings until which a task may be put off, as a date field takes them. due: in words, empty without one."""

    first: str
    last: str
    usual: str
    due: str


def colleagues(task_id: int) -> list[tuple[int, str]]:
    """Give who may get a task from the signed-in person: ids with names, who has claimed the least first."""
    return [
        (row.id, person_name(row)) for row in user_tasks.candidates(installation().runtime, task_id, actor())
    ]


def can_wait(due_at: int) -> bool:
    """Say whether a task that is due at a moment may be put off: not when that is today or has passed."""
    runtime = installation().runtime
    return due_at >= FAR_FUTURE_MS or runtime.calendar.local_date(from_ms(due_at)) > runtime.today()


def days(due_at: int) -> Days | None:
    """Give until when a task that is due at a moment may be put off; None when not even until tomorrow."""
    if not can_wait(due_at):
        return None
    runtime = installation().runtime
    calendar, today = runtime.calendar, runtime.today()
    first = today + timedelta(days=1)
    last = today + follow_ups.MAX_AHEAD - timedelta(days=1)
    due = ""
    if due_at < FAR_FUTURE_MS:
        last = min(last, calendar.local_date(from_ms(due_at)))
        due = moment_words(due_at, calendar)
    usual = min(calendar.next_working_day(first), last)
    return Days(first.isoformat(), last.isoformat(), usual.isoformat(), due)
