"""What every page has: the navigation, the person, the language links, the demo's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from flask import current_app, g, request, url_for
from flask_babel import gettext as _

from engine import incidents
from engine.store.incidents import MAX_COUNTED

from .language import LANGUAGES, language
from .words import clock_words, moment_words

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
            "person": {"name": actor.name, "office": _office_name(actor.office_id)},
            "sign_out_url": url_for("sign_in.leave"),
        }
    return frame


def _navigation() -> list[tuple[str, str, bool]]:
    endpoint = request.endpoint or ""
    entries = [
        (url_for("inbox.show"), _("My work"), endpoint.startswith(("inbox.", "tasks."))),
        (url_for("cases.listing"), _("Cases"), endpoint.startswith("cases.")),
        *_incidents(endpoint),
        (url_for("services.listing"), _("New case"), endpoint.startswith("services.")),
        (url_for("status.help_page"), _("Help"), endpoint == "status.help_page"),
    ]
    return [(href, words, current) for href, words, current in entries]


def _incidents(endpoint: str) -> list[tuple[str, str, bool]]:
    """Give the way to the incidents with their number, for those who see to them."""
    count = incidents.count_open(installation().runtime, g.actor)
    if count is None:
        return []
    number = f"{MAX_COUNTED - 1}+" if count >= MAX_COUNTED else str(count)
    words = _("Incidents (%(number)s)", number=number) if count else _("Incidents")
    return [(url_for("incidents.listing"), words, endpoint.startswith("incidents."))]


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
