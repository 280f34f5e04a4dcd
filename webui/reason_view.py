"""What a supervisor asks the person at the page, in words. Takes a task, gives what parts/reason.html reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import reasons

from .auth import actor
from .page import installation
from .words import moment_words, person_name

if TYPE_CHECKING:
    from engine.store.rows import UserTaskRow


def asked_of_me(task: UserTaskRow) -> dict[str, Any] | None:
    """Give the question that waits for this person's answer; None where there is none."""
    runtime = installation().runtime
    found = reasons.waiting(runtime, task.id, actor())
    if found is None:
        return None
    row = runtime.people.person(person_id=found.asked_by)
    return {
        "id": found.id,
        "question": found.question,
        "who": person_name(row) if row else "",
        "at": moment_words(found.asked_at, runtime.calendar),
    }
