"""Subscriptions of machines: make one, see what was told, tell it again, end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import subscriptions
from engine.errors import NotFound
from webui.page import installation

from .bearer import actor
from .paging import page, read_cursor
from .resources import Resources
from .schemas.common import PageQuery, page_of
from .schemas.subscriptions import (
    SubscribedSchema,
    SubscribeSchema,
    SubscriptionSchema,
    SubscriptionsSchema,
    ToldSchema,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.subscriptions import SubscriptionRow, ToldEvent

resources = Resources("subscriptions", "Events that are posted to other systems, for operators")


@resources.operation("GET", "", gives=SubscriptionsSchema(), errors=(403,))
def listing() -> Any:
    """List the subscriptions of people of the bearer's office and those below it, the newest first."""
    rows = subscriptions.list_subscriptions(installation().runtime, actor())
    return {"items": [_told(row) for row in rows]}


@resources.operation("POST", "", gives=SubscribedSchema(), status=201, body=SubscribeSchema(), errors=(403,))
def subscribe(body: Mapping[str, Any]) -> Any:
    """Have events posted to an address from now on: of cases that the bearer sees. The secret is told only now."""
    made = subscriptions.subscribe(installation().runtime, actor(), body["address"], body["events"])
    return {**_told(made.row), "secret": made.secret}


@resources.operation("GET", "/<id:subscription_id>", gives=SubscriptionSchema(), errors=(403,))
def show(subscription_id: int) -> Any:
    """Read a subscription, an ended one too."""
    return _told(subscriptions.read_subscription(installation().runtime, subscription_id, actor()))


@resources.operation("DELETE", "/<id:subscription_id>", gives=None, status=204, errors=(403, 409))
def end(subscription_id: int) -> Any:
    """End a subscription; what still waits is not posted any more."""
    subscriptions.end(installation().runtime, subscription_id, actor())


@resources.operation(
    "GET", "/<id:subscription_id>/deliveries", gives=page_of(ToldSchema), query=PageQuery(), errors=(403,)
)
def deliveries(subscription_id: int, query: Mapping[str, Any]) -> Any:
    """List what was posted, the newest first."""
    cursor = read_cursor(query, int)
    rows = subscriptions.told(
        installation().runtime,
        subscription_id,
        actor(),
        before=cursor[0] if cursor else None,
        size=query["limit"] + 1,
    )
    return page(rows, query, lambda one: (one.id,))


@resources.operation(
    "POST",
    "/<id:subscription_id>/deliveries/<id:delivery_id>/redeliver",
    gives=ToldSchema(),
    errors=(403, 409),
)
def redeliver(subscription_id: int, delivery_id: int) -> Any:
    """Post an event once more, under the same id."""
    runtime = installation().runtime
    _of(subscription_id, runtime.subscriptions.find_told(delivery_id))
    return subscriptions.tell_again(runtime, delivery_id, actor())


def _of(subscription_id: int, told: ToldEvent | None) -> None:
    if told is not None and told.subscription_id != subscription_id:
        raise NotFound("Expected an event of this subscription, but it is none", code="event_unknown")


def _told(row: SubscriptionRow) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("id", "address", "created_at", "ended_at")}
    return {**told, "events": row.events.split()}
