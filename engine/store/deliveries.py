"""Reads the notices of cases, sealed as they are; steps write them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import DeliveryRow


class DeliveryStore:
    """Queries about deliveries; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def find(self, delivery_id: int) -> DeliveryRow | None:
        """Find a delivery by its id."""
        return next(iter(self._rows(s.delivery.c.id == delivery_id)), None)

    def by_number(self, process_instance_id: int, number: int) -> DeliveryRow | None:
        """Find a case's delivery by its running number."""
        table = s.delivery.c
        mine = (table.process_instance_id == process_instance_id) & (table.number == number)
        return next(iter(self._rows(mine)), None)

    def of_case(self, process_instance_id: int) -> list[DeliveryRow]:
        """List a case's deliveries in the order in which they were written."""
        return self._rows(s.delivery.c.process_instance_id == process_instance_id)

    def _rows(self, wanted: Any) -> list[DeliveryRow]:
        table = s.delivery.c
        query = select(*(table[name] for name in DeliveryRow.__slots__)).where(
            table.tenant_id == self._tenant, wanted
        )
        with self._database.reading() as connection:
            return [DeliveryRow(*row) for row in connection.execute(query.order_by(table.number))]
