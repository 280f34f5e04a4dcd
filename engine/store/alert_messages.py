"""E-mails and short messages about alerts: opened when something comes up, closed at the first try, at last sent or failed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.step_rows import bucket_of

JOB_KIND = "alert_message"
NO_CASE = 0
"""What stands in a message's job where other jobs have their case."""
MAIL, SMS = "mail", "sms"


@dataclass(frozen=True, slots=True)
class Opening:
    """When a message goes that has to be opened now, and how many short ones a person may get on that day.

    next_day: when the first one beyond them goes. Times in milliseconds.
    """

    due_at: int
    day_begins: int
    day_ends: int
    next_day: int
    most_sms: int


@dataclass(frozen=True, slots=True)
class AlertMessageRow:
    """A message to one person. state: `waiting`, `sending`, `sent` or `failed`; times in milliseconds."""

    id: int
    person_id: int
    channel: str
    state: str
    due_at: int
    attempts: int
    sealed_content: bytes | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """What a message says of one alert: no names, nothing that only the case's own page may show."""

    id: int
    service_key: str
    definition_id: int
    business_key: str
    deadline_id: str
    level: str
    due_at: int


@dataclass(frozen=True, slots=True)
class AlertDigest:
    """What a message tells: some of its alerts line by line, missed clocks first, and how many there are in all.

    supervises: whether it goes to a supervisor.
    """

    lines: tuple[AlertLine, ...]
    missed: int
    warned: int
    supervises: bool = False


@dataclass(frozen=True, slots=True)
class MessageTroubles:
    """How many messages were given up lately, failed at least once and are tried again, or are overdue."""

    failed: int
    retried: int
    overdue: int


class AlertMessageStore:
    """Reads messages about alerts and keeps what became of them."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def find(self, message_id: int) -> AlertMessageRow | None:
        """Find a message by its id."""
        query = select(*(s.alert_message.c[name] for name in AlertMessageRow.__slots__)).where(
            self._one(message_id)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return AlertMessageRow(*row) if row else None

    def begin(self, message_id: int, attempts: int) -> None:
        """Let nothing more come into a message, and count the try before it is made: the process may die in it."""
        table = s.alert_message
        open_still = table.c.state.in_(("waiting", "sending"))
        query = update(table).where(self._one(message_id), open_still)
        with self._database.writing() as connection:
            connection.execute(query.values(state="sending", attempts=attempts))

    def content(self, message_id: int, channel: str, limit: int) -> AlertDigest:
        """Give what a message has to tell, with so many of its alerts."""
        mine, own, case = s.alert_recipient.c, s.alert.c, s.process_instance.c
        carried_by = mine.mail_id if channel == MAIL else mine.sms_id
        wanted = (mine.tenant_id == self._tenant) & (carried_by == message_id)
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
        return AlertDigest(found, by_kind.get(1, 0), by_kind.get(0, 0))

    def fix_words(self, message_id: int, sealed_content: bytes) -> bytes:
        """Keep a closed message's words, unless another process was quicker; gives those that count."""
        table = s.alert_message
        query = update(table).where(self._one(message_id), table.c.sealed_content.is_(None))
        with self._database.writing() as connection:
            if connection.execute(query.values(sealed_content=sealed_content)).rowcount:
                return sealed_content
            found: bytes = connection.execute(
                select(table.c.sealed_content).where(self._one(message_id))
            ).scalar_one()
        return found

    def put_off(self, message_id: int, due_at: int) -> None:
        """Say when a message goes that may not go now."""
        with self._database.writing() as connection:
            connection.execute(update(s.alert_message).where(self._one(message_id)).values(due_at=due_at))

    def note_failure(self, message_id: int, code: str, message: str, due_at: int) -> None:
        """Keep why a message could not be sent, and when it is tried again."""
        query = update(s.alert_message).where(self._one(message_id), s.alert_message.c.state == "sending")
        with self._database.writing() as connection:
            connection.execute(query.values(code=code, message=message, due_at=due_at))

    def note_sent(self, message_id: int, now: int, receipt: str) -> None:
        """Keep that the other side took a message, and what it calls it; nothing waits for it any more."""
        self._settle(message_id, state="sent", sent_at=now, receipt=receipt, code=None, message=None)

    def give_up(self, message_id: int, code: str, message: str) -> None:
        """Keep that a message is not tried again, and why."""
        self._settle(message_id, state="failed", code=code, message=message)

    def troubles(self, *, failed_since: int, due_before: int) -> MessageTroubles:
        """Count messages that have failed since a moment, that are tried again, and that should long be sent."""
        own, job = s.alert_message.c, s.job.c
        mine = own.tenant_id == bindparam("b_tenant")
        # A range of moments, though all lie in it, leads SQLite to the index; else it walks along the key.
        retried = mine & (own.state == "sending") & (own.due_at > 0) & own.code.is_not(None)
        late = [
            mine & (own.state == state) & (own.due_at > 0) & own.code.is_(None) & (job.due_at < due_before)
            for state in ("waiting", "sending")
        ]
        joined = s.alert_message.join(s.job, (job.tenant_id == own.tenant_id) & (job.id == own.id))
        failed = mine & (own.state == "failed") & (own.due_at >= failed_since)
        query = select(
            select(func.count()).where(failed).scalar_subquery(),
            select(func.count()).where(retried).scalar_subquery(),
            *(select(func.count()).select_from(joined).where(one).scalar_subquery() for one in late),
        )
        with self._database.reading() as connection:
            failed_count, retried_count, *overdue = connection.execute(
                query, {"b_tenant": self._tenant}
            ).one()
        return MessageTroubles(failed_count, retried_count, sum(overdue))

    def _one(self, message_id: int) -> Any:
        return (s.alert_message.c.tenant_id == self._tenant) & (s.alert_message.c.id == message_id)

    def _settle(self, message_id: int, **values: Any) -> None:
        table, job = s.alert_message, s.job.c
        with self._database.writing() as connection:
            connection.execute(
                update(table).where(self._one(message_id), table.c.state == "sending").values(**values)
            )
            connection.execute(delete(s.job).where(job.tenant_id == self._tenant, job.id == message_id))


