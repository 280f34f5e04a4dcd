"""Renders a letter of a bundle: its template in a sandbox, with the words and data of the day it was issued."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jinja2 import ChainableUndefined, FunctionLoader, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from engine.clocks import Unit
from engine.errors import InvalidInput

from .language import language
from .words import day_words, moment_words

if TYPE_CHECKING:
    from engine.cases import CaseView, LetterView
    from engine.definitions import Bundle
    from engine.runtime import Runtime

_sandbox = ImmutableSandboxedEnvironment(
    autoescape=True, undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True
)


def render(runtime: Runtime, view: CaseView, letter: LetterView) -> dict[str, Any]:
    """Give what the page around a letter needs; raises InvalidInput when the template is broken."""
    office = runtime.offices.rows.get(view.row.office_id)
    texts = view.definition.texts
    calendar = runtime.calendar
    clocks = {clock.facts.id: clock for clock in view.clocks}

    def limit(deadline_id: str) -> str:
        clock = clocks.get(deadline_id)
        if clock is None:
            return ""
        in_hours = clock.facts.limit.unit is Unit.HOUR
        return moment_words(clock.due.at, calendar) if in_hours else day_words(clock.due.on)

    try:
        template = _environment(view.definition.bundle).get_template(f"{letter.key}.html")
        body = template.render(
            case={
                "number": view.row.business_key,
                "title": view.row.title,
                "office": (office.name_zh if language() == "zh" else office.name_en) if office else "",
                "service": texts.say(language(), "service", "name"),
            },
            data=letter.data,
            text=texts.section(language(), "letters", letter.key),
            words=lambda name: texts.section(language(), "letters", str(name)),
            date=lambda value: _date(value, calendar),
            money=_money,
            limit=limit,
            issued_on=calendar.local_date(letter.issued_at).isoformat(),
            language=language(),
        )
    except (TemplateError, RecursionError, UnicodeDecodeError) as exc:
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


def _environment(bundle: Bundle) -> ImmutableSandboxedEnvironment:
    """Give the sandbox in which a letter may include other letters of its bundle, and nothing else."""

    def load(name: str) -> str | None:
        path = bundle.path_of(f"letters/{name}")
        return bundle.files[path].decode() if path else None

    return _sandbox.overlay(loader=FunctionLoader(load))


def _date(value: Any, calendar: Any) -> str:
    if isinstance(value, datetime):  # one without an offset was typed into a form, and is meant for here
        return moment_words(value if value.tzinfo else value.replace(tzinfo=calendar.zone), calendar)
    if isinstance(value, str):
        with suppress(ValueError):  # some other text
            value = date.fromisoformat(value)
    return day_words(value) if isinstance(value, date) else str(value or "")


def _money(value: Any) -> str:
    if value is None or not isinstance(value, (int, Decimal)):
        return str(value or "")
    return f"¥{value:,.2f}"
