"""The beats of what runs in the background, by the machine's clock only: the demo's may stand anywhere."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine.state import from_ms, machine_ms

if TYPE_CHECKING:
    from engine.runtime import Runtime

SCHEDULER = "scheduler"
WORKER = "worker "
"""What stands before the name of a worker: some may be silent while others look after what is due."""
EVERY_S = 10.0
STALE_AFTER = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(days=1)
"""A worker that was silent for so long is expected no more."""
MAX_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Beat:
    """The last beat of one part.

    at: in UTC, None when it never beat. stale: nothing was heard of it for STALE_AFTER. overdue: how many jobs
    were due then and not done, up to MAX_COUNTED.
    """

    name: str
    at: datetime | None
    stale: bool
    overdue: int = 0

    @property
    def worker(self) -> str | None:
        """Give the name of the worker that beat; None for what the installation has one of."""
        return self.name.removeprefix(WORKER) if self.name.startswith(WORKER) else None


def beat(runtime: Runtime) -> None:
    """Note that the scheduler looked after what is due; writes every EVERY_S at most."""
    now_s = time.monotonic()
    if now_s - runtime.beaten_at < EVERY_S:
        return
    overdue = runtime.heartbeats.overdue_jobs(runtime.now_ms(), MAX_COUNTED)
    runtime.heartbeats.put(SCHEDULER, machine_ms(), json.dumps({"overdue": overdue}))
    runtime.beaten_at = now_s


def beat_as_worker(runtime: Runtime, worker: str) -> None:
    """Note that a worker is there."""
    runtime.heartbeats.put(WORKER + worker, machine_ms(), "{}")


def leave(runtime: Runtime, worker: str) -> None:
    """Note that a worker stops in order: nobody waits for its beats."""
    runtime.heartbeats.forget([WORKER + worker])


def forget_silent_workers(runtime: Runtime) -> None:
    """Expect no more beats of workers that have been silent for FORGOTTEN_AFTER."""
    since = from_ms(machine_ms()) - FORGOTTEN_AFTER
    gone = [one.name for one in beats(runtime) if one.worker and one.at is not None and one.at < since]
    if gone:
        runtime.heartbeats.forget(gone)


def beats(runtime: Runtime) -> list[Beat]:
    """Give the last beat of each part, the scheduler's first, also where it never beat."""
    rows = runtime.heartbeats.all()
    now = from_ms(machine_ms())
    return [_beat(name, rows.get(name), now) for name in dict.fromkeys([SCHEDULER, *sorted(rows)])]


def _beat(name: str, row: tuple[int, str] | None, now: datetime) -> Beat:
    if row is None:
        return Beat(name, None, stale=True)
    at = from_ms(row[0])
    detail = json.loads(row[1] or "{}")
    # A clock that was set back leaves beats in the future; they say nothing of the present.
    return Beat(name, at, abs(now - at) > STALE_AFTER, int(detail.get("overdue", 0)))
