"""Finds the cases that the figures have still to count, keeps the counts, and reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, literal_column, select, union_all, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import HistoryRow, fields_of
from engine.store.upserts import insert_into, insert_new

MISSED_KINDS = ("promised", "statutory")
COUNTED_EVENTS = (
    "user_task_claimed",
    "user_task_taken_over",
    "user_task_reassigned",
    "user_task_delegated",
    "user_task_sent_back",
    "user_task_returned",
)
_DONE = 2
_BAD: Any = literal_column("1")
"""Written into the statement: SQLite uses a partial index only where it sees the index's own words."""


@dataclass(frozen=True, slots=True)
class NotFigured:
    """A case that is still to be counted. figured: what is counted of it, as the table says."""

    id: int
    definition_id: int
    service_key: str
    office_id: int
    state: str
    started_at: int
    ended_at: int | None
    figured: int | None

    @property
    def has_ended(self) -> bool:
        """Say whether the case runs no more."""
        return self.state != "active"


@dataclass(frozen=True, slots=True)
class DoneTask:
    """A completed task."""

    element_id: str
    created_at: int
    completed_at: int
    completed_by: int | None


@dataclass(frozen=True, slots=True)
class Happened:
    """A link of a history without its payload."""

    event: str
    at: int
    actor: int | None
    element_id: str | None


@dataclass(frozen=True, slots=True)
class CaseFigureRow:
    """What is kept of a case that has ended."""

    process_instance_id: int
    service_key: str
    definition_id: int
    office_id: int
    month: str
    state: str
    ended_at: int
    days: int
    missed: int | None
    returns: int
    rating: str | None
    rated_at: int | None
    bad: int
    review: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A number to be added. place: office, period, measure, service, element, version, bucket."""

    place: tuple[int, str, str, str, str, int, int]
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A number that was counted, added up by the parts that were asked for."""

    parts: tuple[Any, ...]
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class EndedCase:
    """A case of the figures in a list."""

    id: int
    business_key: str
    title: str
    service_key: str
    definition_id: int
    office_id: int
    state: str
    outcome: str | None
    started_at: int
    ended_at: int
    days: int
    missed: int | None
    returns: int
    rating: str | None
    rated_at: int | None
    review: str | None


