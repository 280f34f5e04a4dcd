"""Remembers, masked, what the sandbox was asked lately."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEPT = 200
_HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: when, about whom, and what came of it."""

    at: datetime
    purpose: str
    members: tuple[str, ...]
    outcome: str
    faults: tuple[str, ...]


class AskedLog:
    """The latest questions, newest first. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: deque[Asked] = deque(maxlen=KEPT)

    def note(self, question: Mapping[str, Any], outcome: str, faults: Iterable[str]) -> None:
        """Remember a question that was checked."""
        members = tuple(
            f"{mask_name(item['name'])} {mask_identity(item['id_no'])}" for item in question["members"]
        )
        asked = Asked(datetime.now(UTC), question["purpose"], members, outcome, tuple(faults))
        with self._lock:
            self._asked.appendleft(asked)

    def latest(self) -> list[Asked]:
        """Give what is remembered."""
        with self._lock:
            return list(self._asked)


def mask_identity(id_no: str) -> str:
    """Hide the date of birth: `990101********0013`."""
    return f"{id_no[:6]}{_HIDDEN * (len(id_no) - 10)}{id_no[-4:]}"


def mask_name(name: str) -> str:
    """Hide what is between the first and the last character, or the last of two: `张*明`, `张*`."""
    if len(name) < 3:  # noqa: PLR2004 - a name of two characters
        return name[:1] + _HIDDEN
    return name[0] + _HIDDEN * (len(name) - 2) + name[-1]
