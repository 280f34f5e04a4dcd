"""The job table: what is due, claimed under a lease, given back after a failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from engine.store import schema as s
from engine.store.database import Database, Statement


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
        due = (
            select(table.id)
            .where(waiting, table.due_at <= bindparam("b_now"))
            .where((table.lease_until.is_(None)) | (table.lease_until < bindparam("b_wall")))
            .order_by(table.due_at)
            .limit(bindparam("b_limit"))
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        self._claim = Statement(
            update(s.job)
            .where(table.tenant_id == bindparam("b_tenant"), table.id.in_(select(due.c.id)))
            .values(lease_until=bindparam("b_until"), lease_token=bindparam("b_token"))
            .returning(*(table[name] for name in DueJob.__slots__)),
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
        self._delete = Statement(delete(s.job).where(mine), database.engine)

    def next_due(self) -> int | None:
        """Give the moment of the earliest waiting job, in milliseconds."""
        with self._database.stepping(writing=False) as connection:
            found: int | None = self._next.run(connection, b_tenant=self._tenant).fetchone()[0]
        return found

    def claim(self, now: int, wall: int, lease_ms: int, token: int, limit: int) -> list[DueJob]:
        """Claim jobs that are due, for the length of a lease.

        now: the movable clock, for what is due; wall: the machine's clock, for leases.
        """
        with self._database.stepping(writing=True) as connection:
            rows = self._claim.run(
                connection,
                b_tenant=self._tenant,
                b_now=now,
                b_wall=wall,
                b_limit=limit,
                b_until=wall + lease_ms,
                b_token=token,
            ).fetchall()
        return sorted((DueJob(*row) for row in rows), key=lambda job: (job.due_at, job.id))

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
