"""One verb for many tasks: each by itself, what failed told by task. Knows none of the verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.errors import EngineError, InvalidInput

MAX_BULK = 200
"""How many tasks may be acted on at once."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The ids of the tasks for which it was done, and those for which it failed, each with the error's code."""

    done: tuple[int, ...]
    failed: tuple[tuple[int, str], ...]


def each(task_ids: Iterable[int], act: Callable[[int], None], *, most: int = MAX_BULK) -> BulkResult:
    """Act on each task once, in the order given; one that fails keeps no other from being done.

    Raises InvalidInput (`too_many`) for more than `most`, before anything is done.
    """
    wanted = list(dict.fromkeys(task_ids))
    if len(wanted) > most:
        raise InvalidInput(f"Expected at most {most} tasks at once, but got more", code="too_many")
    done: list[int] = []
    failed: list[tuple[int, str]] = []
    for task_id in wanted:
        try:
            act(task_id)
        except EngineError as exc:
            failed.append((task_id, exc.code))
        else:
            done.append(task_id)
    return BulkResult(tuple(done), tuple(failed))
