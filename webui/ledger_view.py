"""A clock's day ledger as a calendar and as rows. Takes engine records, gives what the templates draw."""

from __future__ import annotations

import calendar as months_of_python
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from .extending import granted
from .language import language
from .page import installation
from .words import clock_due_words, day_words, ledger_reason, limit_words, moment_words, month_words

if TYPE_CHECKING:
    from engine.cases import CaseView, ClockView
    from engine.clocks import LedgerDay
    from engine.definitions import Definition

MAX_MONTHS = 30
_LOOKS = {
    "start": "start",
    "counted": "counted",
    "make_up": "counted",
    "weekend": "rest",
    "holiday": "rest",
    "closed": "rest",
    "paused": "paused",
    "moved_end": "counted",
    "hours": "counted",
}


def running_first(clock: ClockView) -> tuple[bool, datetime]:
    """Give what clocks are ordered by: those that run, then those that have ended."""
    return clock.facts.end is not None, clock.facts.started_at


def clock_of(view: CaseView, clock: ClockView, now: datetime) -> dict[str, Any]:
    """Give what pages show of a clock, with its days."""
    calendar = installation().runtime.calendar
    texts, key = view.definition.texts, f"{clock.facts.id}:{clock.scope}"
    return {
        "key": key,
        "name": texts.say(language(), "deadlines", clock.facts.id),
        "kind": clock.facts.kind.value,
        "limit": limit_words(
            clock.facts.extensions[-1].limit if clock.facts.extensions else clock.facts.limit
        ),
        "due": clock_due_words(clock.state, clock.due, clock.remaining, now, calendar),
        "state": clock.state.value,
        "ended": clock.facts.end is not None,
        "started": moment_words(clock.facts.started_at, calendar),
        "version": clock.due.calendar_version,
        "months": months(clock, view.definition, calendar.local_date(now)),
        "days": rows_of(clock, view.definition),
        "extensions": granted(view.links, view.definition, key, clock.facts),
    }


def months(clock: ClockView, definition: Definition, today: date) -> list[dict[str, Any]]:
    """Give the months that the ledger touches, each a grid of weeks; days outside the ledger are plain."""
    days = {line.day: line for line in clock.ledger}
    first, last = clock.ledger[0].day, clock.ledger[-1].day
    found: list[dict[str, Any]] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month) and len(found) < MAX_MONTHS:
        weeks = months_of_python.Calendar().monthdatescalendar(year, month)
        grid = [
            [
                _cell(day, days.get(day), clock, definition, today) if day.month == month else None
                for day in week
            ]
            for week in weeks
        ]
        found.append({"title": month_words(year, month), "weeks": grid})
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - December
    return found


def rows_of(clock: ClockView, definition: Definition) -> list[dict[str, Any]]:
    """Give the ledger as rows, each day with its reason in words."""
    return [
        {
            "date": day_words(line.day),
            "iso": line.day.isoformat(),
            "counts": line.counted,
            "count": limit_words(f"{line.number} h") if _by_hours(line) else line.number,
            "words": ledger_reason(line, definition),
        }
        for line in clock.ledger
    ]


def _by_hours(line: LedgerDay) -> bool:
    return line.reason.value == "hours"


def _cell(
    day: date, line: LedgerDay | None, clock: ClockView, definition: Definition, today: date
) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "number": day.day,
        "state": "plain",
        "today": day == today,
        "due": day == clock.due.on,
    }
    words = [ledger_reason(line, definition)] if line is not None else []
    if line is not None:
        cell["state"] = _LOOKS[line.reason.value]
        cell["count"] = f"{line.number}h" if _by_hours(line) else line.number if line.counted else None
        cell["makeup"] = line.reason.value == "make_up"
        cell["provisional"] = line.provisional
    if cell["due"]:
        words.append(_("last day"))
    if cell["today"]:
        words.append(_("today"))
    cell["words"] = ", ".join(words)
    return cell
