"""Numbers at which staff are sent short messages: kept sealed, shown masked, given to whoever sends one only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.errors import InvalidInput

if TYPE_CHECKING:
    from engine.runtime import Runtime

_PHONE = re.compile(r"\+?\d{6,15}")
_SHOWN = 4


def keep_phone(runtime: Runtime, person_id: int, text: str) -> None:
    """Keep a person's number, without blanks and strokes; an empty text forgets it.

    Raises InvalidInput (`phone_broken`) for anything but 6 to 15 digits, with or without a plus before them.
    """
    phone = re.sub(r"[\s-]", "", text)
    if phone and _PHONE.fullmatch(phone) is None:
        raise InvalidInput("Expected a telephone number of 6 to 15 digits", code="phone_broken")
    sealed = runtime.sealer.seal(phone.encode(), _place(person_id)) if phone else None
    runtime.people.update_person(person_id, sealed_phone=sealed)


def phone_of(runtime: Runtime, person_id: int) -> str | None:
    """Give a person's number; None where there is none."""
    sealed = runtime.people.sealed_phone(person_id)
    return None if sealed is None else runtime.sealer.open(sealed, _place(person_id)).decode()


def masked_phone(runtime: Runtime, person_id: int) -> str | None:
    """Give the end of a person's number, so that they know it again; None where there is none."""
    phone = phone_of(runtime, person_id)
    return None if phone is None else f"…{phone[-_SHOWN:]}"


def _place(person_id: int) -> str:
    return f"person:{person_id}:phone"
