"""Hides who a person is wherever the sandbox shows something: its page may stand open on a desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_HIDDEN = "*"
_LONG_NUMBER = re.compile(r"\d{7,17}[\dXx]?")
_SHOWN = (
    "purpose",
    "bed_type",
    "bed_no",
    "institution",
    "level",
    "offer_no",
    "referral_no",
    "stay_no",
    "category",
    "reason",
    "partner",
    "event",
)
_LONGEST = 300


def mask_identity(id_no: str) -> str:
    """Hide the date of birth: `990101********0013`."""
    return f"{id_no[:6]}{_HIDDEN * (len(id_no) - 10)}{id_no[-4:]}"


def mask_name(name: str) -> str:
    """Hide what is between the first and the last character, or the last of two: `张*明`, `张*`."""
    if len(name) < 3:  # noqa: PLR2004 - a name of two characters
        return name[:1] + _HIDDEN
    return name[0] + _HIDDEN * (len(name) - 2) + name[-1]


def mask_receiver(to: str) -> str:
    """Hide most of a telephone number or of the part of an e-mail address before its @."""
    local, at, domain = to.partition("@")
    if at:
        return f"{local[:1]}{_HIDDEN * 3}@{domain}"
    return f"{to[:3]}{_HIDDEN * max(len(to) - 7, 0)}{to[-4:]}" if len(to) > 7 else _HIDDEN * len(to)  # noqa: PLR2004 - what is left open


def mask_text(text: str) -> str:
    """Hide numbers that are as long as a telephone's."""
    return _LONG_NUMBER.sub(lambda found: mask_receiver(found[0]), text)[:_LONGEST]


def summary(question: dict[str, Any]) -> tuple[str, ...]:
    """Say what a question was about: whom, masked, and what names no person."""
    people = tuple(_people(question))
    facts = [str(question[name]) for name in _SHOWN if isinstance(question.get(name), str | int)]
    return (*people, *((", ".join(facts),) if facts else ()))


def _people(question: dict[str, Any]) -> Iterator[str]:
    persons = [question, question.get("person"), *question.get("members", ())]
    for person in persons:
        if isinstance(person, dict) and "id_no" in person:
            yield f"{mask_name(person['name'])} {mask_identity(person['id_no'])}"
    if isinstance(question.get("to"), str):
        yield mask_receiver(question["to"])
