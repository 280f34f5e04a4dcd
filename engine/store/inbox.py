"""Reads the inbox in pages, one key range per principal, and keeps drafts. Never a filter for visibility."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_, union_all, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.searching import case_matches

COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An open task in a list, with what the list says of its case."""

    user_task_id: int
    due_at: int
    principal: str
    process_instance_id: int
    element_id: str
    assignee: int | None
    candidate_group: str
    created_at: int
    priority: int
    draft_at: int | None
    business_key: str
    title: str
    service_key: str
    definition_id: int
    office_id: int


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which tasks to show: text in case number or name, one service, due before a moment."""

    text: str = ""
    service_key: str | None = None
    due_before: int | None = None


Cursor = tuple[int, int]
"""Due date and task id of the last row of the page before."""


class InboxStore:
    """Pages and counts for a set of principals."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def page(
        self,
        principals: Collection[str],
        size: int,
        after: Cursor | None = None,
        where: InboxFilter | None = None,
    ) -> list[InboxRow]:
        """Give the next tasks by due date: one range of the key per principal, merged, then what they are."""
        if not principals:
            return []
        parts = [
            self._range(principal, size, after, where or InboxFilter()) for principal in sorted(principals)
        ]
        merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
        keys = select(merged).order_by(merged.c.due_at, merged.c.user_task_id).limit(size).subquery()
        task, case = s.user_task.c, s.process_instance.c
        query: Select[Any] = (
            select(
                keys.c.user_task_id,
                keys.c.due_at,
                keys.c.principal,
                task.process_instance_id,
                task.element_id,
                task.assignee,
                task.candidate_group,
                task.created_at,
                task.priority,
                task.draft_at,
                case.business_key,
                case.title,
                case.service_key,
                case.definition_id,
                case.office_id,
            )
            .select_from(_joined(keys))
            .order_by(keys.c.due_at, keys.c.user_task_id)
        )
        with self._database.reading() as connection:
            return [InboxRow(*row) for row in connection.execute(query)]

    def count(self, principals: Collection[str], where: InboxFilter | None = None) -> int:
        """Count the tasks, up to COUNT_CAP + 1, which stands for more."""
        if not principals:
            return 0
        parts = []
        for principal in sorted(principals):
            if where is None:
                part = select(literal(1)).where(
                    s.inbox.c.tenant_id == self._tenant, s.inbox.c.principal == principal
                )
            else:
                part = self._filtered(select(literal(1)).select_from(_joined(s.inbox)), principal, where)
            parts.append(select(part.limit(COUNT_CAP + 1).subquery()))
        merged = union_all(*parts).limit(COUNT_CAP + 1).subquery()
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(merged)).scalar() or 0)

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

    def _range(self, principal: str, size: int, after: Cursor | None, where: InboxFilter) -> Select[Any]:
        inbox = s.inbox.c
        query = select(inbox.tenant_id, inbox.user_task_id, inbox.due_at, inbox.principal)
        if where.service_key is not None or where.text.strip():  # else the key alone says which come next
            query = query.select_from(_joined(s.inbox))
        if after is not None:
            query = query.where(
                tuple_(inbox.due_at, inbox.user_task_id) > tuple_(literal(after[0]), literal(after[1]))
            )
        return self._filtered(query, principal, where).order_by(inbox.due_at, inbox.user_task_id).limit(size)

    def _filtered(self, query: Select[Any], principal: str, where: InboxFilter) -> Select[Any]:
        inbox, case = s.inbox.c, s.process_instance.c
        query = query.where(inbox.tenant_id == self._tenant, inbox.principal == principal)
        if where.service_key is not None:
            query = query.where(case.service_key == where.service_key)
        if where.due_before is not None:
            query = query.where(inbox.due_at < where.due_before)
        if where.text.strip():
            query = query.where(case_matches(where.text))
        return query


def _joined(keys: Any) -> Any:
    """Join the tasks of some inbox rows and their cases."""
    task, case = s.user_task, s.process_instance
    return keys.join(task, (task.c.tenant_id == keys.c.tenant_id) & (task.c.id == keys.c.user_task_id)).join(
        case, (case.c.tenant_id == task.c.tenant_id) & (case.c.id == task.c.process_instance_id)
    )
