"""Reads and writes what machines subscribe to, and what was told to them; steps write what is to be told."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import JobRow, fields_of
from engine.store.step_rows import job_values

KNOWN_FOR_S = 10.0
"""After how many seconds a process learns of subscriptions that another one wrote."""
GONE = "the subscription was ended"


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription as it is stored; events separated by blanks, times in milliseconds."""

    id: int
    person_id: int
    address: str
    events: str
    sealed_secret: bytes
    created_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Running:
    """What a step has to know of a running subscription: which events, and whose eyes see which offices."""

    id: int
    events: frozenset[str]
    office_id: int


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event for a machine, as it is kept, with the case's number; times in milliseconds."""

    id: int
    subscription_id: int
    process_instance_id: int
    event: str
    state: str
    sealed_content: bytes
    created_at: int
    due_at: int
    sent_at: int | None
    attempts: int
    status: int | None
    message: str | None
    business_key: str


class SubscriptionStore:
    """Queries about subscriptions. Steps ask the memory alone, which the background keeps fresh."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        self._lock = threading.Lock()
        self._running: tuple[Running, ...] = ()
        self._read_at = float("-inf")

    def running(self) -> tuple[Running, ...]:
        """Give the running subscriptions as they were last read; never asks the database."""
        return self._running

    def refresh(self, *, at_once: bool = False) -> None:
        """Read the running subscriptions again when that was too long ago, or at once."""
        with self._lock:
            now = time.monotonic()
            if not at_once and now - self._read_at < KNOWN_FOR_S:
                return
            own, person = s.subscription.c, s.person.c
            query = (
                select(own.id, own.events, person.office_id)
                .join(s.person, (person.tenant_id == own.tenant_id) & (person.id == own.person_id))
                .where(own.tenant_id == self._tenant, own.ended_at.is_(None), person.active == 1)
                .order_by(own.id)
            )
            with self._database.reading() as connection:
                rows = connection.execute(query).all()
            self._running = tuple(Running(row[0], frozenset(row[1].split()), row[2]) for row in rows)
            self._read_at = now

    def add(self, row: SubscriptionRow) -> None:
        """Add a subscription."""
        with self._database.writing() as connection:
            connection.execute(insert(s.subscription), {"tenant_id": self._tenant, **fields_of(row)})
        self.refresh(at_once=True)

    def end(self, subscription_id: int, at: int) -> bool:
        """End a subscription and what still waits for it; says whether it was running."""
        own, told = s.subscription, s.event_delivery
        with self._database.writing() as connection:
            ended = connection.execute(
                update(own)
                .where(own.c.tenant_id == self._tenant, own.c.id == subscription_id, own.c.ended_at.is_(None))
                .values(ended_at=at)
            )
            connection.execute(
                update(told)
                .where(
                    told.c.tenant_id == self._tenant,
                    told.c.subscription_id == subscription_id,
                    told.c.state == "waiting",
                )
                .values(state="failed", message=GONE)
            )
        self.refresh(at_once=True)
        return bool(ended.rowcount)

    def find(self, subscription_id: int) -> SubscriptionRow | None:
        """Find a subscription by its id, ended ones too."""
        with self._database.reading() as connection:
            row = connection.execute(self._own().where(s.subscription.c.id == subscription_id)).first()
        return SubscriptionRow(*row) if row else None

    def listed(self, person_ids: list[int] | None, limit: int) -> list[SubscriptionRow]:
        """List the subscriptions of some people, or of everybody, the newest first."""
        query = self._own().order_by(s.subscription.c.id.desc()).limit(limit)
        if person_ids is not None:
            query = query.where(s.subscription.c.person_id.in_(person_ids))
        with self._database.reading() as connection:
            return [SubscriptionRow(*row) for row in connection.execute(query)]

    def told(self, subscription_id: int, *, before: int | None = None, size: int = 50) -> list[ToldEvent]:
        """List what was told to one machine, the newest first; before: the id of the last one shown."""
        query = self._told().where(s.event_delivery.c.subscription_id == subscription_id)
        if before is not None:
            query = query.where(s.event_delivery.c.id < before)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(s.event_delivery.c.id.desc()).limit(size))
            return [ToldEvent(*row) for row in rows]

    def find_told(self, told_id: int) -> ToldEvent | None:
        """Find one event for a machine."""
        with self._database.reading() as connection:
            row = connection.execute(self._told().where(s.event_delivery.c.id == told_id)).first()
        return ToldEvent(*row) if row else None

    def settle(self, told_id: int, **changes: Any) -> None:
        """Write what became of an event that still waits; one that waits no longer has no job either."""
        told = s.event_delivery
        mine = (told.c.tenant_id == self._tenant) & (told.c.id == told_id)
        with self._database.writing() as connection:
            connection.execute(update(told).where(mine, told.c.state == "waiting").values(**changes))
            if changes.get("state", "waiting") != "waiting":
                connection.execute(
                    delete(s.job).where(s.job.c.tenant_id == self._tenant, s.job.c.id == told_id)
                )

    def tell_again(self, job: JobRow) -> bool:
        """Let the event of a job wait again, from the first try on; False when it waits already."""
        told = s.event_delivery
        with self._database.writing() as connection:
            result = connection.execute(
                update(told)
                .where(told.c.tenant_id == self._tenant, told.c.id == job.id, told.c.state != "waiting")
                .values(state="waiting", due_at=job.due_at, attempts=0, message=None, status=None)
            )
            if result.rowcount:
                connection.execute(insert(s.job), job_values(self._tenant, job))
        return bool(result.rowcount)

    def _own(self) -> Select[Any]:
        table = s.subscription.c
        return select(*(table[name] for name in SubscriptionRow.__slots__)).where(
            table.tenant_id == self._tenant
        )

    def _told(self) -> Select[Any]:
        own, case = s.event_delivery.c, s.process_instance.c
        columns = [own[name] for name in ToldEvent.__slots__ if name != "business_key"]
        return (
            select(*columns, case.business_key)
            .join(
                s.process_instance,
                (case.tenant_id == own.tenant_id) & (case.id == own.process_instance_id),
            )
            .where(own.tenant_id == self._tenant)
        )
