"""What an inbox is asked for, as statements with parameters by name: the same shape is compiled only once.

A page merges one key range per principal; no statement filters by who may see a task.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from engine.store import schema as s
from engine.store.absence import put_off_by

COUNT_CAP = 1000

Cursor = tuple[int, int]
"""Due date and task id of the last row of the page before."""


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


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a question decides its statement. size: rows of a page, 0 for a count. away: see `PutOff.only`."""

    principals: int
    size: int
    goes_on: bool
    asked: frozenset[str]
    steps: int
    at_risk: bool
    away: bool | None

    @classmethod
    def of(cls, principals: int, size: int, after: Cursor | None, where: InboxFilter) -> Shape:
        """Give the shape of a question."""
        asked = frozenset(name for name in _PLAIN if getattr(where, name) is not None)
        away = where.put_off.only if where.put_off is not None else None
        return cls(principals, size, after is not None, asked, len(where.steps), where.at_risk, away)

    def query(self) -> Select[Any]:
        """Build the statement: a page, or a count up to COUNT_CAP + 1."""
        ranges = [_range(bindparam(f"b_principal{number}"), self) for number in range(self.principals)]
        return _page(ranges, self) if self.size else _count(ranges)


_PLAIN = ("service_key", "group", "due_from", "due_before", "since")


def parameters(tenant_id: int, after: Cursor | None, where: InboxFilter) -> dict[str, Any]:
    """Give the values of a question but for its principals."""
    found: dict[str, Any] = {f"b_{name}": getattr(where, name) for name in _PLAIN}
    found["b_tenant"] = tenant_id
    found["b_after_due"], found["b_after_task"] = after or (None, None)
    for number, (key, name) in enumerate(where.steps):
        found[f"b_step_service{number}"], found[f"b_step_name{number}"] = key, name
    if where.put_off is not None:
        found["b_person"], found["b_now"] = where.put_off.person_id, where.put_off.now
    return found


def search_query(shape: Shape, case_ids: tuple[int, ...], principals: list[str]) -> Select[Any]:
    """Build the statement for the tasks of the few cases that a search found.

    They are looked up one by one; reading everybody's whole list for them would take longer.
    """
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
            task.tenant_id == bindparam("b_tenant"),
            task.process_instance_id.in_(case_ids),
            task.state == "open",
            whose.in_(principals),  # of the task, lest the whole list be read
            *_conditions(shape),
        )
    )
    return _page([found], shape) if shape.size else _count([found])


def _range(principal: Any, shape: Shape) -> Select[Any]:
    """Select a range of the key, without columns yet."""
    inbox = s.inbox.c
    here = (inbox.tenant_id == bindparam("b_tenant"), inbox.principal == principal)
    return select().select_from(s.inbox).where(*here, *_conditions(shape))


def _page(ranges: list[Select[Any]], shape: Shape) -> Select[Any]:
    inbox, parts = s.inbox.c, []
    for wanted in ranges:
        part = wanted.add_columns(inbox.tenant_id, inbox.user_task_id, inbox.due_at, inbox.principal)
        part = part.add_columns(inbox.since, inbox.at_risk)
        if shape.goes_on:
            reached = tuple_(bindparam("b_after_due"), bindparam("b_after_task"))
            part = part.where(tuple_(inbox.due_at, inbox.user_task_id) > reached)
        parts.append(part.order_by(inbox.due_at, inbox.user_task_id).limit(shape.size).subquery())
    merged = union_all(*(select(part) for part in parts)).subquery()
    return _told(select(merged).order_by(merged.c.due_at, merged.c.user_task_id).limit(shape.size).subquery())


def _count(ranges: list[Select[Any]]) -> Select[Any]:
    parts = [part.add_columns(literal(1)).limit(COUNT_CAP + 1).subquery() for part in ranges]
    merged = union_all(*(select(part) for part in parts)).limit(COUNT_CAP + 1).subquery()
    return select(func.count()).select_from(merged)


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    """Say what a filter asks of an inbox's own columns; only a group in one's own list needs the task."""
    inbox, wanted = s.inbox.c, []
    if "service_key" in shape.asked:
        wanted.append(inbox.service_key == bindparam("b_service_key"))
    if shape.steps:
        pairs = (
            and_(
                inbox.service_key == bindparam(f"b_step_service{number}"),
                inbox.element_id == bindparam(f"b_step_name{number}"),
            )
            for number in range(shape.steps)
        )
        wanted.append(or_(*pairs))
    if "due_from" in shape.asked:
        wanted.append(inbox.due_at >= bindparam("b_due_from"))
    if "due_before" in shape.asked:
        wanted.append(inbox.due_at < bindparam("b_due_before"))
    if shape.at_risk:
        wanted.append(inbox.at_risk == 1)
    if "since" in shape.asked:
        wanted.append(inbox.since > bindparam("b_since"))
    if "group" in shape.asked:
        task = s.user_task.alias("grouped")
        of_group = (
            select(literal(1))
            .where(task.c.tenant_id == inbox.tenant_id, task.c.id == inbox.user_task_id)
            .where(task.c.candidate_group == bindparam("b_group"))
        )
        wanted.append(of_group.exists())
    if shape.away is not None:
        away = put_off_by(
            bindparam("b_tenant"), bindparam("b_person"), bindparam("b_now"), inbox.user_task_id
        )
        wanted.append(away if shape.away else ~away)
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
