"""The job table: what is due, claimed under a lease, given back after a failure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from engine.store import schema as s
from engine.store.database import Database, Statement

OUTSIDE = frozenset({"call", "delivery", "alert_message", "event", "stories"})
"""Kinds of jobs that wait for another: an outside system's answer, or the process that plays stories."""
LOOKED_AT = 5_000
"""How many due jobs are looked at for the buckets that they lie in; those beyond come up when they are done."""


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that was claimed; `attempts` counts the tries before this one."""

    id: int
    process_instance_id: int
    kind: str
    target: str
    due_at: int
    attempts: int


class TryAgain(Exception):  # noqa: N818 - no error: what the job is for could not be done yet
    """The job is to be run again at a moment."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


class JobStore:
    """Claims due jobs and settles what became of them."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        table = s.job.c
        # Said as the partial index says it: PostgreSQL plans a prepared statement without knowing its values.
        waiting = (table.tenant_id == bindparam("b_tenant")) & (table.state == literal_column("'waiting'"))
        self._next = Statement(select(func.min(table.due_at)).where(waiting), database.engine)
        free = (
            waiting
            & (table.due_at <= bindparam("b_now"))
            & ((table.lease_until.is_(None)) | (table.lease_until < bindparam("b_wall")))
        )
        outside = table.kind.in_([literal_column(f"'{kind}'") for kind in sorted(OUTSIDE)])
        self._claim = Statement(_claiming(free), database.engine)
        self._claim_one = Statement(_claiming(free, table.id == bindparam("b_id")), database.engine)
        self._claim_clocks = Statement(
            _claiming(free, table.bucket == bindparam("b_bucket"), ~outside), database.engine
        )
        self._next_after = Statement(
            select(func.min(table.due_at)).where(waiting, table.due_at > bindparam("b_now")), database.engine
        )
        oldest = select(table.bucket).where(free, ~outside).order_by(table.due_at).limit(LOOKED_AT).subquery()
        self._buckets = Statement(select(oldest.c.bucket).distinct(), database.engine)
        self._outside = Statement(
            select(table.id).where(free, outside).order_by(table.due_at).limit(bindparam("b_limit")),
            database.engine,
        )
        mine = (table.tenant_id == bindparam("b_tenant")) & (table.id == bindparam("b_id"))
        self._release = Statement(
            update(s.job)
            .where(mine, table.lease_token == bindparam("b_token"))
            .values(
                lease_until=None,
                lease_token=None,
                attempts=bindparam("b_attempts"),
                due_at=bindparam("b_due"),
            ),
            database.engine,
        )
        self._renew = Statement(
            update(s.job)
            .where(mine, table.lease_token == bindparam("b_token"))
            .values(lease_until=bindparam("b_until")),
            database.engine,
        )
        self._delete = Statement(delete(s.job).where(mine), database.engine)

    def next_due(self) -> int | None:
        """Give the moment of the earliest waiting job, in milliseconds."""
        with self._database.stepping(writing=False, alone=True) as connection:
            found: int | None = self._next.run(connection, b_tenant=self._tenant).fetchone()[0]
        return found

    def next_after(self, now: int) -> int | None:
        """Give the moment of the earliest job that is not due yet, in milliseconds."""
        with self._database.stepping(writing=False, alone=True) as connection:
            row = self._next_after.run(connection, b_tenant=self._tenant, b_now=now).fetchone()
        found: int | None = row[0]
        return found

    def due_buckets(self, now: int, wall: int) -> list[int]:
        """Give the buckets in which clocks are due that nobody has claimed. now, wall: as in `claim`."""
        with self._database.stepping(writing=False, alone=True) as connection:
            rows = self._buckets.run(connection, b_tenant=self._tenant, b_now=now, b_wall=wall).fetchall()
        return sorted(row[0] for row in rows)

    def due_outside(self, now: int, wall: int, limit: int) -> list[int]:
        """Give the ids of due jobs for outside systems that nobody has claimed, the oldest first."""
        with self._database.stepping(writing=False, alone=True) as connection:
            rows = self._outside.run(
                connection, b_tenant=self._tenant, b_now=now, b_wall=wall, b_limit=limit
            ).fetchall()
        return [row[0] for row in rows]

    def claim(self, now: int, wall: int, lease_ms: int, token: int, limit: int) -> list[DueJob]:
        """Claim jobs that are due, for the length of a lease.

        now: the movable clock, for what is due; wall: the machine's clock, for leases.
        """
        return self._claimed(self._claim, now, wall, lease_ms, token, b_limit=limit)

    def claim_clocks(
        self, bucket: int, now: int, wall: int, lease_ms: int, token: int, limit: int
    ) -> list[DueJob]:
        """Claim jobs of one bucket that are due and wait for no outside system; otherwise as `claim`."""
        return self._claimed(self._claim_clocks, now, wall, lease_ms, token, b_limit=limit, b_bucket=bucket)

    def claim_one(self, job_id: int, now: int, wall: int, lease_ms: int, token: int) -> DueJob | None:
        """Claim one job, if it is due and nobody else has; otherwise as `claim`."""
        claimed = self._claimed(self._claim_one, now, wall, lease_ms, token, b_limit=1, b_id=job_id)
        return claimed[0] if claimed else None

    def _claimed(
        self, statement: Statement, now: int, wall: int, lease_ms: int, token: int, **which: int
    ) -> list[DueJob]:
        with self._database.stepping(writing=True) as connection:
            rows = statement.run(
                connection,
                b_tenant=self._tenant,
                b_now=now,
                b_wall=wall,
                b_until=wall + lease_ms,
                b_token=token,
                **which,
            ).fetchall()
        return sorted((DueJob(*row) for row in rows), key=lambda job: (job.due_at, job.id))

    def renew(self, held: Collection[tuple[int, int]], until: int) -> None:
        """Hold jobs longer, each given with its token; one that was claimed by somebody else stays theirs."""
        rows = [
            {"b_tenant": self._tenant, "b_id": job_id, "b_token": token, "b_until": until}
            for job_id, token in sorted(held)  # in one order, so that no two wait for each other
        ]
        with self._database.stepping(writing=True) as connection:
            self._renew.run_many(connection, rows)

    def release(self, job_id: int, token: int, attempts: int, due_at: int) -> None:
        """Give a job back, to be tried again at another moment."""
        with self._database.stepping(writing=True) as connection:
            self._release.run(
                connection,
                b_tenant=self._tenant,
                b_id=job_id,
                b_token=token,
                b_attempts=attempts,
                b_due=due_at,
            )

    def delete(self, job_id: int) -> None:
        """Remove a job that no case waits for."""
        with self._database.stepping(writing=True) as connection:
            self._delete.run(connection, b_tenant=self._tenant, b_id=job_id)


def _claiming(*conditions: Any) -> Any:
    """Give the statement that claims the oldest jobs of which all this holds, passing over what others claim."""
    table = s.job.c
    due = (
        select(table.id)
        .where(*conditions)
        .order_by(table.due_at)
        .limit(bindparam("b_limit"))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(s.job)
        .where(table.tenant_id == bindparam("b_tenant"), table.id.in_(select(due.c.id)))
        .values(lease_until=bindparam("b_until"), lease_token=bindparam("b_token"))
        .returning(*(table[name] for name in DueJob.__slots__))
    )
