"""Reads and writes what people keep about their inbox: saved filters, and when they last looked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, or_, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import fields_of
from engine.store.upserts import insert_or_change

MAX_SHOWN = 60
"""How many filters one person is shown: their own and those that colleagues share."""


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A saved filter. shared_with: `<group>@<office>`, whose people see it too."""

    id: int
    person_id: int
    name: str
    query: str
    shared_with: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class LookRow:
    """When somebody last looked at a list, and when their visit before that ended."""

    at: int
    before: int | None


class FilterStore:
    """Queries about saved filters and last looks."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def add(self, row: FilterRow, most: int) -> bool:
        """Add a filter unless the person has that many; says whether."""
        table = s.saved_filter.c
        mine = (table.tenant_id == self._tenant) & (table.person_id == row.person_id)
        with self._database.writing(alone="saved filters") as connection:
            known = connection.execute(select(func.count()).where(mine)).scalar_one()
            if known < most:
                connection.execute(insert(s.saved_filter), {"tenant_id": self._tenant, **fields_of(row)})
        return bool(known < most)

    def change(self, filter_id: int, *, name: str, shared_with: str | None) -> None:
        """Change what a filter is called and who sees it."""
        table = s.saved_filter
        with self._database.writing() as connection:
            connection.execute(
                update(table)
                .where(table.c.tenant_id == self._tenant, table.c.id == filter_id)
                .values(name=name, shared_with=shared_with)
            )

    def remove(self, filter_id: int) -> None:
        """Forget a filter."""
        table = s.saved_filter
        with self._database.writing() as connection:
            connection.execute(
                delete(table).where(table.c.tenant_id == self._tenant, table.c.id == filter_id)
            )

    def find(self, filter_id: int) -> FilterRow | None:
        """Find a filter."""
        table = s.saved_filter.c
        query = select(*(table[name] for name in FilterRow.__slots__))
        query = query.where(table.tenant_id == self._tenant, table.id == filter_id)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return FilterRow(*row) if row else None

    def seen_by(self, person_id: int, principals: Collection[str]) -> list[FilterRow]:
        """List a person's own filters and those shared with their groups, the oldest first."""
        table = s.saved_filter.c
        seen = or_(table.person_id == person_id, table.shared_with.in_(sorted(principals)))
        query = (
            select(*(table[name] for name in FilterRow.__slots__))
            .where(table.tenant_id == self._tenant, seen)
            .order_by(table.id)
            .limit(MAX_SHOWN)
        )
        with self._database.reading() as connection:
            return [FilterRow(*row) for row in connection.execute(query)]

    def look(self, person_id: int, view: str) -> LookRow | None:
        """Give when somebody last looked at a list; None when they never did."""
        table = s.last_look.c
        query = select(table.at, table.before).where(
            table.tenant_id == self._tenant, table.person_id == person_id, table.view == view
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return LookRow(*row) if row else None

    def put_look(self, person_id: int, view: str, row: LookRow) -> None:
        """Note when somebody looked at a list."""
        table = s.last_look
        values = {
            "tenant_id": self._tenant,
            "person_id": person_id,
            "view": view,
            "at": row.at,
            "before": row.before,
        }
        with self._database.writing() as connection:
            connection.execute(insert_or_change(table, connection.dialect.name, ("at", "before")), values)
