"""Reads letters that were given up and that no case waits for, and settles them; keeps who did so and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, insert, literal, null, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import JobRow
from engine.store.step_rows import job_values

MESSAGE, EVENT = "alert_message", "event"
MAX_COUNTED = 100


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter that was given up.

    kind: MESSAGE or EVENT. person_id: whom the message was for, or who subscribed. channel: of a message.
    address: of an event; event, business_key and process_instance_id: what it tells of. status: that of the HTTP
    answer, where one came.
    """

    kind: str
    id: int
    person_id: int
    office_id: int
    code: str | None
    message: str | None
    status: int | None
    attempts: int
    created_at: int
    address: str | None
    event: str | None
    process_instance_id: int | None
    business_key: str | None
    channel: str | None


@dataclass(frozen=True, slots=True)
class LetterAct:
    """What somebody did with a letter. act: `again` or `close`."""

    id: int
    kind: str
    letter_id: int
    act: str
    person_id: int
    at: int
    reason: str


class DeadLetterStore:
    """Queries about letters that were given up; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def page(self, offices: Collection[int], *, before: int | None, size: int) -> list[DeadLetter]:
        """List the letters of people of some offices, the newest first; before: the id of the last one shown."""
        found: list[DeadLetter] = []
        with self._database.reading() as connection:
            for table, query in ((s.alert_message, self._mails()), (s.event_delivery, self._events())):
                some = query.where(s.person.c.office_id.in_(sorted(offices)))
                if before is not None:
                    some = some.where(table.c.id < before)
                rows = connection.execute(some.order_by(table.c.id.desc()).limit(size))
                found += [DeadLetter(*row) for row in rows]
        return sorted(found, key=lambda letter: -letter.id)[:size]

    def find(self, kind: str, letter_id: int) -> DeadLetter | None:
        """Find a letter that was given up and is not settled."""
        table, query = (
            (s.alert_message, self._mails()) if kind == MESSAGE else (s.event_delivery, self._events())
        )
        with self._database.reading() as connection:
            row = connection.execute(query.where(table.c.id == letter_id)).first()
        return DeadLetter(*row) if row else None

    def count(self, offices: Collection[int]) -> int:
        """Count the letters of people of some offices, at most MAX_COUNTED of each kind."""
        total = 0
        with self._database.reading() as connection:
            for query in (self._mails(), self._events()):
                some = query.where(s.person.c.office_id.in_(sorted(offices))).limit(MAX_COUNTED).subquery()
                total += int(connection.execute(select(func.count()).select_from(some)).scalar_one())
        return total

    def send_again(self, act: LetterAct, job: JobRow, *, anew: bool) -> bool:
        """Let a letter wait again, from the first try on, with its job; False when somebody was quicker.

        anew: a mail's words and address are made again.
        """
        table = s.alert_message if act.kind == MESSAGE else s.event_delivery
        values: dict[str, Any] = {"state": "waiting", "attempts": 0, "due_at": job.due_at, "message": None}
        if act.kind == MESSAGE:
            values |= {"state": "sending", "code": None} | ({"sealed_content": None} if anew else {})
        else:
            values["status"] = None
        return self._settle(table, act, values, job)

    def close(self, act: LetterAct) -> bool:
        """Close a letter for good; False when somebody was quicker."""
        return self._settle(
            s.alert_message if act.kind == MESSAGE else s.event_delivery, act, {"state": "closed"}, None
        )

    def acts(self, kind: str, letter_id: int) -> list[LetterAct]:
        """List what was done with a letter, the oldest first."""
        table = s.dead_letter_act.c
        query = (
            select(*(table[name] for name in LetterAct.__slots__))
            .where(table.tenant_id == self._tenant, table.kind == kind, table.letter_id == letter_id)
            .order_by(table.id)
        )
        with self._database.reading() as connection:
            return [LetterAct(*row) for row in connection.execute(query)]

    def _settle(self, table: Any, act: LetterAct, values: dict[str, Any], job: JobRow | None) -> bool:
        mine = (
            (table.c.tenant_id == self._tenant) & (table.c.id == act.letter_id) & (table.c.state == "failed")
        )
        with self._database.writing() as connection:
            if connection.execute(update(table).where(mine).values(**values)).rowcount != 1:
                return False
            written = {name: getattr(act, name) for name in LetterAct.__slots__}
            connection.execute(insert(s.dead_letter_act), {"tenant_id": self._tenant, **written})
            if job is not None:
                connection.execute(insert(s.job), job_values(self._tenant, job))
        return True

    def _mails(self) -> Select[Any]:
        own, person = s.alert_message.c, s.person.c
        return (
            select(
                literal(MESSAGE),
                own.id,
                own.person_id,
                person.office_id,
                own.code,
                own.message,
                null(),
                own.attempts,
                own.created_at,
                null(),
                null(),
                null(),
                null(),
                own.channel,
            )
            .join(s.person, (person.tenant_id == own.tenant_id) & (person.id == own.person_id))
            .where(own.tenant_id == self._tenant, own.state == "failed")
        )

    def _events(self) -> Select[Any]:
        own, person, case, door = (
            s.event_delivery.c,
            s.person.c,
            s.process_instance.c,
            s.subscription.c,
        )
        return (
            select(
                literal(EVENT),
                own.id,
                door.person_id,
                person.office_id,
                null(),
                own.message,
                own.status,
                own.attempts,
                own.created_at,
                door.address,
                own.event,
                own.process_instance_id,
                case.business_key,
                null(),
            )
            .select_from(s.event_delivery)
            .join(s.subscription, (door.tenant_id == own.tenant_id) & (door.id == own.subscription_id))
            .join(s.person, (person.tenant_id == door.tenant_id) & (person.id == door.person_id))
            .join(
                s.process_instance,
                (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id),
            )
            .where(own.tenant_id == self._tenant, own.state == "failed", door.ended_at.is_(None))
        )
