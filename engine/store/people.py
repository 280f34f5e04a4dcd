"""Reads and writes offices, persons and who belongs to which group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    true,
    union_all,
    update,
)

from engine.store import schema as s
from engine.store.absence import running_on
from engine.store.database import Database, Statement
from engine.store.rows import fields_of

MAX_CANDIDATES = 500


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


@dataclass(frozen=True, slots=True)
class Right:
    """A group that somebody works in. absent: the colleague whose group it is; None for one's own.

    An absent colleague without any group gives one right with an empty group.
    """

    absent: int | None
    group: str
    office_id: int


class PeopleStore:
    """Queries about people; each request asks once who it comes from."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        self._with_rights = Statement(_with_rights(), database.engine)

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

    def sealed_phone(self, person_id: int) -> bytes | None:
        """Give a person's telephone number as it is kept; None where there is none."""
        table = s.person.c
        query = select(table.sealed_phone).where(table.tenant_id == self._tenant, table.id == person_id)
        with self._database.reading() as connection:
            found: bytes | None = connection.execute(query).scalar()
        return None if found is None else bytes(found)

    def persons(self) -> list[PersonRow]:
        """List everybody."""
        table = s.person.c
        query = select(*(table[name] for name in PersonRow.__slots__)).where(table.tenant_id == self._tenant)
        with self._database.reading() as connection:
            return [PersonRow(*row) for row in connection.execute(query.order_by(table.id))]

    def with_rights(self, person_id: int, day: str) -> tuple[PersonRow, list[Right]] | None:
        """Find a person with their groups and those of whom they stand in for on a day, in one statement.

        A colleague who may no longer sign in lends nothing. No substitution runs on an empty day.
        """
        values = {"b_tenant": self._tenant, "b_person": person_id, "b_day": day}
        with self._database.stepping(writing=False, alone=True) as connection:
            rows = self._with_rights.run(connection, **values).fetchall()
        if not rows:
            return None
        own = len(PersonRow.__slots__)
        rights = [Right(*row[own:]) for row in rows if row[own + 1] is not None]
        return PersonRow(*rows[0][:own]), rights

    def candidates(self, group: str, office_id: int, day: str) -> list[tuple[PersonRow, int | None]]:
        """List who may do a group's tasks on a day, those who hold the least first, and for whom they would.

        None stands for their own right, which comes before others. Who is away that day is left out.
        """
        table, absence, person = s.membership.c, s.substitution.c, s.person.c
        here = (table.tenant_id == self._tenant) & (table.group_key == group) & (table.office_id == office_id)
        own = select(table.person_id.label("id"), null().label("absent")).where(here)
        lent = (
            select(absence.substitute_id, absence.person_id)
            .join(
                s.membership, (table.tenant_id == absence.tenant_id) & (table.person_id == absence.person_id)
            )
            .where(here, running_on(day, self._tenant))
        )
        who = union_all(own, lent).subquery()
        away = select(absence.person_id).where(running_on(day, self._tenant))
        load = (
            select(func.count())
            .where(
                s.inbox.c.tenant_id == self._tenant,
                s.inbox.c.principal == literal("p") + cast(person.id, Text),
            )
            .scalar_subquery()
        )
        query = (
            select(*(person[name] for name in PersonRow.__slots__), who.c.absent)
            .join(who, person.id == who.c.id)
            .where(person.tenant_id == self._tenant, person.active == 1, person.id.not_in(away))
            .order_by(load, person.id, who.c.absent.is_not(None), who.c.absent)
            .limit(MAX_CANDIDATES)
        )
        with self._database.reading() as connection:
            return [(PersonRow(*row[:-1]), row[-1]) for row in connection.execute(query)]

    def memberships(self, person_id: int) -> list[tuple[str, int]]:
        """List a person's groups as (group, office id)."""
        table = s.membership.c
        query = select(table.group_key, table.office_id).where(
            table.tenant_id == self._tenant, table.person_id == person_id
        )
        with self._database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def update_person(self, person_id: int, **changes: Any) -> None:
        """Change a person's language, password, roles, sealed number, or whether they may sign in."""
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


def _with_rights() -> Select[Any]:
    """Ask for a person, once for each right, and once without where they have none."""
    tenant, who = bindparam("b_tenant", type_=BigInteger), bindparam("b_person", type_=BigInteger)
    table, absence, person = s.membership.c, s.substitution.c, s.person.c
    own = select(cast(null(), BigInteger).label("absent"), table.group_key, table.office_id).where(
        table.tenant_id == tenant, table.person_id == who
    )
    absentee = s.person.alias("absentee")
    lent = (
        select(absence.person_id, func.coalesce(table.group_key, ""), func.coalesce(table.office_id, 0))
        .select_from(s.substitution)
        .join(absentee, (absentee.c.tenant_id == absence.tenant_id) & (absentee.c.id == absence.person_id))
        .outerjoin(
            s.membership, (table.tenant_id == absence.tenant_id) & (table.person_id == absence.person_id)
        )
        .where(
            running_on(bindparam("b_day", type_=Text), tenant),
            absence.substitute_id == who,
            absentee.c.active == 1,
        )
    )
    rights = union_all(own, lent).subquery("rights")
    return (
        select(*(person[name] for name in PersonRow.__slots__), *rights.c)
        .select_from(s.person.outerjoin(rights, true()))
        .where(person.tenant_id == tenant, person.id == who)
    )
