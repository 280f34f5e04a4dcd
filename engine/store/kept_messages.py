"""Reads messages that wait for a case, and who waits for one; steps write both, except what no case has to do with."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import JobRow, KeptMessage, fields_of
from engine.store.step_rows import job_values
from engine.store.upserts import insert_new

MAX_RECEIVERS = 20
"""How many cases that wait for the same key are asked whether they take a message."""


class KeptMessageStore:
    """Queries about messages that wait; none of them is on the path of a step that waits for no message."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def find(self, message_id: int) -> KeptMessage | None:
        """Find a message by its id, also one that waits no longer."""
        return next(iter(self._rows(s.kept_message.c.id == message_id, 1)), None)

    def waiting(self, places: Collection[tuple[str, str]], limit: int) -> list[KeptMessage]:
        """List the messages that wait at some places, each (message name, place), in order of arrival."""
        table = s.kept_message.c
        wanted = tuple_(table.name, table.place).in_(sorted(places))
        return self._rows(wanted & (table.state == "waiting"), limit)

    def places(self, process_instance_id: int, target: str) -> list[tuple[str, str]]:
        """List what a token of a case waits for, as (message name, place)."""
        table = s.message_wait.c
        query = select(table.name, table.place).where(
            table.tenant_id == self._tenant,
            table.process_instance_id == process_instance_id,
            table.target == target,
        )
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def receivers(self, name: str, place: str) -> list[int]:
        """List the cases that wait for a message at a place, the oldest first."""
        table = s.message_wait.c
        query = (
            select(table.process_instance_id)
            .where(table.tenant_id == self._tenant, table.name == name, table.place == place)
            .distinct()
            .order_by(table.process_instance_id)
            .limit(MAX_RECEIVERS)
        )
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(query)]

    def add(self, row: KeptMessage, job: JobRow) -> bool:
        """Keep a message that comes from outside for a key; False when the sender has sent it before."""
        seen = {
            "tenant_id": self._tenant,
            "source": row.source,
            "id": row.number,
            "process_instance_id": 0,
            "at": row.created_at,
        }
        with self._database.writing() as connection:
            once = insert_new(s.inbound, self._database.engine.dialect.name).returning(s.inbound.c.id)
            if connection.execute(once, seen).first() is None:
                return False
            connection.execute(insert(s.kept_message), {"tenant_id": self._tenant, **fields_of(row)})
            connection.execute(insert(s.job), job_values(self._tenant, job))
        return True

    def sent_before(self, source: str, number: str) -> KeptMessage | None:
        """Give what a sender has sent for a key under a number of its own."""
        table = s.kept_message.c
        return next(iter(self._rows((table.source == source) & (table.number == number), 1)), None)

    def received_under(self, source: str) -> list[str]:
        """List the numbers that a sender has used so far, a few of them; for one with a name of its own."""
        table = s.inbound.c
        query = select(table.id).where(table.tenant_id == self._tenant, table.source == source).limit(2)
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(query)]

    def expire(self, message_id: int, at: int) -> None:
        """Close a message whose time is over, with its job; for one that no case has to do with."""
        table, job = s.kept_message, s.job.c
        with self._database.writing() as connection:
            connection.execute(
                update(table)
                .where(
                    table.c.tenant_id == self._tenant, table.c.id == message_id, table.c.state == "waiting"
                )
                .values(state="expired", ended_at=at)
            )
            connection.execute(delete(s.job).where(job.tenant_id == self._tenant, job.id == message_id))

    def _rows(self, wanted: Any, limit: int) -> list[KeptMessage]:
        table = s.kept_message.c
        query = (
            select(*(table[name] for name in KeptMessage.__slots__))
            .where(table.tenant_id == self._tenant, wanted)
            .order_by(table.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [KeptMessage(*row) for row in connection.execute(query)]
