"""Alerts of one person: lists them, counts what is new to them, keeps what was read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, union_all, update

from engine.store import schema as s
from engine.store.database import Database

MAX_COUNTED = 100
"""Unread alerts are counted up to here."""
READ_AT_ONCE = 5_000
"""How many are marked as read in one transaction."""


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert as one person's list shows it; times in milliseconds.

    level: `breach`, the warning's text, or such as `after 3 WD`. due_at, at: when the clock was due and when it
    called. who, stands_for: as what the person hears of it. clock_…: how that clock stands now. mail_…, sms_…: by
    which messages it went, None where by none.
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
    who: str
    stands_for: int | None
    sms_state: str | None
    sms_due_at: int | None
    sms_sent_at: int | None
    sms_code: str | None
    sms_message: str | None


class AlertStore:
    """Queries about alerts; none of them is on the hot path, but each page of a supervisor counts."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

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


def _listed() -> Any:
    mine, own, case, clock = s.alert_recipient.c, s.alert.c, s.process_instance.c, s.deadline.c
    mail, sms = s.alert_message.alias("mail"), s.alert_message.alias("sms")
    joined = (
        s.alert_recipient.join(s.alert, (own.tenant_id == mine.tenant_id) & (own.id == mine.alert_id))
        .join(s.process_instance, (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id))
        .outerjoin(
            s.deadline,
            (clock.tenant_id == own.tenant_id)
            & (clock.process_instance_id == own.process_instance_id)
            & (clock.key == own.deadline_key),
        )
        .outerjoin(mail, (mail.c.tenant_id == mine.tenant_id) & (mail.c.id == mine.mail_id))
        .outerjoin(sms, (sms.c.tenant_id == mine.tenant_id) & (sms.c.id == mine.sms_id))
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
        *_of_message(mail),
        mine.who,
        mine.stands_for,
        *_of_message(sms),
    ).select_from(joined)


def _of_message(message: Any) -> list[Any]:
    own = message.c
    return [own.state, own.due_at, own.sent_at, own.code, own.message]
