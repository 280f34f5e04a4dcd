"""Tasks that somebody puts off until a day: out of their list, never out of time. Moves no limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine.errors import InvalidInput, InvalidState, NotFound
from engine.state import from_ms, to_ms
from engine.store.absence import FollowUpRow
from engine.store.schema import FAR_FUTURE_MS
from engine.task_rights import check_holder
from engine.user_tasks import task_row

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime

MAX_NOTE = 200
MAX_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class PutOff:
    """A task that is put off, with what its holder noted."""

    user_task_id: int
    until: datetime
    note: str


def put_off(runtime: Runtime, user_task_id: int, actor: Actor, until: datetime, note: str = "") -> None:
    """Put one's own task off until a moment; it comes back by itself then, and at once when it goes to another.

    Raises NotFound when there is no such task, InvalidState when it is not the actor's, InvalidInput for a
    moment that has passed, after the task's due date (`due_at` in milliseconds) or too far ahead, and for a note
    longer than MAX_NOTE.
    """
    words = note.strip()
    if len(words) > MAX_NOTE:
        raise InvalidInput(f"Expected a note of at most {MAX_NOTE} characters", code="note_length")
    row = task_row(runtime, user_task_id)
    check_holder(row, actor)
    now = runtime.clock.now()
    if until <= now:
        raise InvalidInput("Expected a moment to come, but it has passed", code="put_off_past")
    if row.due_at < FAR_FUTURE_MS and until > from_ms(row.due_at):
        due = runtime.calendar.local_moment(from_ms(row.due_at))
        raise InvalidInput(
            f"Expected a moment up to the due date {due:%Y-%m-%d %H:%M}, but it is later",
            code="put_off_too_late",
            due_at=row.due_at,
        )
    if until - now > MAX_AHEAD:
        raise InvalidInput(f"Expected a moment within {MAX_AHEAD.days} days", code="put_off_far")
    assert actor.person_id is not None
    sealed = runtime.sealer.seal(words.encode(), _place(user_task_id))
    kept = FollowUpRow(user_task_id, actor.person_id, to_ms(until), sealed)
    if not runtime.absence.put_off(kept, runtime.now_ms()):
        raise InvalidState(
            "Expected a task that you have claimed, but somebody else has it", code="already_claimed"
        )


def bring_back(runtime: Runtime, user_task_id: int, actor: Actor) -> None:
    """Take a task back into one's list before its moment; nothing changes where it is not put off."""
    if actor.person_id is None:
        raise NotFound("Expected a task with that id, but there is none", code="task_unknown")
    runtime.absence.bring_back(user_task_id, actor.person_id)


def list_put_off(runtime: Runtime, actor: Actor) -> list[PutOff]:
    """List what the actor has put off, what comes back first at the top; at most 200."""
    if actor.person_id is None:
        return []
    return [
        PutOff(
            row.user_task_id,
            from_ms(row.until),
            runtime.sealer.open(row.sealed_note, _place(row.user_task_id)).decode(),
        )
        for row in runtime.absence.put_off_until(actor.person_id, runtime.now_ms())
    ]


def _place(user_task_id: int) -> str:
    return f"follow_up:{user_task_id}"
