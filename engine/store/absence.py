"""Reads and writes who stands in for whom, and which tasks somebody has put off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, literal, or_, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import fields_of

MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class SubstitutionRow:
    """Who stands in for whom; days as `2026-03-02`, both included."""

    id: int
    person_id: int
    substitute_id: int
    begins_on: str
    ends_on: str
    created_by: int
    created_at: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """A task that somebody has put off until a moment."""

    user_task_id: int
    person_id: int
    until: int
    sealed_note: bytes


def running_on(day: Any, tenant_id: Any) -> ColumnElement[bool]:
    """Give the condition that a substitution runs on a day, both as values or parameters of a statement."""
    table = s.substitution.c
    runs: ColumnElement[bool] = (
        (table.tenant_id == tenant_id)
        & table.revoked_at.is_(None)
        & (table.begins_on <= day)
        & (table.ends_on >= day)
    )
    return runs


def put_off_by(tenant_id: Any, person_id: Any, now_ms: Any, user_task_id: Any) -> ColumnElement[bool]:
    """Give the condition that a person has put a task off beyond now, all as values or columns of a statement."""
    table = s.follow_up.c
    return exists(
        select(literal(1)).where(
            table.tenant_id == tenant_id,
            table.user_task_id == user_task_id,
            table.person_id == person_id,
            table.until > now_ms,
        )
    )


class AbsenceStore:
    """Queries about substitutions and follow-ups; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def add(self, row: SubstitutionRow, most: int) -> bool:
        """Add a substitution unless the person has that many which have not ended when it begins; says whether."""
        table = s.substitution.c
        mine = (table.tenant_id == self._tenant) & (table.person_id == row.person_id)
        with self._database.writing(alone="substitutions") as connection:
            known = connection.execute(
                select(func.count()).where(mine, table.revoked_at.is_(None), table.ends_on >= row.begins_on)
            ).scalar_one()
            if known < most:
                connection.execute(insert(s.substitution), {"tenant_id": self._tenant, **fields_of(row)})
        return bool(known < most)

    def revoke(self, substitution_id: int, at: int) -> bool:
        """End a substitution at once; says whether it had not been revoked before."""
        table = s.substitution
        with self._database.writing() as connection:
            result = connection.execute(
                update(table)
                .where(
                    table.c.tenant_id == self._tenant,
                    table.c.id == substitution_id,
                    table.c.revoked_at.is_(None),
                )
                .values(revoked_at=at)
            )
        return bool(result.rowcount)

    def substitution(self, substitution_id: int) -> SubstitutionRow | None:
        """Find a substitution."""
        found = self._substitutions(s.substitution.c.id == substitution_id)
        return found[0] if found else None

    def of_person(self, person_id: int, day: str) -> list[SubstitutionRow]:
        """List who stands in for a person and for whom they do, today or later."""
        table = s.substitution.c
        return self._substitutions(
            or_(table.person_id == person_id, table.substitute_id == person_id), *self._not_over(day)
        )

    def of_offices(self, offices: Collection[int], day: str) -> list[SubstitutionRow]:
        """List the substitutions of the people of some offices that run today or later."""
        table, person = s.substitution.c, s.person.c
        there = select(person.id).where(
            person.tenant_id == self._tenant, person.office_id.in_(sorted(offices))
        )
        return self._substitutions(table.person_id.in_(there), *self._not_over(day))

    def absent(self, day: str) -> set[int]:
        """Give the people for whom somebody stands in on a day."""
        query = select(s.substitution.c.person_id).where(running_on(day, self._tenant))
        with self._database.reading() as connection:
            return {row[0] for row in connection.execute(query)}

    def put_off(self, row: FollowUpRow, now_ms: int) -> bool:
        """Put an open task off that the person holds, instead of any time before; says whether they hold it.

        What the person had put off and has come back by itself is forgotten.
        """
        task, table = s.user_task.c, s.follow_up.c
        mine = (table.tenant_id == self._tenant) & (table.person_id == row.person_id)
        with self._database.writing() as connection:
            held = connection.execute(
                select(task.id)
                .where(
                    task.tenant_id == self._tenant,
                    task.id == row.user_task_id,
                    task.state == "open",
                    task.assignee == row.person_id,
                )
                .with_for_update()
            ).first()
            if held is None:
                return False
            over = (table.user_task_id == row.user_task_id) | (table.until <= now_ms)
            connection.execute(delete(s.follow_up).where(mine, over))
            connection.execute(insert(s.follow_up), {"tenant_id": self._tenant, **fields_of(row)})
        return True

    def bring_back(self, user_task_id: int, person_id: int) -> None:
        """Forget that a person has put a task off."""
        table = s.follow_up.c
        with self._database.writing() as connection:
            connection.execute(
                delete(s.follow_up).where(
                    table.tenant_id == self._tenant,
                    table.user_task_id == user_task_id,
                    table.person_id == person_id,
                )
            )

    def put_off_until(self, person_id: int, now_ms: int) -> list[FollowUpRow]:
        """List what a person has put off, what comes back first at the top."""
        table, task = s.follow_up.c, s.user_task.c
        query = (
            select(*(table[name] for name in FollowUpRow.__slots__))
            .join(s.user_task, (task.tenant_id == table.tenant_id) & (task.id == table.user_task_id))
            .where(
                table.tenant_id == self._tenant,
                table.person_id == person_id,
                table.until > now_ms,
                task.state == "open",
                task.assignee == person_id,
            )
            .order_by(table.until, table.user_task_id)
            .limit(MAX_LISTED)
        )
        with self._database.reading() as connection:
            return [FollowUpRow(*row) for row in connection.execute(query)]

    def _not_over(self, day: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        table = s.substitution.c
        return table.revoked_at.is_(None), table.ends_on >= day

    def _substitutions(self, *where: ColumnElement[bool]) -> list[SubstitutionRow]:
        table = s.substitution.c
        query = (
            select(*(table[name] for name in SubstitutionRow.__slots__))
            .where(table.tenant_id == self._tenant, *where)
            .order_by(table.begins_on, table.id)
            .limit(MAX_LISTED)
        )
        with self._database.reading() as connection:
            return [SubstitutionRow(*row) for row in connection.execute(query)]
