"""What supervisors read of other people's work: its standing, how urgent it is, and what could not be done."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from engine.errors import EngineError
from engine.task_changes import DEFAULT_PRIORITY

from .common import message_of

PRIORITIES = {"urgent": 90, "usual": DEFAULT_PRIORITY, "low": 20}
"""The three that people choose from; the engine knows 0 to 100."""

THIS_WEEK = "this_week"
"""What is not late yet, and will be when the week ends."""

STANDINGS = {
    "late": lazy("Late"),
    "at_risk": lazy("At risk"),
    "on_time": lazy("In time"),
    "paused": lazy("Paused"),
    "unclaimed": lazy("Unclaimed"),
    THIS_WEEK: lazy("Late by Sunday"),
}

NOBODY = "nobody"
"""Stands for a person in an address."""

_FAILURES = {
    "not_in_group": lazy("The person is not of the group that does it at this office."),
    "did_earlier_step": lazy("The person did an earlier step that this one checks."),
    "signed_first": lazy("The person has signed first; a second person has to sign."),
    "absent_did_earlier_step": lazy(
        "The colleague whom the person stands in for did a step that this one checks."
    ),
    "absent_signed_first": lazy("The colleague whom the person stands in for has signed first."),
    "nothing_changed": lazy("It was so already."),
    "nobody_to_ask": lazy("Nobody has claimed it, so nobody can be asked; hand it to somebody first."),
    "already_asked": lazy("A reason has been asked for, and is still awaited."),
    "task_not_open": lazy("It has been completed or is no longer needed."),
}
"""Errors about somebody else than the reader; others are said as everywhere."""


def failure_of(code: str) -> str:
    """Say why something could not be done with a task of somebody else's."""
    words = _FAILURES.get(code)
    return str(words) if words is not None else message_of(EngineError(code, code=code))


def priority_words(priority: int) -> str:
    """Say how urgent a task is; nothing for the usual."""
    if priority > PRIORITIES["usual"]:
        return str(_("Urgent"))
    return str(_("Can wait")) if priority < PRIORITIES["usual"] else ""


def usual_question() -> str:
    """Give the question that most supervisors ask."""
    return str(_("Why is it not done yet, what is missing, and when will it be done?"))
