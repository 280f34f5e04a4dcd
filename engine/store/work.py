"""Counts and lists open tasks for those who answer for other people's work. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal,
    select,
    tuple_,
)

from engine.store import schema as s
from engine.store.absence import running_on
from engine.store.database import Database

MISSED_KINDS = ("promised", "statutory")
"""Kinds of clocks that were promised to somebody outside; an internal one is the office's own affair."""
MAX_CANDIDATES = 500
MAX_CLOCKS = 5_000
_OPEN: ColumnElement[Any] = literal("open", literal_execute=True)
"""Written into the statement: SQLite uses a partial index only where it sees the index's own words."""
_BREACHED: ColumnElement[Any] = literal("breached", literal_execute=True)


@dataclass(frozen=True, slots=True)
class Count:
    """How many open tasks there are of one kind.

    at_risk: not late, and a clock has warned. paused: a promised clock stands still; such a task may be late
    or at risk by another one. soon: late between now and a moment that was asked for; 0 where none was.
    """

    total: int = 0
    late: int = 0
    at_risk: int = 0
    paused: int = 0
    unclaimed: int = 0
    soon: int = 0

    @property
    def on_time(self) -> int:
        """Give how many are neither late nor at risk; some of them may stand still."""
        return self.total - self.late - self.at_risk

    @classmethod
    def sum(cls, counts: Iterable[Count]) -> Count:
        """Add counts up."""
        return cls(*map(sum, zip(*map(_NUMBERS, counts), strict=True)))


_NUMBERS = attrgetter(*Count.__slots__)

