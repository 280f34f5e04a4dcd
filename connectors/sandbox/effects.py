"""Acts once for each idempotency key, and counts it; a key that comes back gets the first answer again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_KEYS = 20_000
"""The oldest keys are forgotten beyond it."""
_NONE_YET = object()


class KeyReusedError(Exception):
    """Expected the same question under the same key."""


@dataclass
class _Entry:
    question: bytes
    lock: threading.Lock = field(default_factory=threading.Lock)
    times: int = 0
    answer: Any = _NONE_YET


class Effects:
    """What was done, by key. Safe for many threads: of two at once with one key, the second waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def once(self, key: str, question: bytes, act: Callable[[], Any]) -> Any:
        """Give the answer of the first time, or act; raises KeyReusedError, and whatever act raises.

        question: what tells one question from another. An act that raises has no effect and may come again.
        """
        with self._lock:
            entry = self._entries.setdefault(key, _Entry(question))
            if len(self._entries) > MAX_KEYS:
                self._entries.popitem(last=False)
        if entry.question != question:
            raise KeyReusedError
        with entry.lock:
            if entry.answer is _NONE_YET:
                entry.answer = act()
                entry.times += 1
            return entry.answer

    def counted(self) -> dict[str, int]:
        """Give how often was acted, by key."""
        with self._lock:
            return {key: entry.times for key, entry in self._entries.items() if entry.times}
