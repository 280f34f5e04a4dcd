"""Reads the inbox in pages, one key range per principal, and keeps drafts. Never a filter for visibility."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from engine.store import schema as s
from engine.store.absence import put_off_by
from engine.store.database import Database

COUNT_CAP = 1000

Cursor = tuple[int, int]
"""Due date and task id of the last row of the page before."""


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


@dataclass(frozen=True, slots=True)
class PutOff:
    """What a person has put off beyond a moment: only that, or everything else."""

    person_id: int
    now: int
    only: bool


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """Which tasks to show; what is empty or None does not count.

    case_ids: of a search. steps: pairs of a service and an element. due_from, due_before: from that moment on,
    and before that one. at_risk: only where a running clock has warned. since: only what came after a moment.
    """

    case_ids: tuple[int, ...] | None = None
    service_key: str | None = None
    steps: tuple[tuple[str, str], ...] = ()
    group: str | None = None
    due_from: int | None = None
    due_before: int | None = None
    at_risk: bool = False
    since: int | None = None
    put_off: PutOff | None = None


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
        where = where or InboxFilter()
        if not principals or where.case_ids == ():
            return []
        inbox = s.inbox.c
        parts = []
        for wanted in self._ranges(principals, where):
            part = wanted.add_columns(inbox.tenant_id, inbox.user_task_id, inbox.due_at, inbox.principal)
            part = part.add_columns(inbox.since, inbox.at_risk)
            if after is not None:
                reached = tuple_(literal(after[0]), literal(after[1]))
                part = part.where(tuple_(inbox.due_at, inbox.user_task_id) > reached)
            parts.append(part.order_by(inbox.due_at, inbox.user_task_id).limit(size).subquery())
        merged = union_all(*(select(part) for part in parts)).subquery()
        keys = select(merged).order_by(merged.c.due_at, merged.c.user_task_id).limit(size).subquery()
        with self._database.reading() as connection:
            return [InboxRow(*row) for row in connection.execute(_told(keys))]

    def count(self, principals: Collection[str], where: InboxFilter | None = None) -> int:
        """Count the tasks, up to COUNT_CAP + 1, which stands for more."""
        where = where or InboxFilter()
        if not principals or where.case_ids == ():
            return 0
        ranges = self._ranges(principals, where)
        parts = [part.add_columns(literal(1)).limit(COUNT_CAP + 1).subquery() for part in ranges]
        merged = union_all(*(select(part) for part in parts)).limit(COUNT_CAP + 1).subquery()
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

    def _ranges(self, principals: Collection[str], where: InboxFilter) -> list[Select[Any]]:
        """Give a selection per principal, without columns yet: a range of the key, or what a search's cases have.

        The few cases of a search are looked up; reading everybody's whole list for them would take longer.
        """
        wanted = self._conditions(where)
        if where.case_ids is not None:
            inbox, task = s.inbox.c, s.user_task.c
            of_group = task.candidate_group + "@" + cast(task.office_id, Text)
            whose = case((task.assignee.is_(None), of_group), else_=literal("p") + cast(task.assignee, Text))
            lines = (
                (inbox.tenant_id == task.tenant_id)
                & (inbox.principal == whose)
                & (inbox.due_at == task.due_at)
                & (inbox.user_task_id == task.id)
            )
            found = (
                select()
                .select_from(s.user_task.join(s.inbox, lines))
                .where(
                    task.tenant_id == self._tenant,
                    task.process_instance_id.in_(where.case_ids),
                    task.state == "open",
                    whose.in_(sorted(principals)),  # of the task, lest the whole list be read
                    *wanted,
                )
            )
            return [found]
        return [
            select()
            .select_from(s.inbox)
            .where(s.inbox.c.tenant_id == self._tenant, s.inbox.c.principal == principal, *wanted)
            for principal in sorted(principals)
        ]

    def _conditions(self, where: InboxFilter) -> list[ColumnElement[bool]]:
        """Say what a filter asks of an inbox's own columns; only a group in one's own list needs the task."""
        inbox, wanted = s.inbox.c, []
        if where.service_key is not None:
            wanted.append(inbox.service_key == where.service_key)
        if where.steps:
            pairs = (and_(inbox.service_key == key, inbox.element_id == name) for key, name in where.steps)
            wanted.append(or_(*pairs))
        if where.due_from is not None:
            wanted.append(inbox.due_at >= where.due_from)
        if where.due_before is not None:
            wanted.append(inbox.due_at < where.due_before)
        if where.at_risk:
            wanted.append(inbox.at_risk == 1)
        if where.since is not None:
            wanted.append(inbox.since > where.since)
        if where.group is not None:
            task = s.user_task.alias("grouped")
            of_group = (
                select(literal(1))
                .where(task.c.tenant_id == inbox.tenant_id, task.c.id == inbox.user_task_id)
                .where(task.c.candidate_group == where.group)
            )
            wanted.append(of_group.exists())
        if where.put_off is not None:
            person_id, now = where.put_off.person_id, where.put_off.now
            away = put_off_by(self._tenant, person_id, now, inbox.user_task_id)
            wanted.append(away if where.put_off.only else ~away)
        return wanted


def _told(keys: Any) -> Select[Any]:
    """Read what a list says of some inbox lines, in the order of their due dates."""
    task, instance = s.user_task, s.process_instance
    joined = keys.join(
        task, (task.c.tenant_id == keys.c.tenant_id) & (task.c.id == keys.c.user_task_id)
    ).join(
        instance, (instance.c.tenant_id == task.c.tenant_id) & (instance.c.id == task.c.process_instance_id)
    )
    return (
        select(
            keys.c.user_task_id,
            keys.c.due_at,
            keys.c.principal,
            keys.c.since,
            keys.c.at_risk,
            task.c.process_instance_id,
            task.c.element_id,
            task.c.assignee,
            task.c.candidate_group,
            task.c.created_at,
            task.c.priority,
            task.c.draft_at,
            task.c.handed_by,
            instance.c.business_key,
            instance.c.title,
            instance.c.service_key,
            instance.c.definition_id,
            instance.c.office_id,
        )
        .select_from(joined)
        .order_by(keys.c.due_at, keys.c.user_task_id)
    )
