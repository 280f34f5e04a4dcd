"""Finds what belongs to no case and should be looked after by a job of the same id, and is not, or no longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Table, exists, literal_column, select

from engine.store import schema as s
from engine.store.database import Database

MAX_FOUND = 1_000
"""How many of a kind are listed; one is enough to be told about."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """kind: of the job. missing: something waits without a job; otherwise a job waits for nothing."""

    kind: str
    id: int
    missing: bool


_WAITING: dict[str, tuple[Table, tuple[str, ...]]] = {
    "alert_message": (s.alert_message, ("waiting", "sending")),
    "event": (s.event_delivery, ("waiting",)),
    "message": (s.kept_message, ("waiting",)),
}
"""By kind of job: what it looks after, and while it is in which state."""


def unmatched(database: Database, tenant_id: int) -> Iterator[Unmatched]:
    """Compare the jobs that belong to no case with what waits."""
    job = s.job.c
    with database.reading() as connection:
        for kind, (table, states) in _WAITING.items():
            own = table.c
            attends = (job.tenant_id == own.tenant_id) & (job.id == own.id) & (job.kind == kind)
            waits = (own.tenant_id == tenant_id) & own.state.in_(states)
            alone = select(own.id).where(waits, ~exists(literal_column("1")).where(attends))
            for row in connection.execute(alone.order_by(own.id).limit(MAX_FOUND)):
                yield Unmatched(kind, row.id, missing=True)
            idle = select(job.id).where(
                job.tenant_id == tenant_id,
                job.kind == kind,
                ~exists(literal_column("1")).where(attends, waits),
            )
            for row in connection.execute(idle.order_by(job.id).limit(MAX_FOUND)):
                yield Unmatched(kind, row.id, missing=False)
