"""Remembers, masked, what the sandbox was asked lately and which messages arrived at it."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .masking import mask_receiver, mask_text, summary

if TYPE_CHECKING:
    from collections.abc import Iterable

KEPT = 200
KEPT_MESSAGES = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: when, what, about whom, and what came of it."""

    at: datetime
    operation: str
    about: tuple[str, ...]
    outcome: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message that arrived, whole; `shown` is how the page shows it.

    channel: `sms`, `mail` or `webhook`. to: a number, an address or a partner. key: of the call that sent it.
    """

    at: datetime
    channel: str
    to: str
    subject: str
    text: str
    key: str

    @property
    def shown(self) -> tuple[str, str, str]:
        """Give receiver, subject and text with long numbers hidden; of a webhook's content only the names."""
        if self.channel == "webhook":
            return self.to, self.subject, ", ".join(json.loads(self.text))
        return mask_receiver(self.to), mask_text(self.subject), mask_text(self.text)


class AskedLog:
    """The latest questions and messages, newest first. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: deque[Asked] = deque(maxlen=KEPT)
        self._arrived: deque[Arrived] = deque(maxlen=KEPT_MESSAGES)

    def note(self, operation: str, question: dict[str, Any], outcome: str, faults: Iterable[str]) -> None:
        """Remember a question that was checked."""
        asked = Asked(datetime.now(UTC), operation, summary(question), outcome, tuple(faults))
        with self._lock:
            self._asked.appendleft(asked)

    def arrive(self, channel: str, to: str, text: str, key: str, *, subject: str = "") -> None:
        """Remember a message."""
        arrived = Arrived(datetime.now(UTC), channel, to, subject, text, key)
        with self._lock:
            self._arrived.appendleft(arrived)

    def latest(self) -> list[Asked]:
        """Give the questions that are remembered."""
        with self._lock:
            return list(self._asked)

    def arrived(self) -> list[Arrived]:
        """Give the messages that are remembered."""
        with self._lock:
            return list(self._arrived)
