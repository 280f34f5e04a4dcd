"""Values as text: the literal that reads back as the value, and what the function `string` shows."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.feel import exact
from engine.feel.errors import FeelBudgetExceeded
from engine.feel.values import FeelFunction, Range, YearMonthDuration

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100  # lists and contexts inside each other
MAX_LENGTH = 200_000  # characters
_PLAIN_KEY = re.compile(r"[^\W\d]\w*(?: [^\W\d]\w*)*")
_LONG_NUMBER = re.compile(r"(?<![0-9.])[0-9]{11,}[Xx]?")
_WORDS = {True: "true", False: "false", None: "null"}


def to_text(value: Any) -> str:
    """Give the FEEL literal of a value, for messages; compiling it gives the value again.

    A function has no literal; it is shown as `function`. A text of more than MAX_LENGTH ends in `…`.
    """
    text, whole = _joined(_pieces(value, literal=True, depth=0))
    return text if whole else f"{text}…"


def to_string(value: Any) -> str:
    """Give what FEEL's `string` gives: a text bare, but quoted inside a list; dates bare.

    Raises FeelBudgetExceeded for more than MAX_LENGTH characters.
    """
    if type(value) is str:
        return value
    text, whole = _joined(_pieces(value, literal=False, depth=0))
    if not whole:
        raise FeelBudgetExceeded(f"Expected a text of at most {MAX_LENGTH} characters, but it is longer.")
    return text


def masked(text: str) -> str:
    """Give a text for messages, in which identity numbers and phones cannot be read."""
    return _LONG_NUMBER.sub("…", text)


def _joined(pieces: Iterator[str]) -> tuple[str, bool]:
    """Join pieces up to the limit; tell whether these were all."""
    kept, length = [], 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > MAX_LENGTH:
            return "".join(kept)[:MAX_LENGTH], False
    return "".join(kept), True


def _pieces(value: Any, *, literal: bool, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        yield "…"
    elif type(value) is list:
        for index, item in enumerate(value):
            yield ", " if index else "["
            yield from _pieces(item, literal=literal, depth=depth + 1)
        yield "]" if value else "[]"
    elif type(value) is dict:
        for index, (key, item) in enumerate(value.items()):
            yield f"{', ' if index else '{'}{_key(key)}: "
            yield from _pieces(item, literal=literal, depth=depth + 1)
        yield "}" if value else "{}"
    elif type(value) is Range:
        yield _range(value, literal=literal)
    else:
        yield _single(value, literal=literal)


def _single(value: Any, *, literal: bool) -> str:
    if value is None or type(value) is bool:
        return _WORDS[value]
    if type(value) is str:
        return json.dumps(value, ensure_ascii=False)
    if type(value) is int or type(value) is Decimal:
        return exact.to_text(value)
    shown = temporal_text(value)
    if shown is None:
        return "function" if isinstance(value, FeelFunction) else str(value)
    return f'@"{shown}"' if literal else shown


def _key(key: Any) -> str:
    plain = isinstance(key, str) and _PLAIN_KEY.fullmatch(key)
    return str(key) if plain else json.dumps(str(key), ensure_ascii=False)


def _range(value: Range, *, literal: bool) -> str:
    start, end = _single(value.start, literal=literal), _single(value.end, literal=literal)
    if value.start is None and value.end is not None:
        return f"({'<=' if value.end_included else '<'} {end})"
    if value.end is None and value.start is not None:
        return f"({'>=' if value.start_included else '>'} {start})"
    return f"{'[' if value.start_included else '('}{start}..{end}{']' if value.end_included else ')'}"


def temporal_text(value: Any) -> str | None:
    """Give the ISO text of a date, a time or a duration; None for any other value."""
    if type(value) is datetime:
        return f"{value.date().isoformat()}T{_time(value)}"
    if type(value) is date:
        return value.isoformat()
    if type(value) is time:
        return _time(value)
    if type(value) is YearMonthDuration:
        return _months(value.months)
    if type(value) is timedelta:
        return _length(value)
    return None


def _time(value: time | datetime) -> str:
    fraction = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
    return f"{value.hour:02}:{value.minute:02}:{value.second:02}{fraction}{_zone(value)}"


def _zone(value: time | datetime) -> str:
    zone = value.tzinfo
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = value.utcoffset()
    if zone is UTC or not offset:
        return "Z"
    sign = "-" if offset < timedelta(0) else "+"
    seconds = int(abs(offset).total_seconds())
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _months(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return f"{'-' if months < 0 else ''}P{text or '0M'}"


def _length(value: timedelta) -> str:
    length = abs(value)
    hours, minutes, seconds = length.seconds // 3600, length.seconds // 60 % 60, length.seconds % 60
    fraction = f".{length.microseconds:06}".rstrip("0") if length.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{length.days}D" if length.days else ""
    text = days + (f"T{clock}" if clock else "")
    return f"{'-' if value < timedelta(0) else ''}P{text or 'T0S'}"
