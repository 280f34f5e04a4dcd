"""Renders a letter of a bundle: its template in a sandbox, with the words and data of the day it was issued."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jinja2 import ChainableUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from engine.errors import InvalidInput

from .language import language
from .words import day_words, moment_words

if TYPE_CHECKING:
    from engine.cases import CaseView, LetterView
    from engine.runtime import Runtime

_sandbox = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True
)


def render(runtime: Runtime, view: CaseView, letter: LetterView) -> dict[str, Any]:
    """Give what the page around a letter needs; raises InvalidInput when the template is broken."""
    office = runtime.offices.rows.get(view.row.office_id)
    texts = view.definition.texts
    source = view.definition.bundle.files[f"letters/{letter.key}.html"].decode()
    calendar = runtime.calendar
    clocks = {clock.facts.id: clock for clock in view.clocks}

    def limit(deadline_id: str) -> str:
        clock = clocks.get(deadline_id)
        return day_words(clock.due.on) if clock is not None else ""

    try:
        body = _sandbox.from_string(source).render(
            case={
                "number": view.row.business_key,
                "title": view.row.title,
                "office": (office.name_zh if language() == "zh" else office.name_en) if office else "",
                "service": texts.say(language(), "service", "name"),
            },
            data=letter.data,
            text=texts.section(language(), "letters", letter.key),
            date=lambda value: _date(value, calendar),
            money=_money,
            limit=limit,
            issued_on=calendar.local_date(letter.issued_at).isoformat(),
            language=language(),
        )
    except TemplateError as exc:
        raise InvalidInput(
            f"Expected the letter {letter.key} to be a sound template, but {exc}", code="letter_broken"
        ) from exc
    return {
        "office": office.name_zh if office and language() == "zh" else office.name_en if office else "",
        "number": f"{view.row.business_key}-{letter.number}",
        "title": texts.say(language(), "letters", letter.key, "title"),
        "issued_on": day_words(calendar.local_date(letter.issued_at)),
        "body": Markup(body),  # noqa: S704 - the sandbox has escaped every value
        "language": language(),
    }


def _date(value: Any, calendar: Any) -> str:
    if isinstance(value, datetime):
        return moment_words(value, calendar)
    return day_words(value) if isinstance(value, date) else str(value or "")


def _money(value: Any) -> str:
    if value is None or not isinstance(value, (int, Decimal)):
        return str(value or "")
    return f"¥{value:,.2f}"
