"""The ledger of alerts: who was told of what, by which message, with what result. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal_column, select, union_all

from engine.store import schema as s
from engine.store.database import Database

MAX_OF_CASE = 200
"""So many of a case's alerts are listed, the newest ones."""
MAX_TOLD = 2_000
STATES = ("waiting", "sending", "sent", "failed", "closed")
CHANNELS = ("mail", "sms")
INSTEAD: Any = literal_column("'instead'")
NOBODY: Any = literal_column("'nobody'")
"""Said as the partial index says it: with parameters neither database would see that it fits."""
LAST = 2**63 - 1
"""Above every id. A range of ids leads SQLite to the fitting index; without one it walks along the key."""


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """An alert as the ledger shows it; times in milliseconds. rule, reached: None until it is announced."""

    id: int
    process_instance_id: int
    business_key: str
    definition_id: int
    service_key: str
    office_id: int
    deadline_id: str
    level: str
    due_at: int
    at: int
    announced_at: int | None
    rule: str | None
    reached: str | None


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """Somebody who was told of an alert on the page. ways: those that the rule wants."""

    alert_id: int
    person_id: int
    who: str
    stands_for: int | None
    ways: str
    read_at: int | None
    mail_id: int | None
    sms_id: int | None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message about alerts. state: one of STATES; receipt: what the other side calls it; times in milliseconds."""

    id: int
    person_id: int
    channel: str
    state: str
    created_at: int
    due_at: int
    sent_at: int | None
    attempts: int
    code: str | None
    message: str | None
    receipt: str | None


@dataclass(frozen=True, slots=True)
class ToldMachine:
    """What a machine was told of an alert."""

    alert_id: int
    id: int
    subscription_id: int
    address: str
    state: str
    created_at: int
    due_at: int
    sent_at: int | None
    attempts: int
    status: int | None
    message: str | None


class AlertLedgerStore:
    """Queries of the ledger; every one goes through an index and is bounded."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def of_case(self, process_instance_id: int) -> list[RaisedAlert]:
        """List a case's alerts, the newest first."""
        own = s.alert.c
        query = _raised().where(
            own.tenant_id == self._tenant, own.process_instance_id == process_instance_id, own.id < LAST
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(own.id.desc()).limit(MAX_OF_CASE))
            return [RaisedAlert(*row) for row in rows]

    def unheard(self, offices: Collection[int], *, before: int | None, size: int) -> list[RaisedAlert]:
        """List the alerts of cases of some offices whose rule found nobody, the newest first."""
        own = s.alert.c
        parts = []
        for reached in (INSTEAD, NOBODY):
            part = _raised().where(
                own.tenant_id == self._tenant,
                own.reached.in_((INSTEAD, NOBODY)),
                own.reached == reached,
                own.office_id.in_(sorted(offices)),
                own.id < (before or LAST),
            )
            parts.append(part.order_by(own.id.desc()).limit(size))
        with self._database.reading() as connection:
            found = [RaisedAlert(*row) for part in parts for row in connection.execute(part)]
        return sorted(found, key=lambda alert: -alert.id)[:size]

    def running_unheard(self, limit: int) -> list[RaisedAlert]:
        """List so many alerts that nobody at all was told of and whose clock runs still."""
        own, clock = s.alert.c, s.deadline.c
        query = (
            _raised()
            .join(
                s.deadline,
                (clock.tenant_id == own.tenant_id)
                & (clock.process_instance_id == own.process_instance_id)
                & (clock.key == own.deadline_key),
            )
            .where(
                own.tenant_id == self._tenant,
                own.reached.in_((INSTEAD, NOBODY)),
                own.reached == NOBODY,
                clock.ended_at.is_(None),
            )
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(own.id).limit(limit))
            return [RaisedAlert(*row) for row in rows]

    def told(self, alert_ids: Collection[int]) -> list[ToldPerson]:
        """List who was told of some alerts."""
        table = s.alert_recipient.c
        query = (
            select(*(table[name] for name in ToldPerson.__slots__))
            .where(table.tenant_id == self._tenant, table.alert_id.in_(sorted(alert_ids)))
            .order_by(table.alert_id.desc(), table.person_id)
            .limit(MAX_TOLD)
        )
        with self._database.reading() as connection:
            return [ToldPerson(*row) for row in connection.execute(query)]

    def machines(self, alert_ids: Collection[int]) -> list[ToldMachine]:
        """List what machines were told of some alerts."""
        own, door = s.event_delivery.c, s.subscription.c
        query = (
            select(*(door.address if name == "address" else own[name] for name in ToldMachine.__slots__))
            .join(s.subscription, (door.tenant_id == own.tenant_id) & (door.id == own.subscription_id))
            .where(
                own.tenant_id == self._tenant,
                own.alert_id.is_not(None),
                own.alert_id.in_(sorted(alert_ids)),
            )
            .order_by(own.alert_id.desc(), own.id)
            .limit(MAX_TOLD)
        )
        with self._database.reading() as connection:
            return [ToldMachine(*row) for row in connection.execute(query)]

    def messages_of(self, message_ids: Collection[int]) -> dict[int, SentMessage]:
        """Give some messages by their id."""
        query = self._messages().where(s.alert_message.c.id.in_(sorted(message_ids)))
        with self._database.reading() as connection:
            return {row[0]: SentMessage(*row) for row in connection.execute(query)}

    def messages(
        self,
        *,
        channels: Collection[str],
        states: Collection[str],
        offices: Collection[int],
        person_id: int | None,
        before: int | None,
        size: int,
    ) -> list[SentMessage]:
        """List the messages of some channels and states to people of some offices, the newest first.

        Each pair of channel and state reads its own range. person_id: only those to one person. before: the id of
        the last one that was shown.
        """
        own, person = s.alert_message.c, s.person.c
        there = select(person.id).where(
            person.tenant_id == self._tenant, person.office_id.in_(sorted(offices))
        )
        parts = []
        for channel in channels:
            for state in states:
                part = self._messages().where(
                    own.channel == channel, own.state == state, own.person_id.in_(there)
                )
                if person_id is not None:
                    part = part.where(own.person_id == person_id)
                part = part.where(own.id < (before or LAST))
                parts.append(part.order_by(own.id.desc()).limit(size).subquery())
        if not parts:
            return []
        found = union_all(*(select(part) for part in parts)).subquery()
        query = select(found).order_by(found.c.id.desc()).limit(size)
        with self._database.reading() as connection:
            return [SentMessage(*row) for row in connection.execute(query)]

    def counts(self, messages: Collection[SentMessage]) -> dict[int, int]:
        """Count the alerts that some messages tell of, by message."""
        table = s.alert_recipient.c
        found: dict[int, int] = {}
        with self._database.reading() as connection:
            for channel, column in (("mail", table.mail_id), ("sms", table.sms_id)):
                wanted = sorted(one.id for one in messages if one.channel == channel)
                query = (
                    select(column, func.count())
                    .where(table.tenant_id == self._tenant, column.in_(wanted))
                    .group_by(column)
                )
                found |= {row[0]: int(row[1]) for row in connection.execute(query)} if wanted else {}
        return found

    def _messages(self) -> Any:
        own = s.alert_message.c
        return select(*(own[name] for name in SentMessage.__slots__)).where(own.tenant_id == self._tenant)


def _raised() -> Any:
    own, case = s.alert.c, s.process_instance.c
    of_case = {"business_key": case.business_key, "definition_id": case.definition_id}
    columns = [of_case[name] if name in of_case else own[name] for name in RaisedAlert.__slots__]
    return (
        select(*columns)
        .select_from(s.alert)
        .join(s.process_instance, (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id))
    )
