"""Acts once for each idempotency key, and counts it; a key that comes back gets the first answer again."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_KEYS = 20_000
"""The oldest keys are forgotten beyond it."""
_NONE_YET = object()


class KeyReusedError(RefusedError):
    """Expected the same question under the same key."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.UNPROCESSABLE_ENTITY, "key_reused", "Expected another key for another question"
        )


@dataclass
class _Entry:
    operation: str
    question: bytes
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0
    times: int = 0
    answer: Any = _NONE_YET


class Effects:
    """What was done, by key. Safe for many threads: of two at once with one key, the second waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def once(self, key: str, operation: str, question: Mapping[str, Any], act: Callable[[], Any]) -> Any:
        """Give the answer of the first time, or act; raises KeyReusedError, and whatever act raises.

        An act that raises has no effect and may come again under its key.
        """
        fingerprint = hashlib.sha256(json.dumps(question, sort_keys=True, default=str).encode()).digest()
        with self._lock:
            entry = self._entries.setdefault(key, _Entry(operation, fingerprint))
            entry.asked += 1
            if len(self._entries) > MAX_KEYS:
                self._entries.popitem(last=False)
        if (entry.operation, entry.question) != (operation, fingerprint):
            raise KeyReusedError
        with entry.lock:
            if entry.answer is _NONE_YET:
                entry.answer = act()
                entry.times += 1
            return entry.answer

    def counted(self) -> dict[str, int]:
        """Give how often was acted, by key."""
        return {key: entry.times for key, entry in self._done()}

    def asked(self) -> dict[str, int]:
        """Give how often a key came, by key."""
        return {key: entry.asked for key, entry in self._done()}

    def operations(self) -> dict[str, int]:
        """Give how often was acted, by operation."""
        found: Counter[str] = Counter()
        for _, entry in self._done():
            found[entry.operation] += entry.times
        return dict(found)

    def _done(self) -> list[tuple[str, _Entry]]:
        with self._lock:
            return [(key, entry) for key, entry in self._entries.items() if entry.times]
