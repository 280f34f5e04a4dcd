"""Mails about alerts: opened when something comes up, closed at the first try, at last sent or failed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.step_rows import bucket_of

JOB_KIND = "alert_mail"
NO_CASE = 0
"""What stands in a mail's job where other jobs have their case."""


@dataclass(frozen=True, slots=True)
class AlertMailRow:
    """A mail to one person. state: `waiting`, `sending`, `sent` or `failed`; times in milliseconds."""

    id: int
    person_id: int
    state: str
    due_at: int
    attempts: int
    sealed_content: bytes | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """What a mail says of one alert: no names, nothing that only the case's own page may show."""

    id: int
    service_key: str
    definition_id: int
    business_key: str
    deadline_id: str
    level: str
    due_at: int


@dataclass(frozen=True, slots=True)
class AlertMail:
    """What a mail tells: some of its alerts line by line, missed clocks first, and how many there are in all."""

    lines: tuple[AlertLine, ...]
    missed: int
    warned: int


@dataclass(frozen=True, slots=True)
class MailTroubles:
    """How many mails were given up lately, failed at least once and are tried again, or are overdue."""

    failed: int
    retried: int
    overdue: int


class AlertMailStore:
    """Reads mails about alerts and keeps what became of them."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def find(self, mail_id: int) -> AlertMailRow | None:
        """Find a mail by its id."""
        query = select(*(s.alert_mail.c[name] for name in AlertMailRow.__slots__)).where(self._one(mail_id))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return AlertMailRow(*row) if row else None

    def close(self, mail_id: int) -> None:
        """Let nothing more come into a mail."""
        self._change(mail_id, "waiting", state="sending")

    def content(self, mail_id: int, limit: int) -> AlertMail:
        """Give what a mail has to tell, with so many of its alerts."""
        mine, own, case = s.alert_recipient.c, s.alert.c, s.process_instance.c
        wanted = (mine.tenant_id == self._tenant) & (mine.mail_id == mail_id)
        joined = s.alert_recipient.join(
            s.alert, (own.tenant_id == mine.tenant_id) & (own.id == mine.alert_id)
        ).join(s.process_instance, (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id))
        lines = (
            select(
                own.id,
                own.service_key,
                case.definition_id,
                case.business_key,
                own.deadline_id,
                own.level,
                own.due_at,
            )
            .select_from(joined)
            .where(wanted)
            .order_by(mine.missed.desc(), own.service_key, own.level, own.due_at, own.id)
            .limit(limit)
        )
        counts = select(mine.missed, func.count()).where(wanted).group_by(mine.missed)
        with self._database.reading() as connection:
            found = tuple(AlertLine(*row) for row in connection.execute(lines))
            by_kind = {row[0]: int(row[1]) for row in connection.execute(counts)}
        return AlertMail(found, by_kind.get(1, 0), by_kind.get(0, 0))

    def fix_words(self, mail_id: int, sealed_content: bytes) -> bytes:
        """Keep a closed mail's words, unless another process was quicker; gives those that count."""
        table = s.alert_mail
        query = update(table).where(self._one(mail_id), table.c.sealed_content.is_(None))
        with self._database.writing() as connection:
            if connection.execute(query.values(sealed_content=sealed_content)).rowcount:
                return sealed_content
            found: bytes = connection.execute(
                select(table.c.sealed_content).where(self._one(mail_id))
            ).scalar_one()
        return found

    def put_off(self, mail_id: int, due_at: int) -> None:
        """Say when a mail goes that may not go now."""
        with self._database.writing() as connection:
            connection.execute(update(s.alert_mail).where(self._one(mail_id)).values(due_at=due_at))

    def note_failure(self, mail_id: int, attempts: int, code: str, message: str, due_at: int) -> None:
        """Keep why a mail could not be sent, and when it is tried again."""
        self._change(mail_id, "sending", attempts=attempts, code=code, message=message, due_at=due_at)

    def note_sent(self, mail_id: int, attempts: int, now: int) -> None:
        """Keep that a mail was sent; nothing waits for it any more."""
        self._settle(mail_id, state="sent", attempts=attempts, sent_at=now, code=None, message=None)

    def give_up(self, mail_id: int, attempts: int, code: str, message: str) -> None:
        """Keep that a mail is not tried again, and why."""
        self._settle(mail_id, state="failed", attempts=attempts, code=code, message=message)

    def troubles(self, *, failed_since: int, due_before: int) -> MailTroubles:
        """Count mails that have failed since a moment, that are tried again, and that should long be sent."""
        mail, job = s.alert_mail.c, s.job.c
        own = mail.tenant_id == bindparam("b_tenant")
        retried = own & (mail.state == "sending") & (mail.attempts > 0)
        overdue = (
            own & mail.state.in_(("waiting", "sending")) & (mail.attempts == 0) & (job.due_at < due_before)
        )
        joined = s.alert_mail.join(s.job, (job.tenant_id == mail.tenant_id) & (job.id == mail.id))
        failed = own & (mail.state == "failed") & (mail.due_at >= failed_since)
        query = select(
            select(func.count()).where(failed).scalar_subquery(),
            select(func.count()).where(retried).scalar_subquery(),
            select(func.count()).select_from(joined).where(overdue).scalar_subquery(),
        )
        with self._database.reading() as connection:
            return MailTroubles(*connection.execute(query, {"b_tenant": self._tenant}).one())

    def _one(self, mail_id: int) -> Any:
        return (s.alert_mail.c.tenant_id == self._tenant) & (s.alert_mail.c.id == mail_id)

    def _change(self, mail_id: int, was: str, **values: Any) -> None:
        table = s.alert_mail
        query = update(table).where(self._one(mail_id), table.c.state == was)
        with self._database.writing() as connection:
            connection.execute(query.values(**values))

    def _settle(self, mail_id: int, **values: Any) -> None:
        table, job = s.alert_mail, s.job.c
        with self._database.writing() as connection:
            connection.execute(
                update(table).where(self._one(mail_id), table.c.state == "sending").values(**values)
            )
            connection.execute(delete(s.job).where(job.tenant_id == self._tenant, job.id == mail_id))


def open_mails(
    connection: Connection,
    tenant_id: int,
    person_ids: Collection[int],
    now: int,
    due_at: int,
    new_id: Callable[[], int],
) -> dict[int, int]:
    """Give each person's waiting mail, opening one, with its job, for whoever has none."""
    table = s.alert_mail.c
    query = select(table.person_id, table.id).where(
        table.tenant_id == tenant_id, table.state == "waiting", table.person_id.in_(sorted(person_ids))
    )
    found = {row[0]: row[1] for row in connection.execute(query)}
    opened = {person: new_id() for person in sorted(set(person_ids) - set(found))}
    if opened:
        connection.execute(
            insert(s.alert_mail), [_mail(tenant_id, *one, now, due_at) for one in opened.items()]
        )
        connection.execute(insert(s.job), [_job(tenant_id, mail_id, due_at) for mail_id in opened.values()])
    return found | opened


def _mail(tenant: int, person_id: int, mail_id: int, now: int, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "id": mail_id,
        "person_id": person_id,
        "state": "waiting",
        "created_at": now,
        "due_at": due_at,
        "attempts": 0,
    }


def _job(tenant: int, mail_id: int, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "id": mail_id,
        "process_instance_id": NO_CASE,
        "bucket": bucket_of(mail_id),
        "kind": JOB_KIND,
        "target": str(mail_id),
        "due_at": due_at,
        "state": "waiting",
        "attempts": 0,
    }
