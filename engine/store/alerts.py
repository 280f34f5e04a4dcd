"""Alerts: announces new ones to those who have to know, lists them for one person, keeps what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, union_all, update

from engine.store import schema as s
from engine.store.alert_mails import open_mails
from engine.store.database import Database, Statement
from engine.store.rows import BREACH

MAX_COUNTED = 100
"""Unread alerts are counted up to here."""
READ_AT_ONCE = 5_000
"""How many are marked as read in one transaction."""

SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Somebody who has to know of alerts at their office and below it. has_address: mails can reach them."""

    id: int
    office_id: int
    has_address: bool


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert as one person's list shows it; times in milliseconds.

    level: `breach`, or the warning's text. due_at, at: when the clock was due and when it called. clock_…: how
    that clock stands now. mail_…: by which mail it went, None where by none.
    """

    id: int
    process_instance_id: int
    deadline_id: str
    level: str
    service_key: str
    office_id: int
    due_at: int
    at: int
    read_at: int | None
    business_key: str
    title: str
    definition_id: int
    clock_state: str | None
    clock_due_at: int | None
    clock_ended_at: int | None
    mail_state: str | None
    mail_due_at: int | None
    mail_sent_at: int | None
    mail_code: str | None
    mail_message: str | None


class AlertStore:
    """Queries about alerts; none of them is on the hot path, but each page of a supervisor counts."""

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

    def supervisors(self) -> list[Supervisor]:
        """List those who have to know of alerts somewhere."""
        table = s.person.c
        query = select(table.id, table.office_id, table.email, table.roles).where(
            table.tenant_id == self._tenant, table.active == 1, table.roles.contains(SUPERVISOR)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Supervisor(row.id, row.office_id, bool(row.email))
            for row in rows
            if SUPERVISOR in row.roles.split()
        ]

    def announce(
        self,
        whom: Callable[[int], Sequence[Supervisor]],
        *,
        now: int,
        mail_due: int,
        new_id: Callable[[], int],
        limit: int,
    ) -> int:
        """Put so many new alerts before those who have to know, in one transaction; gives how many they were.

        whom: gives the supervisors of an office. mail_due: when a mail goes that has to be opened.
        """
        with self._database.writing(alone="alert mails") as connection:
            alerts = self._take_new(connection, now, limit)
            told = [(alert, person) for alert in alerts for person in whom(alert.office_id)]
            reachable = {person.id for _alert, person in told if person.has_address}
            mails = open_mails(connection, self._tenant, reachable, now, mail_due, new_id)
            if told:
                rows = [_recipient(self._tenant, alert, person, mails) for alert, person in told]
                connection.execute(insert(s.alert_recipient), rows)
        return len(alerts)

    def page(
        self,
        person_id: int,
        services: Collection[str],
        *,
        missed: bool | None = None,
        unread: bool = False,
        before: int | None = None,
        size: int,
    ) -> list[int]:
        """List the ids of a person's alerts about services, the newest first; each kind reads its own range.

        missed: only of clocks that were missed, or only warnings. before: the id of the last one that was shown.
        """
        kinds = (0, 1) if missed is None else (int(missed),)
        parts = [
            self._range(person_id, service, kind, unread=unread, before=before, size=size).subquery()
            for service in sorted(services)
            for kind in kinds
        ]
        if not parts:
            return []
        found = union_all(*(select(part.c.alert_id) for part in parts)).subquery()
        query = select(found.c.alert_id).order_by(found.c.alert_id.desc()).limit(size)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def listed(
        self, person_id: int, alert_ids: Collection[int], offices: Collection[int]
    ) -> list[ListedAlert]:
        """Give a person's alerts with these ids, those of cases of these offices, the newest first."""
        query = (
            _listed()
            .where(s.alert_recipient.c.tenant_id == self._tenant, s.alert_recipient.c.person_id == person_id)
            .where(s.alert_recipient.c.alert_id.in_(sorted(alert_ids)))
            .where(s.alert.c.office_id.in_(sorted(offices)))
            .order_by(s.alert_recipient.c.alert_id.desc())
        )
        with self._database.reading() as connection:
            return [ListedAlert(*row) for row in connection.execute(query)]

    def count_unread(self, person_id: int) -> int:
        """Count what a person has not read, at most MAX_COUNTED."""
        table = s.alert_recipient.c
        some = select(table.alert_id).where(self._mine(person_id), table.read_at.is_(None)).limit(MAX_COUNTED)
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())

    def read(self, person_id: int, alert_ids: Collection[int], now: int) -> int:
        """Note that a person saw these; gives how many of them were new to them."""
        table = s.alert_recipient
        query = (
            update(table)
            .where(self._mine(person_id), table.c.read_at.is_(None), table.c.alert_id.in_(sorted(alert_ids)))
            .values(read_at=now)
        )
        with self._database.writing() as connection:
            return int(connection.execute(query).rowcount)

    def unread_ids(self, person_id: int, up_to: int | None) -> list[int]:
        """List up to READ_AT_ONCE unread alerts of a person, none newer than up_to."""
        table = s.alert_recipient.c
        query = select(table.alert_id).where(self._mine(person_id), table.read_at.is_(None))
        if up_to is not None:
            query = query.where(table.alert_id <= up_to)
        with self._database.reading() as connection:
            return list(connection.execute(query.limit(READ_AT_ONCE)).scalars())

    def _take_new(self, connection: Connection, now: int, limit: int) -> Sequence[Any]:
        own = s.alert.c
        query = select(own.id, own.office_id, own.service_key, own.level).where(self._new)
        query = query.order_by(own.id).limit(limit)
        alerts = connection.execute(query, {"b_tenant": self._tenant}).all()
        if alerts:
            taken = (own.tenant_id == self._tenant) & own.id.in_([alert.id for alert in alerts])
            connection.execute(update(s.alert).where(taken).values(announced_at=now))
        return alerts

    def _range(
        self, person_id: int, service: str, kind: int, *, unread: bool, before: int | None, size: int
    ) -> Any:
        table = s.alert_recipient.c
        query = select(table.alert_id).where(
            self._mine(person_id), table.service_key == service, table.missed == kind
        )
        if unread:
            query = query.where(table.read_at.is_(None))
        if before is not None:
            query = query.where(table.alert_id < before)
        return query.order_by(table.alert_id.desc()).limit(size)

    def _mine(self, person_id: int) -> Any:
        table = s.alert_recipient.c
        return (table.tenant_id == self._tenant) & (table.person_id == person_id)


