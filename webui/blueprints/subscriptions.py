"""What is posted to other systems: who hears of what, what was told, once more, no more. For operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from engine import subscriptions
from engine.errors import InvalidInput
from engine.telling import EVENTS
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import message_of, moment_words, person_name
from webui.words.events import EVENTS as EVENT_WORDS

if TYPE_CHECKING:
    from engine.store.subscriptions import SubscriptionRow, ToldEvent

PAGE = 50
_MAX_ID_DIGITS = 19
_STATES = {
    "waiting": lazy("waiting"),
    "sent": lazy("told"),
    "failed": lazy("given up"),
    "closed": lazy("closed by hand"),
}

pages = Blueprint("subscriptions", __name__, url_prefix="/subscriptions")


@pages.get("/")
@signed_in
def listing() -> Any:
    """List the subscriptions of the person's office and those below it."""
    return _page()


@pages.post("/")
@signed_in
def subscribe() -> Any:
    """Make a subscription, and show its secret this once."""
    address, events = request.form.get("address", "").strip(), request.form.getlist("event")
    try:
        made = subscriptions.subscribe(installation().runtime, actor(), address, events)
    except InvalidInput as exc:
        return _page(address=address, chosen=events, problem=message_of(exc)), 422
    return _page(made=made)


@pages.get("/<int:subscription_id>")
@signed_in
def show(subscription_id: int) -> Any:
    """Show what was told to a machine, the newest first."""
    runtime = installation().runtime
    row = subscriptions.read_subscription(runtime, subscription_id, actor())
    text = request.args.get("before", "")
    before = int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_ID_DIGITS else None
    told = subscriptions.told(runtime, subscription_id, actor(), before=before, size=PAGE + 1)
    here = url_for("subscriptions.show", subscription_id=subscription_id)
    return render_template(
        "subscription.html",
        subscription=_row(row),
        rows=[_told(one) for one in told[:PAGE]],
        first=here if before else None,
        following=f"{here}?before={told[PAGE - 1].id}" if len(told) > PAGE else None,
    )


@pages.post("/<int:subscription_id>/end")
@signed_in
def end(subscription_id: int) -> Any:
    """End a subscription."""
    subscriptions.end(installation().runtime, subscription_id, actor())
    flash(_("The subscription has been ended."), "success")
    return redirect(url_for("subscriptions.show", subscription_id=subscription_id))


@pages.post("/deliveries/<int:told_id>/redeliver")
@signed_in
def redeliver(told_id: int) -> Any:
    """Tell an event once more."""
    told = subscriptions.tell_again(installation().runtime, told_id, actor())
    flash(_("It is being told again."), "success")
    return redirect(url_for("subscriptions.show", subscription_id=told.subscription_id))


def _page(
    *,
    address: str = "",
    chosen: list[str] | None = None,
    problem: str | None = None,
    made: subscriptions.Subscribed | None = None,
) -> str:
    rows = subscriptions.list_subscriptions(installation().runtime, actor())
    return render_template(
        "subscriptions.html",
        rows=[_row(row) for row in rows],
        events=[(name, EVENT_WORDS[name]) for name in EVENTS],
        address=address,
        chosen=chosen or [],
        problem=problem,
        secret=made.secret if made is not None else None,
    )


def _row(row: SubscriptionRow) -> dict[str, Any]:
    runtime = installation().runtime
    person = runtime.people.person(person_id=row.person_id)
    return {
        "id": row.id,
        "address": row.address,
        "events": [EVENT_WORDS[name] for name in row.events.split()],
        "who": person_name(person) if person is not None else "",
        "since": moment_words(row.created_at, runtime.calendar),
        "ended": moment_words(row.ended_at, runtime.calendar) if row.ended_at is not None else "",
    }


def _told(told: ToldEvent) -> dict[str, Any]:
    calendar = installation().runtime.calendar
    return {
        "id": told.id,
        "event": EVENT_WORDS[told.event],
        "case": told.business_key,
        "case_id": told.process_instance_id,
        "at": moment_words(told.created_at, calendar),
        "state": told.state,
        "state_words": _STATES[told.state],
        "sent": moment_words(told.sent_at, calendar) if told.sent_at is not None else "",
        "next": moment_words(told.due_at, calendar) if told.state == "waiting" and told.attempts else "",
        "tries": told.attempts,
        "message": told.message or "",
        "status": told.status,
    }
