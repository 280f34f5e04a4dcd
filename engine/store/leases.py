"""Keeps what only one process of an installation does at a time: a name, who has it, until when."""

from __future__ import annotations

from sqlalchemy import delete

from engine.store import schema as s
from engine.store.database import Database
from engine.store.upserts import insert_into


class LeaseStore:
    """Takes leases and gives them up; moments are milliseconds of the machine's clock."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def take(self, name: str, token: int, now: int, until: int) -> bool:
        """Take a lease that is free or run out, or keep one's own longer; says whether it is ours now."""
        insert = insert_into(s.lease, self._database.engine.dialect.name)
        taking = insert.on_conflict_do_update(
            index_elements=["tenant_id", "name"],
            set_={"token": insert.excluded.token, "until": insert.excluded.until},
            where=(s.lease.c.until < now) | (s.lease.c.token == insert.excluded.token),
        ).returning(s.lease.c.token)
        values = {"tenant_id": self._tenant, "name": name, "token": token, "until": until}
        with self._database.writing() as connection:
            return connection.execute(taking, values).first() is not None

    def give_up(self, name: str, token: int) -> None:
        """End a lease of one's own; harmless where it is somebody else's by now."""
        own = s.lease.c
        with self._database.writing() as connection:
            connection.execute(
                delete(s.lease).where(own.tenant_id == self._tenant, own.name == name, own.token == token)
            )
