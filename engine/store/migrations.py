"""Reads and writes migrations and what they say of each case. Opens nothing and decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, literal_column, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.failures import ConflictError
from engine.store.rows import fields_of

MAX_COUNTED = 10_000
"""Cases of one state are counted up to so many."""
MAX_LISTED = 50
_COLUMNS = (
    "migration_id",
    "process_instance_id",
    "office_id",
    "definition_id",
    "row_version",
    "state",
    "code",
    "element_id",
    "at",
    "sealed_report",
)


@dataclass(frozen=True, slots=True)
class MigrationRow:
    """A migration. state: `looking` until every case was looked at, then `ready`."""

    id: int
    service_key: str
    source_id: int | None
    target_id: int
    state: str
    created_by: int | None
    created_at: int
    at_definition: int
    at_case: int


@dataclass(frozen=True, slots=True)
class MigrationCaseRow:
    """What a migration says of one case.

    state: `movable`, `changed` (it has moved on since, was looked at again, and may be moved), `refused`, `moved`,
    `put_back`, or `ended`. code, element_id: why it is refused.
    """

    migration_id: int
    process_instance_id: int
    office_id: int
    definition_id: int
    row_version: int
    state: str
    code: str | None
    element_id: str | None
    at: int
    sealed_report: bytes


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case of a migration with its number."""

    row: MigrationCaseRow
    business_key: str
    service_key: str


class MigrationStore:
    """Migrations are kept; of their cases, what came of each."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def add(self, row: MigrationRow) -> None:
        """Add a migration."""
        with self._database.writing() as connection:
            connection.execute(insert(s.migration), {"tenant_id": self._tenant, **fields_of(row)})

    def find(self, migration_id: int) -> MigrationRow | None:
        """Give a migration."""
        table = s.migration.c
        query = select(*(table[name] for name in MigrationRow.__slots__)).where(
            table.tenant_id == self._tenant, table.id == migration_id
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return MigrationRow(*row) if row else None

    def of_service(self, service_key: str) -> list[MigrationRow]:
        """List the newest migrations of a service."""
        table = s.migration.c
        query = (
            select(*(table[name] for name in MigrationRow.__slots__))
            .where(table.tenant_id == self._tenant, table.service_key == service_key)
            .order_by(table.id.desc())
            .limit(MAX_LISTED)
        )
        with self._database.reading() as connection:
            return [MigrationRow(*row) for row in connection.execute(query)]

    def next_cases(self, definition_id: int, after: int, size: int) -> list[int]:
        """List running cases of a version by id, those after one."""
        case = s.process_instance.c
        query = (
            select(case.id)
            .where(
                case.tenant_id == self._tenant,
                case.definition_id == definition_id,
                case.state == literal_column("'active'"),  # as the partial index says it
                case.id > after,
            )
            .order_by(case.id)
            .limit(size)
        )
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def looked(self, before: MigrationRow, after: MigrationRow, cases: Sequence[MigrationCaseRow]) -> None:
        """Note what was found of the next cases; raises ConflictError when somebody else has looked at them."""
        table = s.migration.c
        with self._database.writing() as connection:
            result = connection.execute(
                update(s.migration)
                .where(
                    table.tenant_id == self._tenant,
                    table.id == before.id,
                    table.at_definition == before.at_definition,
                    table.at_case == before.at_case,
                )
                .values(state=after.state, at_definition=after.at_definition, at_case=after.at_case)
            )
            if result.rowcount != 1:
                raise ConflictError
            if cases:
                rows = [{"tenant_id": self._tenant, "sealed_before": None, **fields_of(one)} for one in cases]
                connection.execute(insert(s.migration_case), rows)

    def put(self, row: MigrationCaseRow, *, was: MigrationCaseRow) -> bool:
        """Note what was found of a case looked at again; says whether it still stood as it was read."""
        table = s.migration_case.c
        with self._database.writing() as connection:
            result = connection.execute(
                update(s.migration_case)
                .where(
                    table.tenant_id == self._tenant,
                    table.migration_id == row.migration_id,
                    table.process_instance_id == row.process_instance_id,
                    table.state == was.state,
                    table.row_version == was.row_version,
                )
                .values({name: getattr(row, name) for name in _COLUMNS[2:]})
            )
        return bool(result.rowcount == 1)

    def cases(
        self,
        migration_id: int,
        *,
        states: Collection[str],
        offices: Collection[int] | None = None,
        after: int = 0,
        size: int = 50,
    ) -> list[ListedCase]:
        """List the cases of a migration in some states by id, those after one; offices: only theirs."""
        table, case = s.migration_case.c, s.process_instance.c
        pages = []
        for state in sorted(states):
            page = (
                select(*(table[name] for name in _COLUMNS), case.business_key, case.service_key)
                .join(
                    s.process_instance,
                    (case.tenant_id == table.tenant_id) & (case.id == table.process_instance_id),
                )
                .where(
                    table.tenant_id == self._tenant,
                    table.migration_id == migration_id,
                    table.state == state,
                    table.process_instance_id > after,
                )
                .order_by(table.process_instance_id)
                .limit(size)
            )
            pages.append(page if offices is None else page.where(table.office_id.in_(list(offices))))
        found = []
        with self._database.reading() as connection:
            for page in pages:
                found += [
                    ListedCase(MigrationCaseRow(*row[:-2]), *row[-2:]) for row in connection.execute(page)
                ]
        return sorted(found, key=lambda one: one.row.process_instance_id)[:size]

    def case(self, migration_id: int, process_instance_id: int) -> MigrationCaseRow | None:
        """Give what a migration says of one case."""
        table = s.migration_case.c
        query = select(*(table[name] for name in _COLUMNS)).where(
            table.tenant_id == self._tenant,
            table.migration_id == migration_id,
            table.process_instance_id == process_instance_id,
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return MigrationCaseRow(*row) if row else None

    def state_before(self, migration_id: int, process_instance_id: int) -> bytes | None:
        """Give a moved case's sealed state from before."""
        table = s.migration_case.c
        query = select(table.sealed_before).where(
            table.tenant_id == self._tenant,
            table.migration_id == migration_id,
            table.process_instance_id == process_instance_id,
        )
        with self._database.reading() as connection:
            found: bytes | None = connection.execute(query).scalar()
        return None if found is None else bytes(found)

    def last_move(self, process_instance_id: int) -> MigrationCaseRow | None:
        """Give the newest migration that moved a case and did not put it back."""
        table = s.migration_case.c
        # Ordered here: asked for an order, SQLite would go through another index from its end.
        query = select(*(table[name] for name in _COLUMNS)).where(
            table.tenant_id == self._tenant,
            table.process_instance_id == process_instance_id,
            table.state == literal_column("'moved'"),  # as the partial index says it
        )
        with self._database.reading() as connection:
            rows = [MigrationCaseRow(*row) for row in connection.execute(query)]
        return max(rows, key=lambda row: row.migration_id, default=None)

    def counts(self, migration_id: int, states: Sequence[str]) -> dict[str, int]:
        """Count the cases of a migration by state; each count stops at MAX_COUNTED."""
        table = s.migration_case.c
        counts = []
        for state in states:
            some = (
                select(literal_column("1"))
                .select_from(s.migration_case)
                .where(
                    table.tenant_id == self._tenant,
                    table.migration_id == migration_id,
                    table.state == state,
                )
                .limit(MAX_COUNTED)
                .subquery()
            )
            counts.append(select(func.count()).select_from(some).scalar_subquery())
        with self._database.reading() as connection:
            row = connection.execute(select(*counts)).one()
        return dict(zip(states, row, strict=True))
