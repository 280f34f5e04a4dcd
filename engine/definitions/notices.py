"""Words with FEEL between braces, as short messages and e-mails have them; refuses braces left open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from engine import feel
from engine.calendar import BEIJING
from engine.errors import InvalidInput
from engine.sentences import Sentence

MAX_TEMPLATE = 10_000
"""Characters of one template."""
MAX_PLACES = 100
"""Places for values in one template."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A FEEL text that stands between braces."""

    expression: str


@dataclass(frozen=True, slots=True)
class Template:
    """Words with places for values.

    parts: words and places in turn. names: the variables that the places read.
    """

    parts: tuple[str | _Place, ...]
    names: frozenset[str]

    @property
    def expressions(self) -> tuple[str, ...]:
        """The FEEL texts of the places, in order."""
        return tuple(part.expression for part in self.parts if isinstance(part, _Place))

    @property
    def words(self) -> str:
        """The text without its places: what every reader is sent."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def render(self, evaluate: Callable[[str], Any], zone: tzinfo = BEIJING) -> str:
        """Give the text with its values; evaluate: gives the value of a FEEL text. Raises what it raises.

        Dates are written 2026-03-02, moments 2026-03-02 10:15 in the zone, numbers plainly, null as nothing.
        """
        return "".join(
            part if isinstance(part, str) else _plain(evaluate(part.expression), zone) for part in self.parts
        )


def compile_template(text: str, names: Iterable[str] = ()) -> Template:
    """Read a template; `{{` is a brace. names: variables that FEEL must know beforehand.

    Raises InvalidInput (`template_broken`) for a brace left open, an empty place or one that is no FEEL, more
    than MAX_TEMPLATE characters or MAX_PLACES places.
    """
    if len(text) > MAX_TEMPLATE:
        raise _broken(
            Sentence("at most {most} characters", most=MAX_TEMPLATE),
            Sentence("there are {count}", count=len(text)),
        )
    parts = tuple(_parts(text))
    places = [part for part in parts if isinstance(part, _Place)]
    if len(places) > MAX_PLACES:
        raise _broken(
            Sentence("at most {most} places for values", most=MAX_PLACES),
            Sentence("there are {count}", count=len(places)),
        )
    known = frozenset(names)
    read: set[str] = set()
    for place in places:
        try:
            read |= feel.compile(place.expression, names=known).names
        except InvalidInput as exc:
            raise _broken(
                Sentence("FEEL in {{{expression}}}", expression=place.expression), exc.message
            ) from exc
    return Template(parts, frozenset(read))


def _parts(text: str) -> Iterator[str | _Place]:
    position, words = 0, ""
    while (opened := text.find("{", position)) >= 0:
        words += text[position:opened]
        if text.startswith("{{", opened):
            words, position = words + "{", opened + 2
            continue
        position = _end_of_place(text, opened)
        expression = text[opened + 1 : position - 1].strip()
        if not expression:
            raise _broken("FEEL between braces", "there is nothing")
        if words:
            yield words
        yield _Place(expression)
        words = ""
    words += text[position:]
    if words:
        yield words


def _end_of_place(text: str, opened: int) -> int:
    """Give the position behind the brace that closes a place; FEEL's own braces and texts are passed over."""
    depth, position, quoted = 0, opened, False
    while position < len(text):
        character = text[position]
        if quoted and character == "\\":
            position += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            depth += (character == "{") - (character == "}")
            if depth == 0:
                return position + 1
        position += 1
    raise _broken("a brace } for every {", Sentence("{text!r} is left open", text=text[opened : opened + 20]))


def _plain(value: Any, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo is not None else value
        return f"{local:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else feel.to_text(value)


def _broken(expected: str, found: str) -> InvalidInput:
    return InvalidInput(
        Sentence("Expected {expected}, but {found}", expected=expected, found=found), code="template_broken"
    )