def supervisors_by_office(
    supervisors: Iterable[Supervisor], chain: Callable[[int], Sequence[int]]
) -> Callable[[int], list[Supervisor]]:
    """Give what finds those who have to know of an office: whoever supervises it or one above it."""
    at: dict[int, list[Supervisor]] = defaultdict(list)
    for person in supervisors:
        at[person.office_id].append(person)
    return lambda office_id: [person for office in chain(office_id) for person in at[office]]


def _recipient(tenant: int, alert: Any, person: Supervisor, mails: dict[int, int]) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "person_id": person.id,
        "alert_id": alert.id,
        "service_key": alert.service_key,
        "missed": int(alert.level == BREACH),
        "mail_id": mails.get(person.id),
        "read_at": None,
    }


def _listed() -> Any:
    mine, own, case, clock, mail = (
        s.alert_recipient.c,
        s.alert.c,
        s.process_instance.c,
        s.deadline.c,
        s.alert_mail.c,
    )
    joined = (
        s.alert_recipient.join(s.alert, (own.tenant_id == mine.tenant_id) & (own.id == mine.alert_id))
        .join(s.process_instance, (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id))
        .outerjoin(
            s.deadline,
            (clock.tenant_id == own.tenant_id)
            & (clock.process_instance_id == own.process_instance_id)
            & (clock.key == own.deadline_key),
        )
        .outerjoin(s.alert_mail, (mail.tenant_id == mine.tenant_id) & (mail.id == mine.mail_id))
    )
    return select(
        own.id,
        own.process_instance_id,
        own.deadline_id,
        own.level,
        own.service_key,
        own.office_id,
        own.due_at,
        own.at,
        mine.read_at,
        case.business_key,
        case.title,
        case.definition_id,
        clock.state,
        clock.due_at,
        clock.ended_at,
        mail.state,
        mail.due_at,
        mail.sent_at,
        mail.code,
        mail.message,
    ).select_from(joined)
