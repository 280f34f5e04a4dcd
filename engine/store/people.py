"""Reads and writes offices, persons and who belongs to which group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import fields_of


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office: the district, a sub-district, a station."""

    id: int
    parent_id: int | None
    level: str
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A member of staff; `roles` are separated by blanks."""

    id: int
    username: str
    name: str
    name_en: str
    email: str | None
    password_hash: str | None
    language: str
    active: int
    office_id: int
    roles: str
    session_version: int


class PeopleStore:
    """Queries about people; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def offices(self) -> list[OfficeRow]:
        """List every office."""
        table = s.office.c
        query = select(*(table[name] for name in OfficeRow.__slots__)).where(table.tenant_id == self._tenant)
        with self._database.reading() as connection:
            return [OfficeRow(*row) for row in connection.execute(query.order_by(table.id))]

    def add_office(self, row: OfficeRow) -> None:
        """Add an office."""
        with self._database.writing() as connection:
            connection.execute(insert(s.office), {"tenant_id": self._tenant, **fields_of(row)})

    def add_person(self, row: PersonRow, memberships: list[tuple[str, int]]) -> None:
        """Add a person with groups as (group, office id)."""
        with self._database.writing() as connection:
            connection.execute(insert(s.person), {"tenant_id": self._tenant, **fields_of(row)})
            self._join(connection, row.id, memberships)

    def set_memberships(self, person_id: int, memberships: list[tuple[str, int]]) -> None:
        """Put a person into these groups and no others."""
        table = s.membership.c
        with self._database.writing() as connection:
            connection.execute(
                delete(s.membership).where(table.tenant_id == self._tenant, table.person_id == person_id)
            )
            self._join(connection, person_id, memberships)

    def person(self, *, person_id: int | None = None, username: str | None = None) -> PersonRow | None:
        """Find a person by id or user name."""
        table = s.person.c
        wanted = table.id == person_id if username is None else table.username == username
        query = select(*(table[name] for name in PersonRow.__slots__)).where(
            table.tenant_id == self._tenant, wanted
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return PersonRow(*row) if row else None

    def persons(self) -> list[PersonRow]:
        """List everybody."""
        table = s.person.c
        query = select(*(table[name] for name in PersonRow.__slots__)).where(table.tenant_id == self._tenant)
        with self._database.reading() as connection:
            return [PersonRow(*row) for row in connection.execute(query.order_by(table.id))]

    def memberships(self, person_id: int) -> list[tuple[str, int]]:
        """List a person's groups as (group, office id)."""
        table = s.membership.c
        query = select(table.group_key, table.office_id).where(
            table.tenant_id == self._tenant, table.person_id == person_id
        )
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def update_person(self, person_id: int, **changes: Any) -> None:
        """Change a person's language, password, roles, or whether they may sign in."""
        table = s.person
        with self._database.writing() as connection:
            connection.execute(
                update(table)
                .where(table.c.tenant_id == self._tenant, table.c.id == person_id)
                .values(**changes)
            )

    def _join(self, connection: Connection, person_id: int, memberships: list[tuple[str, int]]) -> None:
        rows = [
            {"tenant_id": self._tenant, "person_id": person_id, "group_key": group, "office_id": office}
            for group, office in memberships
        ]
        if rows:
            connection.execute(insert(s.membership), rows)
