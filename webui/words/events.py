"""What machines are told of cases, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_babel.speaklater import LazyString

EVENTS: Mapping[str, LazyString] = {
    "case_started": lazy("A case was started"),
    "case_completed": lazy("A case was completed"),
    "case_cancelled": lazy("A case was cancelled"),
    "user_task_created": lazy("A task came up"),
    "user_task_completed": lazy("A task was completed"),
    "deadline_warned": lazy("A clock warned"),
    "deadline_breached": lazy("A clock was missed"),
    "incident_raised": lazy("An incident came up"),
}


def event_words(event: str) -> str:
    """Say an event; its own name for one without words."""
    return str(EVENTS.get(event, event))