class FigureStore:
    """Counts are only added to, in the transaction that marks the cases as counted."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        self.rest_until = float("-inf")
        """Until when there is nothing to look for, on the `time.monotonic` scale."""

    def not_figured(self, limit: int) -> list[NotFigured]:
        """List cases that began or ended and are not counted yet."""
        case = s.process_instance.c
        query = (
            select(*(case[name] for name in NotFigured.__slots__))
            .where(case.tenant_id == self._tenant, s.NOT_FIGURED)
            .order_by(case.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [NotFigured(*row) for row in connection.execute(query)]

    def done_tasks(self, case_ids: Collection[int]) -> dict[int, list[DoneTask]]:
        """Give the completed tasks of some cases, by case."""
        task = s.user_task.c
        query = select(task.process_instance_id, *(task[name] for name in DoneTask.__slots__)).where(
            task.tenant_id == self._tenant,
            task.process_instance_id.in_(sorted(case_ids)),
            task.state == "completed",
        )
        return self._by_case(query, DoneTask)

    def happened(self, case_ids: Collection[int]) -> dict[int, list[Happened]]:
        """Give what people did with the tasks of some cases, in order, by case."""
        link = s.history.c
        query = (
            select(link.process_instance_id, *(link[name] for name in Happened.__slots__))
            .where(
                link.tenant_id == self._tenant,
                link.process_instance_id.in_(sorted(case_ids)),
                link.event.in_(COUNTED_EVENTS),
            )
            .order_by(link.process_instance_id, link.seq)
        )
        return self._by_case(query, Happened)

    def missed(self, case_ids: Collection[int]) -> dict[int, list[bool]]:
        """Say of each promised and statutory clock of some cases whether it was missed; one without an end tells nothing."""
        clock = s.deadline.c
        query = select(clock.process_instance_id, clock.state == "breached").where(
            clock.tenant_id == self._tenant,
            clock.process_instance_id.in_(sorted(case_ids)),
            clock.kind.in_(MISSED_KINDS),
            clock.state.in_(("kept", "breached", "handed_over")),
        )
        return self._by_case(query, bool)

    def answered(
        self, case_ids: Collection[int], element_ids: Collection[str]
    ) -> list[tuple[int, HistoryRow]]:
        """Give the links by which tasks of some elements were completed, with the case of each, in order."""
        link = s.history.c
        query = (
            select(link.process_instance_id, *(link[name] for name in HistoryRow.__slots__))
            .where(
                link.tenant_id == self._tenant,
                link.process_instance_id.in_(sorted(case_ids)),
                link.event == "user_task_completed",
                link.element_id.in_(sorted(element_ids)),
            )
            .order_by(link.process_instance_id, link.seq)
        )
        with self._database.reading() as connection:
            return [(row[0], HistoryRow(*row[1:])) for row in connection.execute(query)]

    def write(
        self, cases: Sequence[NotFigured], rows: Sequence[CaseFigureRow], counted: Iterable[Counted]
    ) -> bool:
        """Mark cases as counted, keep their rows and add the numbers, at once; False, and nothing, where another was quicker."""
        case = s.process_instance.c
        with self._database.writing(alone="figures") as connection:
            still = select(case.id, case.figured).where(
                case.tenant_id == self._tenant, case.id.in_([one.id for one in cases])
            )
            known = {row[0]: row[1] for row in connection.execute(still)}
            if any(known.get(one.id, _DONE) != one.figured for one in cases):
                return False
            mark = (
                update(s.process_instance)
                .where(case.tenant_id == self._tenant, case.id == bindparam("b_id"))
                .values(figured=bindparam("b_figured"))
            )
            connection.execute(
                mark, [{"b_id": one.id, "b_figured": _DONE if one.has_ended else 1} for one in cases]
            )
            if rows:
                kept = [{"tenant_id": self._tenant, **fields_of(row)} for row in rows]
                connection.execute(insert_new(s.case_figure, connection.dialect.name), kept)
            added = _added_up(counted)
            if added:
                table = s.figure
                adding = insert_into(table, connection.dialect.name)
                adding = adding.on_conflict_do_update(
                    index_elements=[column.name for column in table.primary_key],
                    set_={
                        "number": table.c.number + adding.excluded.number,
                        "total": table.c.total + adding.excluded.total,
                    },
                )
                connection.execute(adding, [{"tenant_id": self._tenant, **one} for one in added])
        return True

    def forget(self) -> None:
        """Drop every figure; all cases are still to be counted then."""
        case = s.process_instance.c
        with self._database.writing(alone="figures") as connection:
            for table in (s.figure, s.case_figure):
                connection.execute(delete(table).where(table.c.tenant_id == self._tenant))
            connection.execute(
                update(s.process_instance)
                .where(case.tenant_id == self._tenant, case.figured.is_not(None))
                .values(figured=None)
            )
        self.rest_until = float("-inf")

    def sums(
        self,
        offices: Collection[int],
        periods: Collection[str],
        measures: Collection[str],
        by: Sequence[str],
        *,
        service_key: str | None = None,
        definition_id: int | None = None,
    ) -> list[Sum]:
        """Add the numbers of some offices, periods and measures up by some columns; one range of the key each."""
        table = s.figure.c
        columns = [table[name] for name in by]
        query = (
            select(*columns, func.sum(table.number), func.sum(table.total))
            .where(
                table.tenant_id == self._tenant,
                table.office_id.in_(sorted(offices)),
                table.period.in_(sorted(periods)),
                table.measure.in_(sorted(measures)),
            )
            .group_by(*columns)
        )
        if service_key is not None:
            query = query.where(table.service_key == service_key)
        if definition_id is not None:
            query = query.where(table.definition_id == definition_id)
        with self._database.reading() as connection:
            return [Sum(tuple(row[:-2]), int(row[-2]), int(row[-1])) for row in connection.execute(query)]

    def slowest(
        self,
        offices: Collection[int],
        months: Collection[str],
        ended: tuple[int, int],
        size: int,
        *,
        service_key: str | None = None,
    ) -> list[EndedCase]:
        """List the cases that took longest of those that were completed in some months between two moments."""
        case = s.case_figure.c
        keys = []
        for month in sorted(months):
            query = select(case.tenant_id, case.process_instance_id, case.days).where(
                case.tenant_id == self._tenant,
                case.month == month,
                case.state == "completed",
                case.ended_at >= ended[0],
                case.ended_at < ended[1],
                case.office_id.in_(sorted(offices)),
            )
            if service_key is not None:
                query = query.where(case.service_key == service_key)
            few = query.order_by(case.days.desc(), case.process_instance_id.desc()).limit(size).subquery()
            keys.append(select(few.c.tenant_id, few.c.process_instance_id, few.c.days))
        if not keys:
            return []
        found = union_all(*keys).subquery()
        wanted = _ended(found).order_by(found.c.days.desc(), found.c.process_instance_id.desc()).limit(size)
        with self._database.reading() as connection:
            return [EndedCase(*row) for row in connection.execute(wanted)]

    def badly_rated(
        self,
        offices: Collection[int],
        ended: tuple[int, int],
        size: int,
        *,
        service_key: str | None = None,
        before: tuple[int, int] | None = None,
    ) -> list[EndedCase]:
        """List the badly rated cases that ended between two moments, the newest first.

        before: moment and id of the last of the page before.
        """
        case = s.case_figure.c
        query = select(case.tenant_id, case.process_instance_id, case.ended_at).where(
            case.tenant_id == self._tenant,
            case.bad == _BAD,
            case.ended_at >= ended[0],
            case.ended_at < ended[1],
            case.office_id.in_(sorted(offices)),
        )
        if service_key is not None:
            query = query.where(case.service_key == service_key)
        if before is not None:
            older = (case.ended_at == before[0]) & (case.process_instance_id < before[1])
            query = query.where(case.ended_at <= before[0], (case.ended_at < before[0]) | older)
        few = query.order_by(case.ended_at.desc(), case.process_instance_id.desc()).limit(size).subquery()
        wanted = _ended(few).order_by(few.c.ended_at.desc(), few.c.process_instance_id.desc())
        with self._database.reading() as connection:
            return [EndedCase(*row) for row in connection.execute(wanted)]

    def _by_case(self, query: Select[Any], record: Any) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        with self._database.reading() as connection:
            for row in connection.execute(query):
                found[row[0]].append(record(*row[1:]))
        return found


def _added_up(counted: Iterable[Counted]) -> list[dict[str, Any]]:
    """Add up what belongs to one place, in the order of the key, so that two writers never wait for each other."""
    numbers: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for one in counted:
        numbers[one.place][0] += one.number
        numbers[one.place][1] += one.total
    names = ("office_id", "period", "measure", "service_key", "element_id", "definition_id", "bucket")
    return [
        {**dict(zip(names, place, strict=True)), "number": number, "total": total}
        for place, (number, total) in sorted(numbers.items())
    ]


def _ended(keys: Any) -> Select[Any]:
    """Give what cases are, by their keys, with their figures."""
    case, figure = s.process_instance.c, s.case_figure.c
    own = {"days", "missed", "returns", "rating", "rated_at", "review"}
    columns = [figure[name] if name in own else case[name] for name in EndedCase.__slots__]
    joined = keys.join(
        s.case_figure,
        (figure.tenant_id == keys.c.tenant_id) & (figure.process_instance_id == keys.c.process_instance_id),
    ).join(s.process_instance, (case.tenant_id == figure.tenant_id) & (case.id == figure.process_instance_id))
    return select(*columns).select_from(joined)
