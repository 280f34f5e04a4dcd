"""Reads and moves the schedules by which timers start cases; `DefinitionStore` sets them on deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, literal_column, select, update

from engine.store import schema as s
from engine.store.database import Database, Statement
from engine.store.rows import fields_of


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """When a service's next case starts by itself. Times in milliseconds.

    due_at: the beat. wake_at: when to look; later than the beat after a start that failed. beats_left: how many
    are to come, None for ever.
    """

    service_key: str
    element_id: str
    timer: str
    due_at: int
    wake_at: int
    beats_left: int | None


class ScheduleStore:
    """Queries about schedules. A schedule without beats left stays, so that it does not begin anew."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        table = s.schedule.c
        goes_on = table.beats_left.is_(None) | (table.beats_left > literal_column("0"))
        self._awake = (table.tenant_id == bindparam("b_tenant")) & goes_on
        self._next = Statement(select(func.min(table.wake_at)).where(self._awake), database.engine)

    def next_wake(self) -> int | None:
        """Give the moment at which to look next."""
        with self._database.stepping(writing=False, alone=True) as connection:
            found: int | None = self._next.run(connection, b_tenant=self._tenant).fetchone()[0]
        return found

    def due(self, now: int, limit: int) -> list[ScheduleRow]:
        """List the schedules to look at now, the longest due first."""
        table = s.schedule.c
        query = _columns().where(self._awake, table.wake_at <= now).order_by(table.wake_at).limit(limit)
        with self._database.reading() as connection:
            return [ScheduleRow(*row) for row in connection.execute(query, {"b_tenant": self._tenant})]

    def all(self) -> list[ScheduleRow]:
        """List every schedule."""
        table = s.schedule.c
        query = _columns().where(table.tenant_id == self._tenant).order_by(table.service_key)
        with self._database.reading() as connection:
            return [ScheduleRow(*row) for row in connection.execute(query)]

    def move(self, row: ScheduleRow, *, due_at: int, wake_at: int, beats_left: int | None) -> bool:
        """Set when it is due next; says whether it still stood where it was read."""
        table = s.schedule
        with self._database.writing() as connection:
            result = connection.execute(
                update(table)
                .where(
                    table.c.tenant_id == self._tenant,
                    table.c.service_key == row.service_key,
                    table.c.element_id == row.element_id,
                    table.c.timer == row.timer,
                    table.c.due_at == row.due_at,
                    table.c.wake_at == row.wake_at,
                )
                .values(due_at=due_at, wake_at=wake_at, beats_left=beats_left)
            )
        return bool(result.rowcount)


def put_schedule(
    connection: Connection, tenant_id: int, service_key: str, planned: ScheduleRow | None
) -> None:
    """Let a service have this schedule, or none; one with the same timer keeps its beat."""
    table = s.schedule
    mine = (table.c.tenant_id == tenant_id) & (table.c.service_key == service_key)
    known = connection.execute(select(table.c.element_id, table.c.timer).where(mine)).first()
    if known is not None and planned is not None and known.timer == planned.timer:
        if known.element_id != planned.element_id:
            connection.execute(update(table).where(mine).values(element_id=planned.element_id))
        return
    if known is not None:
        connection.execute(delete(table).where(mine))
    if planned is not None:
        connection.execute(insert(table), {"tenant_id": tenant_id, **fields_of(planned)})


def _columns() -> Any:
    return select(*(s.schedule.c[name] for name in ScheduleRow.__slots__))
