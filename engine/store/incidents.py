"""Reads incidents across cases, for those who see to them; steps write them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from engine.store import schema as s
from engine.store.database import Database

MAX_COUNTED = 100
"""Open incidents are counted up to here; whoever has more has other worries than the number."""


@dataclass(frozen=True, slots=True)
class ListedIncident:
    """An incident with what a list says of its case."""

    id: int
    process_instance_id: int
    number: int
    element_id: str
    code: str
    message: str
    state: str
    raised_at: int
    attempts: int
    business_key: str
    title: str
    service_key: str
    definition_id: int
    office_id: int


class IncidentStore:
    """Queries about incidents; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def find(self, incident_id: int) -> ListedIncident | None:
        """Find an incident by its id, resolved ones too."""
        with self._database.reading() as connection:
            row = connection.execute(self._listed().where(s.incident.c.id == incident_id)).first()
        return ListedIncident(*row) if row else None

    def open_at(self, process_instance_id: int, number: int) -> list[int]:
        """List the ids of the open incidents of a case at a number."""
        table = s.incident.c
        query = select(table.id).where(
            table.tenant_id == self._tenant,
            table.process_instance_id == process_instance_id,
            table.state == "open",
            table.number == number,
        )
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(query)]

    def open(
        self,
        offices: Collection[int],
        *,
        service_key: str | None = None,
        code: str | None = None,
        since: int | None = None,
        places: Collection[tuple[str, str]] | None = None,
        after: int | None = None,
        size: int = 50,
    ) -> list[ListedIncident]:
        """List the open incidents of some offices, the oldest first.

        since: raised from then on, in milliseconds. places: at these elements alone, as (service key, element
        id). after: the id of the last one that was shown.
        """
        own, case = s.incident.c, s.process_instance.c
        query = self._open(self._listed(), offices, service_key)
        if code is not None:
            query = query.where(own.code == code)
        if since is not None:
            query = query.where(own.raised_at >= since)
        if places is not None:
            query = query.where(tuple_(case.service_key, own.element_id).in_(sorted(places)))
        if after is not None:
            query = query.where(s.incident.c.id > after)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(s.incident.c.id).limit(size))
            return [ListedIncident(*row) for row in rows]

    def open_among(self, offices: Collection[int], ids: Collection[int]) -> list[ListedIncident]:
        """List those of some incidents that are open in some offices, the oldest first."""
        query = self._open(self._listed(), offices, None).where(s.incident.c.id.in_(sorted(ids)))
        with self._database.reading() as connection:
            return [ListedIncident(*row) for row in connection.execute(query.order_by(s.incident.c.id))]

    def codes(self, offices: Collection[int], limit: int) -> list[str]:
        """List the codes of the open incidents of some offices, among so many of the oldest."""
        some = self._open(select(s.incident.c.code).select_from(_joined()), offices, None)
        query = some.order_by(s.incident.c.id).limit(limit).subquery()
        with self._database.reading() as connection:
            return [
                row[0] for row in connection.execute(select(query.c.code).distinct().order_by(query.c.code))
            ]

    def count(self, offices: Collection[int]) -> int:
        """Count the open incidents of some offices, at most MAX_COUNTED."""
        some = self._open(select(s.incident.c.id).select_from(_joined()), offices, None).limit(MAX_COUNTED)
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())

    def _listed(self) -> Select[Any]:
        own, case = s.incident.c, s.process_instance.c
        columns = [
            own[name] if name in own and name != "id" else case[name]
            for name in ListedIncident.__slots__
            if name != "id"
        ]
        return select(own.id, *columns).select_from(_joined()).where(own.tenant_id == self._tenant)

    def _open(self, query: Select[Any], offices: Collection[int], service_key: str | None) -> Select[Any]:
        own, case = s.incident.c, s.process_instance.c
        query = query.where(
            own.tenant_id == self._tenant, own.state == "open", case.office_id.in_(sorted(offices))
        )
        return query.where(case.service_key == service_key) if service_key else query


def _joined() -> Any:
    own, case = s.incident.c, s.process_instance.c
    return s.incident.join(
        s.process_instance, (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id)
    )
