"""Reads and writes bundles and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, literal_column, select, update

from engine.errors import InvalidState
from engine.store import schema as s
from engine.store.database import Database
from engine.store.schedules import ScheduleRow, put_schedule

MAX_COUNTED = 10_000
"""Running cases are counted up to so many."""
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """One deployed version of a service.

    stories: how it was proved when it was deployed: `passed`, `none` where it has no stories, `skipped` where somebody
    deployed it without them, `unplayed` where nobody plays any.
    """

    id: int
    key: str
    version: int
    digest: str
    deployed_at: int
    deployed_by: int | None
    note: str
    stories: str = "unplayed"


class DefinitionStore:
    """Versions are only ever added."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def add(
        self,
        row: DefinitionRow,
        content: bytes,
        schedule: ScheduleRow | None = None,
        *,
        onto: int | None = None,
    ) -> DefinitionRow:
        """Add a version with the next number and make it the newest; gives it back with the number.

        schedule: by which a timer starts cases of it; one with the same timer keeps its beat. onto: the number
        of the version that it follows, 0 for none; raises InvalidState (`version_moved`) when it follows another.
        """
        with self._database.writing(alone="definitions") as connection:
            table = s.process_definition.c
            newest = connection.execute(
                select(func.max(table.version)).where(table.tenant_id == self._tenant, table.key == row.key)
            ).scalar()
            if onto is not None and onto != (newest or 0):
                raise InvalidState(
                    f"Expected version {onto} of {row.key} to be the newest, but it is {newest}",
                    code="version_moved",
                )
            version = (newest or 0) + 1
            known = connection.execute(
                select(s.bundle.c.digest).where(
                    s.bundle.c.tenant_id == self._tenant, s.bundle.c.digest == row.digest
                )
            ).first()
            if known is None:
                connection.execute(
                    insert(s.bundle), {"tenant_id": self._tenant, "digest": row.digest, "content": content}
                )
            added = replace(row, version=version)
            values = {name: getattr(added, name) for name in DefinitionRow.__slots__}
            connection.execute(insert(s.process_definition), {"tenant_id": self._tenant, **values})
            if newest is None:
                first = {"tenant_id": self._tenant, "key": row.key, "definition_id": row.id, "last_number": 0}
                connection.execute(insert(s.service), first)
            else:
                connection.execute(
                    update(s.service)
                    .where(s.service.c.tenant_id == self._tenant, s.service.c.key == row.key)
                    .values(definition_id=row.id)
                )
            put_schedule(connection, self._tenant, row.key, schedule)
        return added

    def renew_schedule(self, key: str, schedule: ScheduleRow | None) -> None:
        """Put back a service's schedule where it was lost; one that is there keeps its beat."""
        with self._database.writing(alone="definitions") as connection:
            put_schedule(connection, self._tenant, key, schedule)

    def versions(self, key: str | None = None) -> list[DefinitionRow]:
        """List the versions of one service, or of all, newest first."""
        table = s.process_definition.c
        query = select(*(table[name] for name in DefinitionRow.__slots__)).where(
            table.tenant_id == self._tenant
        )
        if key is not None:
            query = query.where(table.key == key)
        with self._database.reading() as connection:
            return [
                DefinitionRow(*row)
                for row in connection.execute(query.order_by(table.key, table.version.desc()))
            ]

    def newest(self, key: str) -> int | None:
        """Give the id of a service's newest version."""
        query = select(s.service.c.definition_id).where(
            s.service.c.tenant_id == self._tenant, s.service.c.key == key
        )
        with self._database.reading() as connection:
            found: int | None = connection.execute(query).scalar()
            return found

    def newest_of_all(self) -> dict[str, int]:
        """Give the id of every service's newest version, by the service's key, in the order of the keys."""
        query = select(s.service.c.key, s.service.c.definition_id).where(
            s.service.c.tenant_id == self._tenant
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query.order_by(s.service.c.key))}

    def running(self, definition_ids: Sequence[int]) -> dict[int, int]:
        """Count the running cases of versions; each count stops at MAX_COUNTED."""
        found: dict[int, int] = {}
        if not definition_ids:
            return found
        case = s.process_instance.c
        counts = []
        for definition_id in definition_ids:
            some = (
                select(literal_column("1"))
                .select_from(s.process_instance)
                .where(
                    case.tenant_id == self._tenant,
                    case.definition_id == definition_id,
                    case.state == literal_column("'active'"),  # as the partial index says it
                )
                .limit(MAX_COUNTED)
                .subquery()
            )
            counts.append(select(func.count()).select_from(some).scalar_subquery())
        with self._database.reading() as connection:
            for start in range(0, len(definition_ids), _AT_ONCE):
                row = connection.execute(select(*counts[start : start + _AT_ONCE])).one()
                found.update(zip(definition_ids[start : start + _AT_ONCE], row, strict=True))
        return found

    def content(self, definition_id: int) -> tuple[DefinitionRow, bytes] | None:
        """Give a version and the zip of its bundle."""
        table = s.process_definition.c
        query = (
            select(*(table[name] for name in DefinitionRow.__slots__), s.bundle.c.content)
            .join(s.bundle, (s.bundle.c.tenant_id == table.tenant_id) & (s.bundle.c.digest == table.digest))
            .where(table.tenant_id == self._tenant, table.id == definition_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return (DefinitionRow(*row[:-1]), row[-1]) if row else None
