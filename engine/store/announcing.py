"""Reads what is needed to say who hears of new alerts, and announces them with their messages, once each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.store import schema as s
from engine.store.absence import running_on
from engine.store.alert_messages import MAIL, NO_CASE, SMS, Opening, open_messages
from engine.store.database import Database, Statement
from engine.store.rows import BREACH, AlertRow, JobRow, fields_of
from engine.store.step_rows import job_values

REPEAT_JOB = "alert_again"
"""Kind of the job that looks whether a missed clock is late still; it has the id of the alert that it may raise."""

_KEPT = tuple(name for name in AlertRow.__slots__ if name not in {"id", "level", "at"})
"""What an alert has of the breach that it follows."""


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert that nobody was told of yet; times in milliseconds."""

    id: int
    process_instance_id: int
    definition_id: int
    deadline_id: str
    level: str
    service_key: str
    office_id: int
    at: int


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task of a case that a clock may watch."""

    process_instance_id: int
    element_id: str
    candidate_group: str
    assignee: int | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who may sign in, and which messages can reach them."""

    id: int
    office_id: int
    roles: tuple[str, ...]
    has_address: bool
    has_phone: bool


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works where on a day: people by id, those of some groups by (group, office), substitutes of the absent."""

    people: dict[int, Contact]
    members: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    substitutes: dict[int, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who hears of an alert. mail, sms: which messages carry it to them, beside the page."""

    person_id: int
    who: str
    stands_for: int | None
    ways: str
    mail: bool
    sms: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """What becomes of an alert. later: levels that may follow a breach, each with when to look again."""

    alert: NewAlert
    rule: str
    reached: str
    recipients: tuple[Recipient, ...]
    later: tuple[tuple[str, int], ...] = ()


