"""When a timer of a diagram strikes. Reads the texts that designers write; knows no rows."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from engine import clocks, feel
from engine.errors import InvalidInput
from engine.feel import YearMonthDuration
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.calendar import Calendar

_CYCLE = re.compile(r"R(\d*)/(.+)")
_SPAN = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_LIMIT = re.compile(r"\d+\s*(WD|D|h)")
MAX_YEARS = 100
MAX_MISSED_BEATS = 1_000
"""How many beats of a cycle are looked at after an outage, before it begins anew from now."""


def moment_of(text: str, now: datetime, calendar: Calendar, evaluate: Callable[[str], Any]) -> datetime:
    """Give the moment at which a timer strikes that is reached now; aware.

    text: an ISO duration, date or cycle, a limit such as `5 WD`, or FEEL after `=`. A cycle gives its next
    strike. Raises InvalidInput saying what was expected.
    """
    value: Any = text.strip()
    if value.startswith("="):
        value = evaluate(value[1:].strip())
    if isinstance(value, str):
        value = _read(value, now, calendar)
    moment = _add(value, now, calendar)
    if abs(moment - now) > timedelta(days=366 * MAX_YEARS):
        raise InvalidInput(
            Sentence(
                "Expected a timer within {most} years, but {text!r} is {moment:%Y-%m-%d}",
                most=MAX_YEARS,
                text=text,
                moment=moment,
            ),
            code="timer_far",
        )
    return moment


def beat_after(
    text: str, beat: datetime, now: datetime, calendar: Calendar, evaluate: Callable[[str], Any]
) -> datetime:
    """Give the next strike of a cycle whose last one was at `beat`; those that were missed are left out.

    Raises InvalidInput as `moment_of` does.
    """
    for _ in range(MAX_MISSED_BEATS):
        beat = moment_of(text, beat, calendar, evaluate)
        if beat > now:
            return beat
    return moment_of(text, now, calendar, evaluate)


def no_expression(text: str) -> NoReturn:
    """Refuse a timer's expression where there is no case whose variables it could read."""
    raise InvalidInput(
        Sentence("Expected a timer without an expression, but got = {text}", text=text), code="timer_broken"
    )


def repeats_of(text: str) -> int | None:
    """Give how often a cycle strikes; None without a number or for another text."""
    found = _CYCLE.fullmatch(text.strip())
    return int(found[1]) if found and found[1] else None


def seconds_of(text: str) -> float:
    """Give the length of an ISO duration of days, hours, minutes and seconds; raises InvalidInput for another text."""
    span = _SPAN.fullmatch(text.strip())
    if span is None or span[1] or span[2]:
        raise InvalidInput(
            Sentence("Expected a duration such as PT20S, but got {text!r}", text=text), code="timer_broken"
        )
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in span.groups()[2:])
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()


def _read(text: str, now: datetime, calendar: Calendar) -> Any:
    cycle = _CYCLE.fullmatch(text)
    if cycle:
        text = cycle[2]
    if _LIMIT.fullmatch(text):
        return clocks.end_of_limit(clocks.parse_limit(text), now, calendar).at
    span = _SPAN.fullmatch(text)
    if span:
        years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return _add(YearMonthDuration(12 * years + months), now, calendar) + length
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError as exc:
        raise InvalidInput(
            Sentence(
                "Expected an ISO 8601 duration, date or cycle, or a limit such as 5 WD, but got {text!r}",
                text=text,
            ),
            code="timer_broken",
        ) from exc


def _add(value: Any, now: datetime, calendar: Calendar) -> datetime:
    """Give the moment of a duration from now, or of a date, which begins at its first minute."""
    if isinstance(value, timedelta):
        return now + value
    if isinstance(value, YearMonthDuration):
        if value.months == 0:
            return now
        return _plus_months(now.astimezone(calendar.zone), value.months)
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=calendar.zone)
    if isinstance(value, date):
        return datetime.combine(value, time(0), calendar.zone)
    raise InvalidInput(
        Sentence("Expected a timer to be a duration or a date, but it is {value}", value=feel.to_text(value)),
        code="timer_broken",
    )


def _plus_months(moment: datetime, months: int) -> datetime:
    """Give the same day of a later month, or its last day when it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