Place = tuple[int, str, str]
"""An office, a service and a step of it."""


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Which open tasks to list. standing: `late`, `at_risk`, `on_time`, `paused`, `unclaimed`; None for all.

    nobody: only what nobody has claimed, whatever its standing. until: only what becomes late between now and
    then, the moment included.
    """

    standing: str | None = None
    service_key: str | None = None
    office_id: int | None = None
    element_id: str | None = None
    assignee: int | None = None
    group: str | None = None
    nobody: bool = False
    until: int | None = None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A task in a list, with what the list says of its case. office_id: of the people who do it.

    created_at: since when it waits.
    """

    id: int
    process_instance_id: int
    business_key: str
    title: str
    service_key: str
    definition_id: int
    element_id: str
    office_id: int
    candidate_group: str
    assignee: int | None
    priority: int
    due_at: int
    at_risk: int
    paused: int
    state: str
    created_at: int


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock of a case that has not ended; `key` finds its ledger."""

    process_instance_id: int
    key: str
    deadline_id: str
    state: str
    due_at: int


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case in which a clock runs and nobody has a task: it waits for a message, a moment, an outside system."""

    id: int
    business_key: str
    title: str
    service_key: str
    definition_id: int
    office_id: int
    key: str
    deadline_id: str
    due_at: int
    started_at: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of a group at an office."""

    person_id: int
    name: str
    name_en: str
    group: str
    office_id: int


Cursor = tuple[int, int]
"""Due date and task id of the last row of the page before."""


class WorkStore:
    """Queries over the open tasks of some offices; one index holds all that they count and filter by."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def count(self, offices: Collection[int], now: int) -> Count:
        """Count the open tasks of some offices at one moment."""
        (row,) = self._counted(offices, now, ())
        return Count(*row)

    def count_by_place(
        self, offices: Collection[int], now: int, until: int | None = None
    ) -> dict[Place, Count]:
        """Count the open tasks of some offices at one moment by office, service and step.

        until: say as well how many become late from now to then, the moment included.
        """
        task = s.user_task.c
        rows = self._counted(offices, now, (task.office_id, task.service_key, task.element_id), until)
        return {(row[0], row[1], row[2]): Count(*row[3:]) for row in rows}

    def count_by_person(self, offices: Collection[int], now: int) -> dict[int | None, Count]:
        """Count the open tasks of some offices at one moment by who has them; None: nobody."""
        return {row[0]: Count(*row[1:]) for row in self._counted(offices, now, (s.user_task.c.assignee,))}

    def _counted(
        self,
        offices: Collection[int],
        now: int,
        parts: Sequence[ColumnElement[Any]],
        until: int | None = None,
    ) -> Sequence[Any]:
        """Count by some columns, going over the index once."""
        task = s.user_task.c
        soon = [] if until is None else [func.count().filter(task.due_at > now, task.due_at <= until)]
        query = (
            select(
                *parts,
                func.count(),
                func.count().filter(task.due_at <= now),
                func.count().filter(task.due_at > now, task.at_risk == 1),
                func.count().filter(task.paused == 1),
                func.count().filter(task.assignee.is_(None)),
                *soon,
            )
            .where(*self._open(offices))
            .group_by(*parts)
        )
        with self._database.reading() as connection:
            return connection.execute(query).all()

    def count_missed(self, offices: Collection[int]) -> dict[str, int]:
        """Count, by service, the running cases of some offices that have missed a promised or statutory clock.

        A case is of one office: counted by office too, the cases come in the index's own order and no list of
        all of them has to be sorted.
        """
        clock = s.deadline.c
        query = (
            select(clock.service_key, func.count(clock.process_instance_id.distinct()))
            .where(
                clock.tenant_id == self._tenant,
                clock.office_id.in_(sorted(offices)),
                clock.state == _BREACHED,
                clock.ended_at.is_(None),
                clock.kind.in_(MISSED_KINDS),
            )
            .group_by(clock.office_id, clock.service_key)
        )
        found: Counter[str] = Counter()
        with self._database.reading() as connection:
            for service_key, number in connection.execute(query):
                found[service_key] += number
        return dict(found)

    def page(
        self, offices: Collection[int], where: WorkFilter, now: int, *, size: int, after: Cursor | None = None
    ) -> list[WorkRow]:
        """Give the next open tasks by due date: the keys from the index alone, then what they are."""
        task = s.user_task.c
        keys = select(task.tenant_id, task.id, task.due_at).where(*self._open(offices), *_chosen(where, now))
        if after is not None:
            keys = keys.where(tuple_(task.due_at, task.id) > tuple_(literal(after[0]), literal(after[1])))
        few = keys.order_by(task.due_at, task.id).limit(size).subquery()
        query = _rows(few).order_by(few.c.due_at, few.c.id)
        with self._database.reading() as connection:
            return [WorkRow(*row) for row in connection.execute(query)]

    def tasks(self, task_ids: Collection[int]) -> dict[int, WorkRow]:
        """Give tasks by their ids, those that are done, too; the caller sees to who may see them."""
        task = s.user_task.c
        keys = select(task.tenant_id, task.id).where(
            task.tenant_id == self._tenant, task.id.in_(sorted(task_ids))
        )
        with self._database.reading() as connection:
            return {row[0]: WorkRow(*row) for row in connection.execute(_rows(keys.subquery()))}

    def clocks(self, instance_ids: Collection[int]) -> list[RunningClock]:
        """List the clocks of some cases that have not ended."""
        clock = s.deadline.c
        query = select(*(clock[name] for name in RunningClock.__slots__)).where(
            clock.tenant_id == self._tenant,
            clock.process_instance_id.in_(sorted(instance_ids)),
            clock.ended_at.is_(None),
        )
        with self._database.reading() as connection:
            return [RunningClock(*row) for row in connection.execute(query)]

    def without_task(self, offices: Collection[int], now: int, until: int, size: int) -> list[WaitingCase]:
        """List the cases that become late between now and a moment, and in which nobody has a task, the earliest first.

        No more than MAX_CLOCKS clocks are looked at, those that are due first.
        """
        clock, instance, task = s.deadline.c, s.process_instance.c, s.user_task.c
        own = ("key", "deadline_id", "due_at", "started_at")
        few = (
            select(clock.tenant_id, clock.process_instance_id, *(clock[name] for name in own))
            .where(
                clock.tenant_id == self._tenant,
                clock.state == "running",
                clock.due_at > now,
                clock.due_at <= until,
                clock.office_id.in_(sorted(offices)),
            )
            .order_by(clock.due_at)
            .limit(MAX_CLOCKS)
            .subquery()
        )
        has_task = select(task.id).where(
            task.tenant_id == few.c.tenant_id,
            task.process_instance_id == few.c.process_instance_id,
            task.state == _OPEN,
        )
        query = (
            select(*(few.c[name] if name in own else instance[name] for name in WaitingCase.__slots__))
            .join(
                s.process_instance,
                (instance.tenant_id == few.c.tenant_id) & (instance.id == few.c.process_instance_id),
            )
            .where(~has_task.exists())
            .order_by(few.c.due_at, few.c.process_instance_id, few.c.key)
            .limit(size)
        )
        with self._database.reading() as connection:
            return [WaitingCase(*row) for row in connection.execute(query)]

    def people_for(self, pairs: Collection[tuple[str, int]], day: str) -> list[Candidate]:
        """List who may be given work of some groups at offices on a day; who is away that day is left out."""
        member, person = s.membership.c, s.person.c
        away = select(s.substitution.c.person_id).where(running_on(day, self._tenant))
        query = (
            select(person.id, person.name, person.name_en, member.group_key, member.office_id)
            .join(s.membership, (member.tenant_id == person.tenant_id) & (member.person_id == person.id))
            .where(
                person.tenant_id == self._tenant,
                person.active == 1,
                person.id.not_in(away),
                tuple_(member.group_key, member.office_id).in_(sorted(pairs)),
            )
            .order_by(member.office_id, member.group_key, person.id)
            .limit(MAX_CANDIDATES)
        )
        with self._database.reading() as connection:
            return [Candidate(*row) for row in connection.execute(query)]

    def asked(self, task_ids: Iterable[int]) -> set[int]:
        """Say of which tasks whoever has them was asked for a reason and has not given it yet."""
        asked, task = s.reason_request.c, s.user_task.c
        query = (
            select(asked.user_task_id)
            .join(s.user_task, (task.tenant_id == asked.tenant_id) & (task.id == asked.user_task_id))
            .where(
                asked.tenant_id == self._tenant,
                asked.user_task_id.in_(sorted(task_ids)),
                asked.answered_at.is_(None),
                task.state == "open",
                task.assignee == asked.asked_of,
            )
        )
        with self._database.reading() as connection:
            return {row[0] for row in connection.execute(query)}

    def loads(self, person_ids: Collection[int]) -> dict[int, int]:
        """Count the tasks that each of some persons has; who has none is left out."""
        inbox = s.inbox.c
        principals = {f"p{person_id}": person_id for person_id in person_ids}
        query = (
            select(inbox.principal, func.count())
            .where(inbox.tenant_id == self._tenant, inbox.principal.in_(sorted(principals)))
            .group_by(inbox.principal)
        )
        with self._database.reading() as connection:
            return {principals[row[0]]: row[1] for row in connection.execute(query)}

    def _open(self, offices: Collection[int]) -> tuple[ColumnElement[bool], ...]:
        task = s.user_task.c
        return task.tenant_id == self._tenant, task.state == _OPEN, task.office_id.in_(sorted(offices))