def open_messages(
    connection: Connection,
    tenant_id: int,
    channel: str,
    person_ids: Collection[int],
    now: int,
    opening: Opening,
    new_id: Callable[[], int],
) -> dict[int, int]:
    """Give each person's waiting message of a channel, opening one, with its job, for whoever has none.

    A short message beyond those that a person may get on the day of opening waits for the next one.
    """
    if not person_ids:
        return {}
    table = s.alert_message.c
    mine = (
        (table.tenant_id == tenant_id) & table.person_id.in_(sorted(person_ids)) & (table.channel == channel)
    )
    # Locked: who sends one now waits until this is written, or has closed it before and it is not found.
    waiting = select(table.person_id, table.id).where(mine, table.state == "waiting").with_for_update()
    found = {row[0]: row[1] for row in connection.execute(waiting)}
    missing = sorted(set(person_ids) - set(found))
    full = _full_today(connection, mine, opening) if channel == SMS and missing else set()
    opened = {person: new_id() for person in missing}
    due = {person: opening.next_day if person in full else opening.due_at for person in missing}
    if opened:
        rows = [_message(tenant_id, channel, *one, now, due[one[0]]) for one in opened.items()]
        connection.execute(insert(s.alert_message), rows)
        jobs = [_job(tenant_id, message_id, due[person]) for person, message_id in opened.items()]
        connection.execute(insert(s.job), jobs)
    return found | opened


def _full_today(connection: Connection, mine: Any, opening: Opening) -> set[int]:
    """Give the people who get as many short messages on the day of opening as anybody may."""
    table = s.alert_message.c
    query = (
        select(table.person_id)
        .where(mine, table.due_at >= opening.day_begins, table.due_at < opening.day_ends)
        .group_by(table.person_id)
        .having(func.count() >= opening.most_sms)
    )
    return set(connection.execute(query).scalars())


def _message(
    tenant: int, channel: str, person_id: int, message_id: int, now: int, due_at: int
) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "id": message_id,
        "person_id": person_id,
        "channel": channel,
        "state": "waiting",
        "created_at": now,
        "due_at": due_at,
        "attempts": 0,
    }


def _job(tenant: int, message_id: int, due_at: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "id": message_id,
        "process_instance_id": NO_CASE,
        "bucket": bucket_of(message_id),
        "kind": JOB_KIND,
        "target": str(message_id),
        "due_at": due_at,
        "state": "waiting",
        "attempts": 0,
    }
