"""Keeps when what runs in the background last did so, by the machine's clock."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, select

from engine.store import schema as s
from engine.store.database import Database
from engine.store.upserts import insert_or_change


class HeartbeatStore:
    """Reads and writes beats; rows, because whoever serves pages may be another process."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def put(self, name: str, at: int, detail: str) -> None:
        """Note a beat. at: milliseconds of the machine's clock."""
        table = s.heartbeat
        values = {"tenant_id": self._tenant, "name": name, "at": at, "detail": detail}
        with self._database.writing() as connection:
            connection.execute(insert_or_change(table, connection.dialect.name, ("at", "detail")), values)

    def forget(self, names: Collection[str]) -> None:
        """Expect no more beats of these."""
        table = s.heartbeat.c
        with self._database.writing() as connection:
            connection.execute(
                delete(s.heartbeat).where(table.tenant_id == self._tenant, table.name.in_(sorted(names)))
            )

    def all(self) -> dict[str, tuple[int, str]]:
        """Give the last beat of each, as its moment and its detail."""
        table = s.heartbeat.c
        query = select(table.name, table.at, table.detail).where(table.tenant_id == self._tenant)
        with self._database.reading() as connection:
            return {row[0]: (row[1], row[2]) for row in connection.execute(query)}

    def overdue_jobs(self, now: int, at_most: int) -> int:
        """Count the jobs that are due and not done, those that run included, up to a number."""
        job = s.job.c
        some = (
            select(job.id)
            .where(job.tenant_id == self._tenant, job.state == "waiting", job.due_at <= now)
            .limit(at_most)
        )
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
