"""Alerts: a person's own list of clocks that warned or were missed, marking them as read, and where they reach one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from engine.alerting import alerts, ledger, phones
from engine.errors import InvalidInput
from engine.operators import is_operator
from engine.store.announcing import is_late
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import message_of, moment_words, office_name, person_name, service_name
from webui.words.alerts import Tag, clock_name, level_words, message_tags, part_words, standing_of

if TYPE_CHECKING:
    from engine.store.alerts import ListedAlert

PAGE = 50
MAX_TYPED = 40
KINDS = {"missed": True, "warned": False}
_MAX_ID_DIGITS = 19

pages = Blueprint("alerts", __name__, url_prefix="/alerts")


@pages.get("/")
@signed_in
def listing() -> Any:
    """List the person's alerts, the newest first."""
    runtime = installation().runtime
    kept = _kept()
    before = _id(request.args.get("before", ""))
    found = alerts.page(
        runtime,
        actor(),
        service_key=kept.get("service"),
        missed=KINDS.get(kept.get("level", "")),
        unread="unread" in kept,
        before=before,
        size=PAGE,
    )
    return render_template(
        "alerts.html",
        rows=[_row(alert) for alert in found.alerts],
        newest=found.alerts[0].id if found.alerts and before is None else None,
        any_unread=bool(alerts.count_unread(runtime, actor())),
        services=[(key, service_name(one[1])) for key, one in runtime.catalogue.services().items()],
        chosen=kept,
        phone=phones.masked_phone(runtime, g.staff.id),
        email=g.staff.email,
        wide=ledger.may_read(actor()),
        operates=is_operator(actor()),
        first=url_for("alerts.listing", **kept) if before else None,
        following=url_for("alerts.listing", before=found.before, **kept) if found.before else None,
    )


@pages.get("/<int:alert_id>/open")
@signed_in
def open_one(alert_id: int) -> Any:
    """Mark an alert as read and go to its case."""
    case_id = alerts.open_alert(installation().runtime, actor(), alert_id)
    return redirect(url_for("cases.show", case_id=case_id))


@pages.post("/read")
@signed_in
def read() -> Any:
    """Mark the ticked alerts as read, or all up to the newest that the page showed."""
    runtime = installation().runtime
    up_to = _id(request.form.get("all", ""))
    wanted = [found for text in request.form.getlist("alert")[:PAGE] if (found := _id(text))]
    if up_to is not None:
        done = alerts.read_all(runtime, actor(), up_to)
    else:
        done = alerts.read(runtime, actor(), wanted)
    if up_to is None and not wanted:
        flash(_("Tick at least one alert first."), "warning")
    else:
        flash(ngettext("%(num)d alert marked as read.", "%(num)d alerts marked as read.", done), "success")
    return redirect(url_for("alerts.listing", **_kept()))


@pages.post("/phone")
@signed_in
def keep_phone() -> Any:
    """Keep the number at which the person is sent short messages, or forget it."""
    text = request.form.get("phone", "")[:MAX_TYPED]
    try:
        phones.keep_phone(installation().runtime, g.staff.id, text)
    except InvalidInput as exc:
        flash(message_of(exc), "error")
    else:
        flash(
            _("Short messages go there from now on.")
            if text.strip()
            else _("You get no short messages any more."),
            "success",
        )
    return redirect(url_for("alerts.listing") + "#reach")


def _kept() -> dict[str, Any]:
    """Give what the list was narrowed down to, from the address or from the form around it."""
    given = request.form if request.method == "POST" else request.args
    kept = {name: given[name] for name in ("service", "level", "unread") if given.get(name)}
    if kept.get("level") not in KINDS:
        kept.pop("level", None)
    if kept.get("service") not in installation().runtime.catalogue.services():
        kept.pop("service", None)
    return kept


def _row(alert: ListedAlert) -> dict[str, Any]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(alert.definition_id)
    standing = standing_of(alert, definition, runtime.clock.now(), runtime.calendar)
    return {
        "id": alert.id,
        "unread": alert.read_at is None,
        "level": level_words(alert.level),
        "missed": is_late(alert.level),
        "clock": clock_name(definition, alert.deadline_id),
        "case": alert.business_key,
        "title": alert.title,
        "service": service_name(definition),
        "office": office_name(runtime.offices.rows.get(alert.office_id)),
        "since": moment_words(alert.at, runtime.calendar),
        "ended": standing if isinstance(standing, Tag) else None,
        "due": None if isinstance(standing, Tag) else standing,
        "messages": message_tags(alert, runtime.calendar),
        "part": _part(alert),
        "case_id": alert.process_instance_id,
    }


def _part(alert: ListedAlert) -> str:
    """Say why the reader hears of it; nothing to supervisors, who hear of everything below them."""
    runtime = installation().runtime
    if alert.stands_for is not None:
        absent = runtime.people.person(person_id=alert.stands_for)
        return str(_("You stand in for %(name)s.", name=person_name(absent) if absent is not None else "–"))
    return part_words(runtime, alert.who)


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= _MAX_ID_DIGITS else None
