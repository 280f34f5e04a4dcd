"""Which machines hear of which events: somebody subscribes, looks at what was told, tells it again, ends it.

A machine hears of what the person who subscribed may see, and of nothing more.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import InvalidInput, InvalidState, NotFound
from engine.operators import check_role, is_operator
from engine.ports import ConnectorError
from engine.store.subscriptions import SubscriptionRow
from engine.telling import EVENTS, job_of, secret_place

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.subscriptions import ToldEvent

ROLES = frozenset({"operator", "admin"})
"""Who may let machines hear of cases."""
MAX_ADDRESS = 500
MAX_RUNNING = 20
"""Each running one costs every step a little."""
MAX_LISTED = 200
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A new subscription, and the secret that what is told will be signed with; it is seen only now."""

    row: SubscriptionRow
    secret: str


def subscribe(runtime: Runtime, actor: Actor, address: str, events: Iterable[str]) -> Subscribed:
    """Let a machine hear of some events from now on; other processes begin within ten seconds.

    Raises NotAllowed for anybody without one of ROLES, InvalidInput for an address that nothing may be
    posted to (`address_refused`), for no or an unknown event (`event_unknown`), or for one subscription too
    many (`too_many_subscriptions`).
    """
    check_role(actor, ROLES)
    wanted = set(events)
    if not wanted or not wanted <= set(EVENTS):
        raise InvalidInput(f"Expected events among {', '.join(EVENTS)}", code="event_unknown")
    _check_address(runtime, address)
    if len(runtime.subscriptions.running()) >= MAX_RUNNING:
        raise InvalidInput(
            f"Expected at most {MAX_RUNNING} running subscriptions", code="too_many_subscriptions"
        )
    assert actor.person_id is not None
    subscription_id = runtime.ids.next()
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = SubscriptionRow(
        id=subscription_id,
        person_id=actor.person_id,
        address=address,
        events=" ".join(event for event in EVENTS if event in wanted),
        sealed_secret=runtime.sealer.seal(secret.encode(), secret_place(subscription_id)),
        created_at=runtime.now_ms(),
        ended_at=None,
    )
    runtime.subscriptions.add(row)
    return Subscribed(row, secret)


def may_subscribe(actor: Actor) -> bool:
    """Say whether somebody may let machines hear of cases, and see what was told to them."""
    return is_operator(actor, ROLES)


def list_subscriptions(runtime: Runtime, actor: Actor) -> list[SubscriptionRow]:
    """List the subscriptions of people of the actor's office and those below it, the newest first.

    Raises NotAllowed for anybody without one of ROLES.
    """
    check_role(actor, ROLES)
    seen = runtime.offices.seen_by(actor)
    people = [row.id for row in runtime.people.persons() if row.office_id in seen]
    return runtime.subscriptions.listed(people, MAX_LISTED)


def read_subscription(runtime: Runtime, subscription_id: int, actor: Actor) -> SubscriptionRow:
    """Give a subscription, ended ones too; raises NotAllowed as listing does, NotFound."""
    check_role(actor, ROLES)
    row = runtime.subscriptions.find(subscription_id)
    person = None if row is None else runtime.people.person(person_id=row.person_id)
    if row is None or person is None or person.office_id not in runtime.offices.seen_by(actor):
        raise NotFound("Expected a subscription with that id, but there is none", code="subscription_unknown")
    return row


def end(runtime: Runtime, subscription_id: int, actor: Actor) -> None:
    """End a subscription; what still waits for it is not told any more.

    Raises as read_subscription does, InvalidState when it has ended.
    """
    row = read_subscription(runtime, subscription_id, actor)
    if not runtime.subscriptions.end(row.id, runtime.now_ms()):
        raise InvalidState("Expected a running subscription, but it has ended", code="subscription_ended")


def told(
    runtime: Runtime, subscription_id: int, actor: Actor, *, before: int | None = None, size: int = 50
) -> list[ToldEvent]:
    """List what was told to a machine, the newest first; raises as read_subscription does."""
    row = read_subscription(runtime, subscription_id, actor)
    return runtime.subscriptions.told(row.id, before=before, size=size)


def tell_again(runtime: Runtime, told_id: int, actor: Actor) -> ToldEvent:
    """Tell a machine an event once more, with the same id; gives the event as it waits now.

    Raises NotFound, NotAllowed as read_subscription does, InvalidState when the subscription has ended or
    the event waits to be told already.
    """
    check_role(actor, ROLES)
    event = runtime.subscriptions.find_told(told_id)
    if event is None:
        raise NotFound("Expected an event with that id, but there is none", code="event_unknown")
    row = read_subscription(runtime, event.subscription_id, actor)
    if row.ended_at is not None:
        raise InvalidState("Expected a running subscription, but it has ended", code="subscription_ended")
    if not runtime.subscriptions.tell_again(job_of(event.id, runtime.now_ms())):
        raise InvalidState("Expected an event that was told or given up, but it waits", code="event_waits")
    runtime.wake()
    again = runtime.subscriptions.find_told(told_id)
    assert again is not None
    return again


def _check_address(runtime: Runtime, address: str) -> None:
    fits = len(address) <= MAX_ADDRESS and address.isascii() and address.isprintable()
    if runtime.hooks is None or not fits:
        raise InvalidInput("Expected an address of at most 500 plain characters", code="address_refused")
    try:
        runtime.hooks.check(address)
    except ConnectorError as exc:
        raise InvalidInput(str(exc), code="address_refused") from exc
