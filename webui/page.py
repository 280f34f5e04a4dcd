"""What every page has: the navigation, the person, the language links, the demo's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from engine import deploying, incidents, subscriptions, supervising
from engine.alerting import alerts
from engine.calendar_changes import looking
from engine.store.alerts import MAX_COUNTED as MAX_ALERTS
from engine.store.incidents import MAX_COUNTED

from . import heart
from .language import LANGUAGES, language
from .words import clock_words, moment_words, person_name

if TYPE_CHECKING:
    from flask import Flask

    from .wiring import Installation

_NAMES = {"zh": "中文", "en": "English"}


def installation() -> Installation:
    """Give the installation that the application serves."""
    return cast("Installation", current_app.extensions["linbang"])


def init_app(app: Flask) -> None:
    """Give every template what the frame reads."""
    app.context_processor(_frame)
    app.jinja_env.filters["moment"] = moment_words


def _frame() -> dict[str, Any]:
    actor = g.get("actor")
    frame: dict[str, Any] = {"languages": list(_languages()), "language": language(), "demo": _demo()}
    if actor is not None:
        frame |= {
            "nav": _navigation(),
            "goes": _goes(),
            "heart": heart.banner(installation(), actor),
            "person": {"name": person_name(g.staff), "office": _office_name(actor.office_id)},
            "sign_out_url": url_for("sign_in.leave"),
            "absence_url": url_for("absence.show"),
        }
    return frame


def _navigation() -> list[tuple[str, str, bool]]:
    endpoint = request.endpoint or ""
    entries = [
        (url_for("inbox.show"), _("My work"), endpoint.startswith(("inbox.", "tasks."))),
        *_overview(endpoint),
        (url_for("cases.listing"), _("Cases"), endpoint.startswith("cases.")),
        *_alerts(endpoint),
        *_incidents(endpoint),
        *_definitions(endpoint),
        *_calendars(endpoint),
        *_subscriptions(endpoint),
        (url_for("services.listing"), _("New case"), endpoint.startswith("services.")),
        (url_for("help.index"), _("Help"), endpoint.startswith("help.")),
    ]
    return [(href, words, current) for href, words, current in entries]


def _overview(endpoint: str) -> list[tuple[str, str, bool]]:
    """Give the way to other people's work, for supervisors."""
    if not supervising.may_supervise(g.actor):
        return []
    return [(url_for("desk.show"), _("Overview"), endpoint.startswith(("desk.", "figures.", "reports.")))]


def _alerts(endpoint: str) -> list[tuple[str, str, bool]]:
    """Give the way to the alerts with the number of unread ones, for supervisors; others have it in their inbox."""
    if not supervising.may_supervise(g.actor):
        return []
    count = alerts.count_unread(installation().runtime, g.actor) or 0
    number = f"{MAX_ALERTS - 1}+" if count >= MAX_ALERTS else str(count)
    words = _("Alerts (%(number)s)", number=number) if count else _("Alerts")
    return [(url_for("alerts.listing"), words, endpoint.startswith("alerts."))]


def _goes() -> list[tuple[str, str, str]]:
    """Give the pages that `g` and another key lead to."""
    pages = [
        ("i", "inbox.show", _("My work")),
        ("c", "cases.listing", _("Cases")),
        ("n", "services.listing", _("New case")),
    ]
    if {"supervisor", "admin"} & g.actor.roles:
        pages.append(("s", "desk.show", _("Overview")))
    known = current_app.view_functions
    return [(key, url_for(endpoint), words) for key, endpoint, words in pages if endpoint in known]


def _incidents(endpoint: str) -> list[tuple[str, str, bool]]:
    """Give the way to the incidents with their number, for those who see to them."""
    count = incidents.count_open(installation().runtime, g.actor)
    if count is None:
        return []
    number = f"{MAX_COUNTED - 1}+" if count >= MAX_COUNTED else str(count)
    words = _("Incidents (%(number)s)", number=number) if count else _("Incidents")
    return [(url_for("incidents.listing"), words, endpoint.startswith("incidents."))]


def _definitions(endpoint: str) -> list[tuple[str, str, bool]]:
    """Give the way to the services' files, for those who change them."""
    if not deploying.may_deploy(g.actor):
        return []
    return [
        (url_for("definitions.listing"), _("Services"), endpoint.startswith(("definitions.", "importing.")))
    ]


def _calendars(endpoint: str) -> list[tuple[str, str, bool]]:
    """Give the way to the calendar, for those who answer for it."""
    if not looking.may_look(g.actor):
        return []
    return [(url_for("calendars.listing"), _("Working calendar"), endpoint.startswith("calendars."))]


def _subscriptions(endpoint: str) -> list[tuple[str, str, bool]]:
    """Give the way to what other systems are told, for those who set that up."""
    if not subscriptions.may_subscribe(g.actor):
        return []
    return [(url_for("subscriptions.listing"), _("Other systems"), endpoint.startswith("subscriptions."))]


def _languages() -> Any:
    for tag in LANGUAGES:
        arguments = {key: value for key, value in request.args.items() if key != "lang"}
        yield tag, _NAMES[tag], f"{request.path}?{urlencode({**arguments, 'lang': tag})}", tag == language()


def _office_name(office_id: int | None) -> str:
    row = installation().runtime.offices.rows.get(office_id or 0)
    if row is None:
        return ""
    return row.name_zh if language() == "zh" else row.name_en


def _demo() -> dict[str, Any] | None:
    found = installation()
    if not found.settings.demo:
        return None
    now = found.runtime.clock.now()
    return {
        "now": clock_words(now, found.runtime.calendar),
        "iso": now.isoformat(),
        "action": url_for("demo_clock.move"),
        "steps": [
            ("PT1H", _("1 hour")),
            ("PT4H", _("4 hours")),
            ("1 WD", _("1 working day")),
            ("5 WD", _("5 working days")),
        ],
    }
