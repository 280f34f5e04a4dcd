"""Reads and writes editions of the calendar, changes of it and what they move. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, literal, literal_column, select, tuple_, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.failures import ConflictError
from engine.store.rows import fields_of

MAX_LISTED = 50
MAX_COUNTED = 10_000
"""Cases of one state are counted up to so many."""
ALONE = "calendar"


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition as it is stored."""

    number: int
    created_at: int
    change_id: int | None
    content: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of the calendar.

    state: `looking` until every clock that it may move was looked at, then `ready`; `applying` since it was
    approved, `applied` in the end; or `discarded`. place: which of the lists of clocks is gone through.
    """

    id: int
    office_id: int | None
    kind: str
    content: str
    state: str
    base: int
    edition: int | None
    created_by: int | None
    created_at: int
    decided_by: int | None = None
    decided_at: int | None = None
    reason: str | None = None
    place: int = 0
    at_due: int = -1
    at_case: int = 0
    at_key: str = ""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """What a change does to a case. state: `foreseen`, `missed`, `moved`, or `gone`."""

    change_id: int
    process_instance_id: int
    office_id: int
    state: str
    at: int
    content: str


@dataclass(frozen=True, slots=True)
class ListedMove:
    """A move with what people know the case by."""

    row: MoveRow
    business_key: str
    service_key: str
    definition_id: int


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock that a change may move; times in milliseconds."""

    due_at: int
    process_instance_id: int
    key: str
    office_id: int
    started_at: int
    provisional: int
    calendar_version: str
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class ClocksWanted:
    """Which clocks a change may move.

    due_from: the earliest due moment. offices: None for all.
    """

    state: str
    due_from: int
    offices: frozenset[int] | None


