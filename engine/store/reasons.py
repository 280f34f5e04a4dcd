"""Reads the questions that supervisors asked about tasks, and where the answers stand; steps write them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import HistoryRow, ReasonRow


class ReasonStore:
    """Queries about questions; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def find(self, request_id: int) -> ReasonRow | None:
        """Find a question by its id."""
        with self._database.reading() as connection:
            row = connection.execute(self._asked().where(s.reason_request.c.id == request_id)).first()
        return ReasonRow(*row) if row else None

    def latest(self, task_ids: Collection[int]) -> dict[int, ReasonRow]:
        """Give the newest question about each of some tasks, by task."""
        asked = s.reason_request.c
        newest = (
            select(func.max(asked.id))
            .where(asked.tenant_id == self._tenant, asked.user_task_id.in_(sorted(task_ids)))
            .group_by(asked.user_task_id)
        )
        with self._database.reading() as connection:
            rows = [ReasonRow(*row) for row in connection.execute(self._asked().where(asked.id.in_(newest)))]
        return {row.user_task_id: row for row in rows}

    def waiting(self, user_task_id: int, person_id: int) -> ReasonRow | None:
        """Give the question about a task that a person has not answered yet; None where there is none."""
        asked = s.reason_request.c
        query = self._asked().where(
            asked.user_task_id == user_task_id, asked.asked_of == person_id, asked.answered_at.is_(None)
        )
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(asked.id.desc())).first()
        return ReasonRow(*row) if row else None

    def answers(self, requests: Collection[ReasonRow]) -> dict[int, HistoryRow]:
        """Give the links of the history that answer some questions, by question."""
        places = {(row.process_instance_id, row.answered_seq): row.id for row in requests if row.answered_seq}
        table = s.history.c
        place = tuple_(table.process_instance_id, table.seq)
        query = select(table.process_instance_id, *(table[name] for name in HistoryRow.__slots__)).where(
            table.tenant_id == self._tenant, place.in_(list(places))
        )
        with self._database.reading() as connection:
            return {places[row[0], row[1]]: HistoryRow(*row[1:]) for row in connection.execute(query)}

    def _asked(self) -> Select[Any]:
        asked = s.reason_request.c
        columns = [asked[name] for name in ReasonRow.__slots__]
        return select(*columns).where(asked.tenant_id == self._tenant)
