"""Reads the inbox in pages, one key range per principal, and keeps drafts. Never a filter for visibility."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from engine.store import schema as s
from engine.store.database import Database, Statement
from engine.store.inbox_queries import (
    COUNT_CAP,
    Cursor,
    InboxFilter,
    PutOff,
    Shape,
    parameters,
    search_query,
)

__all__ = ["COUNT_CAP", "Cursor", "InboxFilter", "InboxRow", "InboxStore", "PutOff"]

MAX_SHAPES = 300
"""How many compiled statements are kept; beyond that they are made anew."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An open task in a list, with what the list says of its case."""

    user_task_id: int
    due_at: int
    principal: str
    since: int
    at_risk: int
    process_instance_id: int
    element_id: str
    assignee: int | None
    candidate_group: str
    created_at: int
    priority: int
    draft_at: int | None
    handed_by: int | None
    business_key: str
    title: str
    service_key: str
    definition_id: int
    office_id: int

    @property
    def cursor(self) -> Cursor:
        """Say from where the next page goes on after this row."""
        return self.due_at, self.user_task_id


class InboxStore:
    """Pages and counts for a set of principals."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        self._compiled: dict[Shape, Statement] = {}

    def page(
        self,
        principals: Collection[str],
        size: int,
        after: Cursor | None = None,
        where: InboxFilter | None = None,
    ) -> list[InboxRow]:
        """Give the next tasks by due date: one range of the key per principal, merged, then what they are."""
        return [InboxRow(*row) for row in self._read(principals, size, after, where or InboxFilter())]

    def count(self, principals: Collection[str], where: InboxFilter | None = None) -> int:
        """Count the tasks, up to COUNT_CAP + 1, which stands for more."""
        rows = self._read(principals, 0, None, where or InboxFilter())
        return int(rows[0][0]) if rows else 0

    def save_draft(self, user_task_id: int, person_id: int, sealed: bytes, at: int) -> bool:
        """Keep a draft of a task that the person holds; says whether they do."""
        task = s.user_task
        with self._database.writing() as connection:
            result = connection.execute(
                update(task)
                .where(
                    task.c.tenant_id == self._tenant,
                    task.c.id == user_task_id,
                    task.c.state == "open",
                    task.c.assignee == person_id,
                )
                .values(sealed_draft=sealed, draft_at=at)
            )
        return bool(result.rowcount)

    def draft(self, user_task_id: int) -> tuple[bytes, int] | None:
        """Give a task's sealed draft and its moment."""
        task = s.user_task.c
        query = select(task.sealed_draft, task.draft_at).where(
            task.tenant_id == self._tenant, task.id == user_task_id
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row and row[0] is not None else None

    def _read(
        self, principals: Collection[str], size: int, after: Cursor | None, where: InboxFilter
    ) -> list[Any]:
        if not principals or where.case_ids == ():
            return []
        shape = Shape.of(len(principals), size, after, where)
        values = parameters(self._tenant, after, where)
        if where.case_ids is not None:
            query = search_query(shape, where.case_ids, sorted(principals))
            with self._database.reading() as connection:
                return list(connection.execute(query, values))
        for number, principal in enumerate(sorted(principals)):
            values[f"b_principal{number}"] = principal
        with self._database.stepping(writing=False, alone=True) as connection:
            rows: list[Any] = self._statement(shape).run(connection, **values).fetchall()
        return rows

    def _statement(self, shape: Shape) -> Statement:
        found = self._compiled.get(shape)
        if found is None:
            if len(self._compiled) >= MAX_SHAPES:
                self._compiled.clear()
            found = self._compiled[shape] = Statement(shape.query(), self._database.engine)
        return found