class CalendarStore:
    """Editions are kept for good; of the changes, what came of each case."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def newest(self) -> tuple[int | None, int | None]:
        """Give the number of the newest edition and a change that is being applied; None where there is none."""
        edition, change = s.calendar_edition.c, s.calendar_change.c
        newest = select(func.max(edition.number)).where(edition.tenant_id == self._tenant).scalar_subquery()
        applying = (
            select(func.min(change.id))
            .where(change.tenant_id == self._tenant, change.state == literal_column("'applying'"))
            .scalar_subquery()
        )
        with self._database.reading() as connection:
            row = connection.execute(select(newest, applying)).one()
        return row[0], row[1]

    def edition(self, number: int) -> EditionRow | None:
        """Give an edition."""
        own = s.calendar_edition.c
        query = select(*(own[name] for name in EditionRow.__slots__)).where(
            own.tenant_id == self._tenant, own.number == number
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return EditionRow(*row) if row else None

    def editions(self, before: int | None = None) -> list[EditionRow]:
        """List the editions, the newest first, MAX_LISTED at a time; before: only those with a lower number."""
        own = s.calendar_edition.c
        query = select(*(own[name] for name in EditionRow.__slots__)).where(own.tenant_id == self._tenant)
        if before is not None:
            query = query.where(own.number < before)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(own.number.desc()).limit(MAX_LISTED))
            return [EditionRow(*row) for row in rows]

    def days(self, label: str) -> str | None:
        """Give the days of a release of the package."""
        own = s.calendar_days.c
        query = select(own.content).where(own.tenant_id == self._tenant, own.label == label)
        with self._database.reading() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def keep_first(self, row: EditionRow, label: str, days: str) -> bool:
        """Keep the first edition with the days that it names, unless there is one; says whether it did."""
        own = s.calendar_edition.c
        with self._database.writing(alone=ALONE) as connection:
            there = select(own.number).where(own.tenant_id == self._tenant).limit(1)
            if connection.execute(there).first() is not None:
                return False
            connection.execute(
                insert(s.calendar_days), {"tenant_id": self._tenant, "label": label, "content": days}
            )
            connection.execute(insert(s.calendar_edition), {"tenant_id": self._tenant, **fields_of(row)})
        return True

    def add_change(self, row: ChangeRow) -> None:
        """Add a change."""
        with self._database.writing() as connection:
            connection.execute(insert(s.calendar_change), {"tenant_id": self._tenant, **fields_of(row)})

    def change(self, change_id: int) -> ChangeRow | None:
        """Give a change."""
        own = s.calendar_change.c
        query = select(*(own[name] for name in ChangeRow.__slots__)).where(
            own.tenant_id == self._tenant, own.id == change_id
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return ChangeRow(*row) if row else None

    def changes(self, before: int | None = None) -> list[ChangeRow]:
        """List the changes, the newest first, MAX_LISTED at a time; before: only those with a lower id."""
        own = s.calendar_change.c
        query = select(*(own[name] for name in ChangeRow.__slots__)).where(own.tenant_id == self._tenant)
        if before is not None:
            query = query.where(own.id < before)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(own.id.desc()).limit(MAX_LISTED))
            return [ChangeRow(*row) for row in rows]

    def put_change(self, before: ChangeRow, after: ChangeRow, moves: Sequence[MoveRow] = ()) -> None:
        """Go on with a change, and note what was found; raises ConflictError when somebody else has.

        A move of a case that is noted already takes its place.
        """
        with self._database.writing() as connection:
            self._go_on(connection, before, after)
            self._put_moves(connection, moves)

    def begin_again(self, before: ChangeRow, after: ChangeRow) -> None:
        """Forget what was found and look anew; raises ConflictError when somebody else has gone on."""
        own = s.calendar_move.c
        with self._database.writing() as connection:
            self._go_on(connection, before, after)
            connection.execute(
                delete(s.calendar_move).where(own.tenant_id == self._tenant, own.change_id == before.id)
            )

    def approve(self, before: ChangeRow, after: ChangeRow, edition: EditionRow) -> None:
        """Put an edition into force; raises ConflictError when another has been since, or somebody else decided."""
        own = s.calendar_edition.c
        with self._database.writing(alone=ALONE) as connection:
            newest = select(func.max(own.number)).where(own.tenant_id == self._tenant)
            if connection.execute(newest).scalar() != before.base:
                raise ConflictError
            self._go_on(connection, before, after)
            connection.execute(insert(s.calendar_edition), {"tenant_id": self._tenant, **fields_of(edition)})

    def clocks(self, where: ClocksWanted, after: tuple[int, int, str], size: int) -> list[ClockRow]:
        """List clocks of one state by due date, those after one."""
        own = s.deadline.c
        order = (own.due_at, own.process_instance_id, own.key)
        # The index alone says which come next; the rows are read for those only.
        wanted = select(own.process_instance_id, own.key).where(
            own.tenant_id == self._tenant,
            own.state == where.state,
            own.due_at >= max(where.due_from, after[0]),
            tuple_(*order) > tuple_(*(literal(one) for one in after)),
        )
        if where.offices is not None:
            wanted = wanted.where(own.office_id.in_(sorted(where.offices)))
        keys = wanted.order_by(*order).limit(size).subquery()
        query = (
            select(*(own[name] for name in ClockRow.__slots__))
            .select_from(keys)
            .join(
                s.deadline,
                (own.tenant_id == self._tenant)
                & (own.process_instance_id == keys.c.process_instance_id)
                & (own.key == keys.c.key),
            )
            .order_by(*order)
        )
        with self._database.reading() as connection:
            return [ClockRow(*row) for row in connection.execute(query)]

    def moves(
        self,
        change_id: int,
        *,
        states: Collection[str],
        offices: Collection[int],
        after: int = 0,
        size: int = 50,
    ) -> list[ListedMove]:
        """List what a change does to the cases of some offices, by case id, those after one."""
        own, case = s.calendar_move.c, s.process_instance.c
        found: list[ListedMove] = []
        with self._database.reading() as connection:
            for state in sorted(states):
                query = (
                    select(
                        *(own[name] for name in MoveRow.__slots__),
                        case.business_key,
                        case.service_key,
                        case.definition_id,
                    )
                    .join(
                        s.process_instance,
                        (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id),
                    )
                    .where(
                        own.tenant_id == self._tenant,
                        own.change_id == change_id,
                        own.state == state,
                        own.process_instance_id > after,
                        own.office_id.in_(sorted(offices)),
                    )
                    .order_by(own.process_instance_id)
                    .limit(size)
                )
                found += [ListedMove(MoveRow(*row[:-3]), *row[-3:]) for row in connection.execute(query)]
        return sorted(found, key=lambda one: one.row.process_instance_id)[:size]

    def noted(self, change_id: int, cases: Collection[int]) -> dict[int, MoveRow]:
        """Give what is noted of some cases."""
        own = s.calendar_move.c
        query = select(*(own[name] for name in MoveRow.__slots__)).where(
            own.tenant_id == self._tenant,
            own.change_id == change_id,
            own.process_instance_id.in_(sorted(cases)),
        )
        with self._database.reading() as connection:
            rows = [MoveRow(*row) for row in connection.execute(query)]
        return {row.process_instance_id: row for row in rows}

    def counts(self, change_id: int, states: Sequence[str]) -> dict[str, int]:
        """Count the cases of a change by state; each count stops at MAX_COUNTED."""
        own = s.calendar_move.c
        counts = []
        for state in states:
            some = (
                select(literal_column("1"))
                .select_from(s.calendar_move)
                .where(own.tenant_id == self._tenant, own.change_id == change_id, own.state == state)
                .limit(MAX_COUNTED)
                .subquery()
            )
            counts.append(select(func.count()).select_from(some).scalar_subquery())
        with self._database.reading() as connection:
            row = connection.execute(select(*counts)).one()
        return dict(zip(states, row, strict=True))

    def _go_on(self, connection: Connection, before: ChangeRow, after: ChangeRow) -> None:
        own = s.calendar_change.c
        place = (own.state, own.base, own.place, own.at_due, own.at_case, own.at_key)
        result = connection.execute(
            update(s.calendar_change)
            .where(
                own.tenant_id == self._tenant,
                own.id == before.id,
                *(column == getattr(before, str(column.key)) for column in place),
            )
            .values({name: value for name, value in fields_of(after).items() if name != "id"})
        )
        if result.rowcount != 1:
            raise ConflictError

    def _put_moves(self, connection: Connection, moves: Sequence[MoveRow]) -> None:
        own = s.calendar_move.c
        if not moves:
            return
        connection.execute(
            delete(s.calendar_move).where(
                own.tenant_id == self._tenant,
                own.change_id == moves[0].change_id,
                own.process_instance_id.in_([row.process_instance_id for row in moves]),
            )
        )
        rows = [{"tenant_id": self._tenant, **fields_of(row)} for row in moves]
        connection.execute(insert(s.calendar_move), rows)