def _chosen(where: WorkFilter, now: int) -> list[ColumnElement[bool]]:
    task = s.user_task.c
    standings = {
        "late": (task.due_at <= now,),
        "at_risk": (task.due_at > now, task.at_risk == 1),
        "on_time": (task.due_at > now, task.at_risk == 0),
        "paused": (task.paused == 1,),
        "unclaimed": (task.assignee.is_(None),),
    }
    exactly = {
        task.service_key: where.service_key,
        task.office_id: where.office_id,
        task.element_id: where.element_id,
        task.assignee: where.assignee,
        task.candidate_group: where.group,
    }
    return [
        *standings.get(where.standing or "", ()),
        *(standings["unclaimed"] if where.nobody else ()),
        *((task.due_at > now, task.due_at <= where.until) if where.until is not None else ()),
        *(column == value for column, value in exactly.items() if value is not None),
    ]


def _rows(keys: Any) -> Select[Any]:
    """Give what tasks are, by their keys, and of which cases."""
    task, instance = s.user_task.c, s.process_instance.c
    of_case = {"business_key", "title", "definition_id"}
    columns = [instance[name] if name in of_case else task[name] for name in WorkRow.__slots__]
    joined = keys.join(s.user_task, (task.tenant_id == keys.c.tenant_id) & (task.id == keys.c.id)).join(
        s.process_instance,
        (instance.tenant_id == task.tenant_id) & (instance.id == task.process_instance_id),
    )
    return select(*columns).select_from(joined)
