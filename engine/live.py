"""Cases kept as objects between their steps, so that the next step need not read them from their bytes.

An object belongs to exactly the sealed bytes that were saved with it: whoever finds other bytes in the case's row
does not get it. It is taken out for a step and given back after the commit only. Nothing is known here that is
not stored as well.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.spiff import Workflow

MAX_BYTES = 256 * 1024 * 1024
_BYTES_OF_A_CASE = 4_000
_BYTES_OF_A_TASK = 800
_BYTES_OF_A_SEALED_BYTE = 10
"""What a case takes in memory, as measured: tasks of the library are large, texts were compressed before sealing."""


@dataclass(frozen=True, slots=True)
class LiveCase:
    """A case at rest.

    resting: numbers of its tokens that wait. extra: what is stored beside them, packed. sealed_state: the bytes
    that hold the same.
    """

    definition: Definition
    workflow: Workflow
    resting: frozenset[int]
    extra: dict[str, Any]
    sealed_state: bytes

    @property
    def weight(self) -> int:
        """Give about how many bytes of memory it takes."""
        tasks = sum(len(inner.tasks) for inner in self.workflow.subprocesses.unpacked())
        tasks += len(self.workflow.tasks)
        texts = len(self.sealed_state) * _BYTES_OF_A_SEALED_BYTE
        return _BYTES_OF_A_CASE + tasks * _BYTES_OF_A_TASK + texts


class LiveCases:
    """The cases that were moved on last. Shared by threads; each object is in the hands of one of them, or here."""

    def __init__(self, count: int, max_bytes: int = MAX_BYTES) -> None:
        """Keep at most so many cases, and about so many bytes of memory."""
        self._count, self._max_bytes = count, max_bytes
        self._kept: OrderedDict[int, tuple[LiveCase, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self.hits = self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, process_instance_id: int, sealed_state: bytes) -> LiveCase | None:
        """Take a case out; None where it is not here, or not as it is stored now."""
        with self._lock:
            found = self._remove(process_instance_id)
            if found is None or found.sealed_state != sealed_state:
                self.misses += 1
                return None
            self.hits += 1
            return found

    def give(self, process_instance_id: int, case: LiveCase) -> None:
        """Keep a case whose step is committed; those that were not needed for the longest time are forgotten."""
        weight = case.weight
        with self._lock:
            self._remove(process_instance_id)
            self._kept[process_instance_id] = (case, weight)
            self._bytes += weight
            while len(self._kept) > self._count or self._bytes > self._max_bytes:
                self._remove(next(iter(self._kept)))

    def _remove(self, process_instance_id: int) -> LiveCase | None:
        case, weight = self._kept.pop(process_instance_id, (None, 0))
        self._bytes -= weight
        return case
