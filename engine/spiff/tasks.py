"""The tokens of a case: the library's tasks, which tell its log nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.task import Task as LibraryTask


class Task(LibraryTask):  # type: ignore[misc]  # untyped library
    """A token. The library's own describes itself for a log at every change of its state, whether or not one is kept."""

    _state: int

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self.last_state_change = time.time()
            self._state = value

    def _add_child(self, *args: Any, **kwargs: Any) -> Any:
        child = super()._add_child(*args, **kwargs)
        adopt((child,))
        return child


def adopt(tasks: Iterable[Any]) -> None:
    """Let tasks that the library has made be tokens of ours; it names its own class wherever it makes one."""
    for task in tasks:
        task.__class__ = Task
