"""Splits the processor time of a verb among the rooms it passes through; time inside counts once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

Room = tuple[str, Any, str]
"""Name, the object that holds a function, and the function's name there."""


class Split:
    """Processor seconds by room, each without the rooms that it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner: list[float] = []

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function that counts its time under a name."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            began = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.thread_time() - began
                self.seconds[name] += spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        return counted


@contextmanager
def splitting(rooms: list[Room]) -> Iterator[Split]:
    """Count the time spent in some functions while it lasts."""
    split = Split()
    with ExitStack() as stack:
        for name, holder, attribute in rooms:
            counted = split.timed(name, getattr(holder, attribute))
            stack.enter_context(patch.object(holder, attribute, counted))
        yield split
