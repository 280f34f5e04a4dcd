"""What is said to procrastinate: which of our jobs to look at, which clocks to strike, and that there is something.

Our own table of jobs stays the truth; a job of procrastinate only points at it, so that one too many or one too
few costs a look and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidInput
from engine.store.jobs import OUTSIDE

if TYPE_CHECKING:
    from engine.store import Database
    from engine.store.rows import JobRow

CALLS = "linbang_calls"
CLOCKS = "linbang_clocks"
LOOK = "linbang.look"
DRAIN = "linbang.drain"
DUE = "linbang_due"
"""The channel on which workers hear that something of ours fell due."""

# procrastinate's own function for this knows no "unless it is queued already", and would fail as a whole.
_PUT = """
INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, lock, args)
SELECT %(queue)s::text, %(task)s::text, %(name)s::text || number, %(alone)s::text || number,
       jsonb_build_object(%(argument)s::text, number)
  FROM unnest(%(numbers)s::bigint[]) AS number
ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""
_LOOKS: dict[str, str | None] = {
    "queue": CALLS,
    "task": LOOK,
    "name": "look:",
    "alone": None,
    "argument": "job_id",
}
_DRAINS: dict[str, str | None] = {
    "queue": CLOCKS,
    "task": DRAIN,
    "name": "drain:",
    "alone": "drain:",
    "argument": "bucket",
}
_TELL = "SELECT pg_notify(%s, %s), pg_notify(%s, '')"
_TOLD = json.dumps({"type": "job_inserted", "job_id": 0})


def check_shared(database: Database) -> None:
    """Raise InvalidInput (`fleet_needs_postgresql`) unless several processes can share the database."""
    if not database.is_postgresql:
        raise InvalidInput(
            f"Expected workers to share a PostgreSQL, but the database is {database.address}. On SQLite `linbang serve` "
            "runs the background work itself; `linbang copy-db` moves an installation to PostgreSQL",
            code="fleet_needs_postgresql",
        )


class StepDeferrer:
    """The engine's `Deferrer` where workers run the jobs."""

    def defer(self, connection: Any, jobs: Sequence[JobRow], now: int) -> None:
        """Queue a look at each job that waits for an outside system and is due; one statement, or none."""
        due = [job.id for job in jobs if job.kind in OUTSIDE and job.due_at <= now]
        if due:
            put_looks(connection, due)


def put_looks(connection: Any, job_ids: Collection[int]) -> int:
    """Queue a look at jobs of ours, but for those that are queued already; gives how many were not."""
    return _put(connection, _LOOKS, job_ids)


def put_drains(connection: Any, buckets: Collection[int]) -> int:
    """Queue that clocks are struck in some buckets, a bucket by one worker at a time; gives as put_looks does."""
    return _put(connection, _DRAINS, buckets)


def tell_workers(connection: Any) -> None:
    """Tell workers that listen that something may be due, or is queued for outside systems."""
    connection.execute(_TELL, (f"procrastinate_queue_v1#{CALLS}", _TOLD, DUE))


def tell_strikers(connection: Any) -> None:
    """Tell workers that listen that there are clocks to strike, or jobs that nobody has looked at."""
    channels = (f"procrastinate_queue_v1#{CALLS}", _TOLD, f"procrastinate_queue_v1#{CLOCKS}", _TOLD)
    connection.execute("SELECT pg_notify(%s, %s), pg_notify(%s, %s)", channels)


def _put(connection: Any, what: dict[str, str | None], numbers: Collection[int]) -> int:
    cursor = connection.execute(_PUT, {**what, "numbers": sorted(numbers)})
    return int(cursor.rowcount)