class AnnouncingStore:
    """Queries behind announcing; the first one is asked at every tick, the others when there is something new."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        own = s.alert.c
        self._new = (own.tenant_id == bindparam("b_tenant")) & own.announced_at.is_(None)
        self._first = Statement(select(func.min(own.id)).where(self._new), database.engine)

    def has_new(self) -> bool:
        """Say whether there is an alert that nobody was told of; looks without writing."""
        with self._database.stepping(writing=False, alone=True) as connection:
            found = self._first.run(connection, b_tenant=self._tenant).fetchone()[0]
        return found is not None

    def new(self, limit: int) -> list[NewAlert]:
        """List so many alerts that nobody was told of, the oldest first."""
        own, case = s.alert.c, s.process_instance.c
        of_alert = {name: own[name] for name in NewAlert.__slots__ if name != "definition_id"}
        columns = [of_alert.get(name, case.definition_id) for name in NewAlert.__slots__]
        query = (
            select(*columns)
            .join(
                s.process_instance,
                (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id),
            )
            .where(self._new)
            .order_by(own.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [NewAlert(*row) for row in connection.execute(query, {"b_tenant": self._tenant})]

    def open_tasks(self, cases: Collection[int]) -> dict[int, list[OpenTask]]:
        """Give the open tasks of some cases, by case."""
        table = s.user_task.c
        query = select(*(table[name] for name in OpenTask.__slots__)).where(
            table.tenant_id == self._tenant,
            table.process_instance_id.in_(sorted(cases)),
            table.state == "open",
        )
        found: dict[int, list[OpenTask]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query.order_by(table.id)):
                found.setdefault(row[0], []).append(OpenTask(*row))
        return found

    def staff(self, groups: Collection[str], day: str) -> Staff:
        """Give everybody who may sign in, who belongs to some groups, and who stands in for whom on a day."""
        person, member, absence = s.person.c, s.membership.c, s.substitution.c
        people = select(
            person.id, person.office_id, person.roles, person.email, person.sealed_phone.is_not(None)
        ).where(person.tenant_id == self._tenant, person.active == 1)
        members = select(member.group_key, member.office_id, member.person_id).where(
            member.tenant_id == self._tenant, member.group_key.in_(sorted(groups))
        )
        away = select(absence.person_id, absence.substitute_id).where(running_on(day, self._tenant))
        with self._database.reading() as connection:
            found = Staff(
                {
                    row[0]: Contact(row[0], row[1], tuple(row[2].split()), bool(row[3]), bool(row[4]))
                    for row in connection.execute(people.order_by(person.id))
                }
            )
            for group, office_id, person_id in connection.execute(members.order_by(member.person_id)):
                found.members.setdefault((group, office_id), []).append(person_id)
            for absent, substitute in connection.execute(away.order_by(absence.id)):
                found.substitutes.setdefault(absent, []).append(substitute)
        return found

    def announce(
        self,
        planned: Sequence[Announcement],
        *,
        now: int,
        opening: Opening,
        new_id: Callable[[], int],
    ) -> int:
        """Write what becomes of new alerts, in one transaction; gives how many nobody else had announced before.

        opening: when messages go that have to be opened.
        """
        with self._database.writing(alone="alert messages") as connection:
            still = self._still_new(connection, [one.alert.id for one in planned])
            mine = [one for one in planned if one.alert.id in still]
            self._mark(connection, mine, now)
            self._tell(connection, mine, now, opening, new_id)
            jobs = [
                JobRow(new_id(), NO_CASE, REPEAT_JOB, f"{one.alert.id} {level}", due_at)
                for one in mine
                for level, due_at in one.later
            ]
            if jobs:
                connection.execute(insert(s.job), [job_values(self._tenant, job) for job in jobs])
        return len(mine)

    def repeat(self, job_id: int, breach_id: int, level: str, now: int) -> bool:
        """Settle the job of a repeat: raise its alert when the missed clock is late still; says whether it did."""
        with self._database.writing() as connection:
            done = delete(s.job).where(s.job.c.tenant_id == self._tenant, s.job.c.id == job_id)
            if not connection.execute(done).rowcount:
                return False
            row = connection.execute(_late_still(self._tenant, breach_id)).first()
            if row is None:
                return False
            raised = AlertRow(id=job_id, level=level, at=now, **dict(zip(_KEPT, row, strict=True)))
            connection.execute(insert(s.alert), {"tenant_id": self._tenant, **fields_of(raised)})
        return True

    def _still_new(self, connection: Connection, alert_ids: Sequence[int]) -> set[int]:
        own = s.alert.c
        query = select(own.id).where(self._new, own.id.in_(alert_ids))
        return set(connection.execute(query, {"b_tenant": self._tenant}).scalars())

    def _mark(self, connection: Connection, mine: Sequence[Announcement], now: int) -> None:
        own = s.alert
        marking = (
            update(own)
            .where(own.c.tenant_id == self._tenant, own.c.id == bindparam("b_id"))
            .values(announced_at=now, rule=bindparam("b_rule"), reached=bindparam("b_reached"))
        )
        marks = [{"b_id": one.alert.id, "b_rule": one.rule, "b_reached": one.reached} for one in mine]
        if marks:
            connection.execute(marking, marks)

    def _tell(
        self,
        connection: Connection,
        mine: Sequence[Announcement],
        now: int,
        opening: Opening,
        new_id: Callable[[], int],
    ) -> None:
        told = [(one.alert, person) for one in mine for person in one.recipients]
        if not told:
            return
        mailed = {person.person_id for _alert, person in told if person.mail}
        texted = {person.person_id for _alert, person in told if person.sms}
        mails = open_messages(connection, self._tenant, MAIL, mailed, now, opening, new_id)
        texts = open_messages(connection, self._tenant, SMS, texted, now, opening, new_id)
        rows = [
            {
                "tenant_id": self._tenant,
                "person_id": person.person_id,
                "alert_id": alert.id,
                "service_key": alert.service_key,
                "missed": int(is_late(alert.level)),
                "who": person.who,
                "ways": person.ways,
                "stands_for": person.stands_for,
                "mail_id": mails[person.person_id] if person.mail else None,
                "sms_id": texts[person.person_id] if person.sms else None,
                "read_at": None,
            }
            for alert, person in told
        ]
        connection.execute(insert(s.alert_recipient), rows)


def is_late(level: str) -> bool:
    """Say whether a level tells of a missed clock, and not that one is running short."""
    return level == BREACH or level.startswith("after ")


def _late_still(tenant: int, breach_id: int) -> Any:
    """Ask for a breach's alert if its clock was missed and has not ended."""
    own, clock = s.alert.c, s.deadline.c
    return (
        select(*(own[name] for name in _KEPT))
        .join(
            s.deadline,
            (clock.tenant_id == own.tenant_id)
            & (clock.process_instance_id == own.process_instance_id)
            & (clock.key == own.deadline_key),
        )
        .where(
            own.tenant_id == tenant,
            own.id == breach_id,
            clock.state == "breached",
            clock.ended_at.is_(None),
        )
    )
