"""What people say about what they do: how much of it is needed to explain something, and how much is taken."""

from __future__ import annotations

from engine.errors import InvalidInput

MIN_REASON = 5
MAX_NOTE = 500


def check_reason(reason: str) -> None:
    """Raise InvalidInput unless there is a reason that explains something."""
    if len(reason.strip()) < MIN_REASON:
        raise InvalidInput(f"Expected a reason of at least {MIN_REASON} characters", code="reason_missing")


def checked_note(note: str) -> str:
    """Give a note to a colleague; raises InvalidInput unless it has MIN_REASON to MAX_NOTE characters."""
    words = note.strip()
    if not MIN_REASON <= len(words) <= MAX_NOTE:
        raise InvalidInput(
            f"Expected a note of {MIN_REASON} to {MAX_NOTE} characters", code="note_to_colleague"
        )
    return words
