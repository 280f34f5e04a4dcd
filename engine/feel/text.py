"""Values as text: the literal that reads back as the value, and what the function `string` shows."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import exact
from engine.feel.values import Range, YearMonthDuration

MAX_DEPTH = 100  # lists and contexts inside each other
_PLAIN_KEY = re.compile(r"[^\W\d]\w*(?: [^\W\d]\w*)*")
_WORDS = {True: "true", False: "false", None: "null"}


def to_text(value: Any) -> str:
    """Give the FEEL literal of a value, for messages; compiling it gives the value again.

    A function has no literal; it is shown as `function`.
    """
    return _text(value, literal=True, depth=0)


def to_string(value: Any) -> str:
    """Give what FEEL's `string` gives: a text bare, but quoted inside a list; dates bare."""
    return value if type(value) is str else _text(value, literal=False, depth=0)


def _text(value: Any, *, literal: bool, depth: int) -> str:
    if depth > MAX_DEPTH:
        return "…"
    if value is None or type(value) is bool:
        return _WORDS[value]
    if type(value) is str:
        return json.dumps(value, ensure_ascii=False)
    if type(value) is int or type(value) is Decimal:
        return exact.to_text(value)
    if type(value) is list:
        return "[" + ", ".join(_text(item, literal=literal, depth=depth + 1) for item in value) + "]"
    if type(value) is dict:
        entries = (
            f"{_key(key)}: {_text(item, literal=literal, depth=depth + 1)}" for key, item in value.items()
        )
        return "{" + ", ".join(entries) + "}"
    if type(value) is Range:
        return _range(value, literal=literal, depth=depth)
    shown = temporal_text(value)
    if shown is None:
        return "function" if hasattr(value, "call") else str(value)
    return f'@"{shown}"' if literal else shown


def _key(key: Any) -> str:
    return (
        key
        if isinstance(key, str) and _PLAIN_KEY.fullmatch(key)
        else json.dumps(str(key), ensure_ascii=False)
    )


def _range(value: Range, *, literal: bool, depth: int) -> str:
    start, end = (_text(part, literal=literal, depth=depth + 1) for part in (value.start, value.end))
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
