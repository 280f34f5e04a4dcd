"""Reads clocks across cases in pages, the earliest due first; steps write them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import literal, select, tuple_

from engine.store import schema as s
from engine.store.database import Database


@dataclass(frozen=True, slots=True)
class ListedDeadline:
    """A clock with the number of its case; times in milliseconds."""

    process_instance_id: int
    key: str
    deadline_id: str
    kind: str
    state: str
    office_id: int
    service_key: str
    started_at: int
    due_at: int
    provisional: int
    ended_at: int | None
    calendar_version: str
    business_key: str


@dataclass(frozen=True, slots=True)
class DeadlineFilter:
    """Which clocks: in one state; kind, service and a moment before which they are due where given."""

    state: str
    kind: str | None = None
    service_key: str | None = None
    due_before: int | None = None


class DeadlineStore:
    """Queries about clocks across cases; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def page(
        self,
        offices: Collection[int],
        where: DeadlineFilter,
        *,
        after: tuple[int, int, str] | None = None,
        size: int = 50,
    ) -> list[ListedDeadline]:
        """List the clocks of cases of some offices; after: due date, case and key of the last one shown."""
        own, case = s.deadline.c, s.process_instance.c
        order = (own.due_at, own.process_instance_id, own.key)
        # The index alone says which come next; the rows are read for those only.
        wanted = select(own.process_instance_id, own.key).where(
            own.tenant_id == self._tenant, own.state == where.state, own.office_id.in_(sorted(offices))
        )
        if where.kind is not None:
            wanted = wanted.where(own.kind == where.kind)
        if where.service_key is not None:
            wanted = wanted.where(own.service_key == where.service_key)
        if where.due_before is not None:
            wanted = wanted.where(own.due_at < where.due_before)
        if after is not None:
            wanted = wanted.where(own.due_at >= after[0])
            wanted = wanted.where(tuple_(*order) > tuple_(*(literal(one) for one in after)))
        keys = wanted.order_by(*order).limit(size).subquery()
        columns = [own[name] for name in ListedDeadline.__slots__ if name != "business_key"]
        query = (
            select(*columns, case.business_key)
            .select_from(keys)
            .join(
                s.deadline,
                (own.tenant_id == self._tenant)
                & (own.process_instance_id == keys.c.process_instance_id)
                & (own.key == keys.c.key),
            )
            .join(
                s.process_instance,
                (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id),
            )
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(*order)).all()
        return [ListedDeadline(*tuple(row)) for row in rows]

    def provisional(self, instance_ids: Collection[int]) -> list[tuple[int, str, int]]:
        """List the running clocks of some cases whose date may still move: case, clock and due date."""
        own = s.deadline.c
        query = select(own.process_instance_id, own.deadline_id, own.due_at).where(
            own.tenant_id == self._tenant,
            own.process_instance_id.in_(sorted(instance_ids)),
            own.provisional == 1,
            own.ended_at.is_(None),
        )
        with self._database.reading() as connection:
            return [(row[0], row[1], row[2]) for row in connection.execute(query)]
