"""A person's own alerts: lists those that they were told of, counts what is new, keeps what they have seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import NotAllowed, NotFound
from engine.store.alerts import READ_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.alerts import ListedAlert

MAX_PAGE = 200
MAX_ROUNDS = 200
"""How often READ_AT_ONCE alerts are marked as read by one wish."""


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some of a person's alerts, the newest first. before: where the next page begins; None for the last one."""

    alerts: tuple[ListedAlert, ...]
    before: int | None


def page(
    runtime: Runtime,
    actor: Actor,
    *,
    service_key: str | None = None,
    missed: bool | None = None,
    unread: bool = False,
    before: int | None = None,
    size: int = 50,
) -> AlertPage:
    """List a person's own alerts, the newest first.

    missed: only of clocks that were missed, or only warnings. before: as the page before said. size: at most
    MAX_PAGE; a page may hold less where cases have gone to other offices. Raises NotAllowed
    (`not_a_person`).
    """
    person_id = _person(actor)
    size = min(size, MAX_PAGE)
    services = [service_key] if service_key else runtime.catalogue.services()
    found = runtime.alerts.page(
        person_id, services, missed=missed, unread=unread, before=before, size=size + 1
    )
    listed = runtime.alerts.listed(person_id, found[:size], runtime.offices.seen_by(actor))
    return AlertPage(tuple(listed), found[size - 1] if len(found) > size else None)


def count_unread(runtime: Runtime, actor: Actor) -> int | None:
    """Count what a person has not read, up to a hundred; None for the application itself."""
    if actor.person_id is None:
        return None
    return runtime.alerts.count_unread(actor.person_id)


def read(runtime: Runtime, actor: Actor, alert_ids: Collection[int]) -> int:
    """Note that a person saw these alerts, at most MAX_PAGE; gives how many were new to them.

    Raises NotAllowed (`not_a_person`).
    """
    wanted = list(dict.fromkeys(alert_ids))[:MAX_PAGE]
    return runtime.alerts.read(_person(actor), wanted, runtime.now_ms())


def read_all(runtime: Runtime, actor: Actor, up_to: int | None = None) -> int:
    """Note that a person saw every alert, none newer than up_to; gives how many were new to them.

    Raises NotAllowed (`not_a_person`).
    """
    person_id, done = _person(actor), 0
    for _round in range(MAX_ROUNDS):
        some = runtime.alerts.unread_ids(person_id, up_to)
        if some:
            done += runtime.alerts.read(person_id, some, runtime.now_ms())
        if len(some) < READ_AT_ONCE:
            break
    return done


def open_alert(runtime: Runtime, actor: Actor, alert_id: int) -> int:
    """Note that a person saw an alert, and give its case.

    Raises NotAllowed (`not_a_person`), NotFound (`alert_unknown`) for another person's.
    """
    person_id = _person(actor)
    listed = runtime.alerts.listed(person_id, [alert_id], runtime.offices.seen_by(actor))
    if not listed:
        raise NotFound("Expected an alert of yours with that id, but there is none", code="alert_unknown")
    if listed[0].read_at is None:
        runtime.alerts.read(person_id, [alert_id], runtime.now_ms())
    return listed[0].process_instance_id


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotAllowed("Expected a person, but alerts are for nobody else", code="not_a_person")
    return actor.person_id
