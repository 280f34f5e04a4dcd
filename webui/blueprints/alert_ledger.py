"""The ledger of alerts: who was told of a case's clocks and with what result, and every message for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases
from engine.alerting import ledger
from engine.store.alert_ledger import CHANNELS, STATES
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import moment_words, office_name, person_name, service_name
from webui.words.alerts import (
    Tag,
    carried_tag,
    clock_name,
    level_words,
    machine_tag,
    reached_words,
    rule_words,
    state_words,
    way_words,
    who_words,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.alerting.ledger import Entry, Told
    from engine.store.alert_ledger import RaisedAlert, SentMessage
    from engine.store.people import PersonRow

PAGE = 50
_MAX_DIGITS = 19

pages = Blueprint("alert_ledger", __name__, url_prefix="/alerts")


@pages.get("/cases/<int:case_id>")
@signed_in
def of_case(case_id: int) -> Any:
    """Show who was told of the alerts of a case, when, by what, with what result."""
    runtime = installation().runtime
    row = cases.visible_instance(runtime, installation().cases, case_id, actor())
    found = ledger.of_case(runtime, actor(), case_id)
    people = _people(
        [
            one
            for entry in found
            for told in entry.people
            for one in (told.person.person_id, told.person.stands_for)
        ]
    )
    return render_template(
        "alerts_of_case.html",
        case_id=case_id,
        number=row.business_key,
        entries=[_entry(entry, people) for entry in found],
    )


@pages.get("/unheard")
@signed_in
def unheard() -> Any:
    """List the alerts whose rule found nobody."""
    before = _id(request.args.get("before", ""))
    rows = ledger.unheard(installation().runtime, actor(), before=before, size=PAGE + 1)
    here = url_for("alert_ledger.unheard")
    return render_template(
        "alerts_unheard.html",
        rows=[_raised(row) for row in rows[:PAGE]],
        first=here if before else None,
        following=f"{here}?before={rows[PAGE - 1].id}" if len(rows) > PAGE else None,
    )


@pages.get("/messages")
@signed_in
def messages() -> Any:
    """List every message about alerts, narrowed down by channel, state and person."""
    runtime = installation().runtime
    kept: dict[str, Any] = _kept()
    person = runtime.people.person(username=kept["person"]) if "person" in kept else None
    before = _id(request.args.get("before", ""))
    found = ledger.messages(
        runtime,
        actor(),
        channel=kept.get("channel"),
        state=kept.get("state"),
        person_id=(person.id if person is not None else 0) if "person" in kept else None,
        before=before,
        size=PAGE,
    )
    people = _people([one.person_id for one, _count in found.messages])
    return render_template(
        "alerts_messages.html",
        rows=[_message(one, count, people) for one, count in found.messages],
        channels=[(channel, way_words(channel)) for channel in CHANNELS],
        states=[(state, state_words(state)) for state in STATES],
        chosen=kept,
        first=url_for("alert_ledger.messages", **kept) if before else None,
        following=url_for("alert_ledger.messages", before=found.before, **kept) if found.before else None,
    )


def _kept() -> dict[str, Any]:
    """Give what the list was narrowed down to."""
    kept: dict[str, Any] = {
        name: request.args[name].strip() for name in ("channel", "state", "person") if request.args.get(name)
    }
    if kept.get("channel") not in CHANNELS:
        kept.pop("channel", None)
    if kept.get("state") not in STATES:
        kept.pop("state", None)
    return {name: value[:100] for name, value in kept.items() if value}


def _people(person_ids: Collection[int | None]) -> dict[int, PersonRow]:
    wanted = {one for one in person_ids if one is not None}
    runtime = installation().runtime
    if not wanted:
        return {}
    return {row.id: row for row in runtime.people.persons() if row.id in wanted}


def _name(people: dict[int, PersonRow], person_id: int) -> str:
    return person_name(people[person_id]) if person_id in people else "–"


def _raised(alert: RaisedAlert) -> dict[str, Any]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(alert.definition_id)
    return {
        "id": alert.id,
        "case_id": alert.process_instance_id,
        "case": alert.business_key,
        "clock": clock_name(definition, alert.deadline_id),
        "level": level_words(alert.level),
        "late": alert.level == "breach" or alert.level.startswith("after "),
        "service": service_name(definition),
        "office": office_name(runtime.offices.rows.get(alert.office_id)),
        "at": moment_words(alert.at, runtime.calendar),
        "due": moment_words(alert.due_at, runtime.calendar),
        "reached": reached_words(alert.reached),
    }


def _entry(entry: Entry, people: dict[int, PersonRow]) -> dict[str, Any]:
    runtime, alert = installation().runtime, entry.alert
    told_at = None if alert.announced_at is None else moment_words(alert.announced_at, runtime.calendar)
    told = [line for one in entry.people for line in _lines(one, people)]
    machines = [
        {
            "to": one.address,
            "tag": machine_tag(one, runtime.calendar),
            "tries": one.attempts,
            "created": moment_words(one.created_at, runtime.calendar),
            "receipt": str(one.id),
        }
        for one in entry.machines
    ]
    definition = runtime.catalogue.get(alert.definition_id)
    return {
        **_raised(alert),
        "told_at": told_at,
        "rule": rule_words(definition, alert.rule),
        "told": told,
        "machines": machines,
    }


def _lines(told: Told, people: dict[int, PersonRow]) -> list[dict[str, Any]]:
    """Give a line for each way by which somebody was told or should have been."""
    runtime, person = installation().runtime, told.person
    who = who_words(runtime, person.who)
    if person.stands_for is not None:
        who = str(_("%(who)s, for %(name)s", who=who, name=_name(people, person.stands_for)))
    seen = None if person.read_at is None else moment_words(person.read_at, runtime.calendar)
    page = Tag(str(_("seen")), "good", seen) if seen else Tag(str(_("on the page, not seen")), "rest")
    lines = [{"way": way_words("page"), "tag": page, "tries": None, "created": None, "receipt": None}]
    carried = {one.channel: one for one in told.messages}
    for way in person.ways.split():
        if way in carried:
            lines.append(_sent(carried[way]))
        elif way != "page":
            missing = Tag(
                str(_("could not be sent")), "late", str(_("There is no address or no way to send."))
            )
            lines.append({**lines[0], "way": way_words(way), "tag": missing})
    name = _name(people, person.person_id)
    return [{"name": name, "who": who, **line} for line in lines]


def _sent(one: SentMessage) -> dict[str, Any]:
    calendar = installation().runtime.calendar
    return {
        "way": way_words(one.channel),
        "tag": carried_tag(one, calendar),
        "tries": one.attempts,
        "created": moment_words(one.created_at, calendar),
        "receipt": one.receipt,
    }


def _message(one: SentMessage, count: int, people: dict[int, PersonRow]) -> dict[str, Any]:
    return {"id": one.id, "name": _name(people, one.person_id), "alerts": count, **_sent(one)}


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_DIGITS else None
