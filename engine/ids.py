"""Ids made by the application: 64 bits of time, process number and counter, in rising order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

EPOCH_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z; 41 bits of milliseconds last until 2095."""

_PROCESS_BITS = 10
_COUNTER_BITS = 12
MAX_PROCESSES = 1 << _PROCESS_BITS


class IdSource:
    """Gives ids that no other process with another number gives. Safe for many threads.

    The process number is leased from the database; time is the machine's, never the movable clock.
    """

    def __init__(self, process_number: int, now_ms: Callable[[], int] | None = None) -> None:
        self._process = _placed(process_number)
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def go_on_as(self, process_number: int) -> None:
        """Give ids under another number from now on, because the one before is somebody else's."""
        placed = _placed(process_number)
        with self._lock:
            self._process = placed

    def next(self) -> int:
        """Give the next id."""
        with self._lock:
            now = max(self._now_ms() - EPOCH_MS, self._last_ms)
            if now == self._last_ms:
                self._counter += 1
                if self._counter >> _COUNTER_BITS:  # this millisecond is full: borrow the next one
                    now += 1
                    self._counter = 0
            else:
                self._counter = 0
            self._last_ms = now
            return (now << (_PROCESS_BITS + _COUNTER_BITS)) | self._process | self._counter


def _placed(process_number: int) -> int:
    if not 0 <= process_number < MAX_PROCESSES:
        raise ValueError(f"Expected a process number below {MAX_PROCESSES}, but got {process_number}")
    return process_number << _COUNTER_BITS
