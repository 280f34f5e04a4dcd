"""What pages say of the calendar: kinds of days, changes and what they move."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from engine.calendar_changes import proposing
from engine.errors import EngineError
from engine.state import from_ms
from engine.store.schema import FAR_FUTURE_MS
from webui.language import language

from .common import day_words, element_name, holiday_name, message_of, moment_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.calendar import Calendar, DayInfo
    from engine.calendar_changes.looking import SeenMove
    from engine.definitions import Definition
    from engine.store.calendars import ChangeRow

_A_DAY = timedelta(days=1)
MOVE_NAMES = {
    "foreseen": lazy("will move"),
    "missed": lazy("missed already, stays missed"),
    "moved": lazy("dates moved"),
    "gone": lazy("went on or ended before"),
    "failed": lazy("could not be counted"),
}
CHANGE_NAMES = {
    "looking": lazy("being looked at"),
    "ready": lazy("waits for a decision"),
    "applying": lazy("in force, cases are being moved"),
    "applied": lazy("in force"),
    "discarded": lazy("dropped"),
}
_KINDS = {
    "working": lazy("working day"),
    "make_up": lazy("make-up working day"),
    "weekend": lazy("weekend"),
    "holiday": lazy("holiday"),
    "closed": lazy("office closed"),
}


def day_rows(days: Iterable[tuple[date, DayInfo]]) -> list[dict[str, Any]]:
    """Say the days that are not as their weekday is; days in a row for the same reason in one line."""
    rows: list[tuple[list[date], DayInfo]] = []
    for day, info in days:
        if info.name is None:
            continue
        if rows and rows[-1][1] == info and rows[-1][0][-1] + _A_DAY == day:
            rows[-1][0].append(day)
        else:
            rows.append(([day], info))
    return [
        {
            "day": day_words(span[0]) if len(span) == 1 else f"{day_words(span[0])} – {day_words(span[-1])}",
            "count": len(span),
            "kind": str(_KINDS[info.kind.value]),
            "works": info.kind.works,
            "name": holiday_name(info.name or ""),
        }
        for span, info in rows
    ]


def kind_words(info: DayInfo) -> str:
    """Say what a day is, with its name."""
    kind = str(_KINDS[info.kind.value])
    return f"{kind} ({holiday_name(info.name)})" if info.name else kind


def change_title(change: ChangeRow) -> str:
    """Say what a change is about."""
    if change.kind == proposing.NOTICE:
        notice = proposing.notice_of(change)
        return str(_("Notice for %(year)s: %(number)s", year=notice.year, number=notice.number))
    content = json.loads(change.content)
    parts = []
    closed = [date.fromisoformat(day) for day, works, _label in content["days"] if not works]
    opened = [date.fromisoformat(day) for day, works, _label in content["days"] if works]
    labels = dict.fromkeys(label for _day, _works, label in content["days"])
    if closed:
        parts.append(_("closed %(days)s", days=_span(closed)))
    if opened:
        parts.append(_("open %(days)s", days=_span(opened)))
    if content["forget"]:
        parts.append(_("as elsewhere %(days)s", days=_span(map(date.fromisoformat, content["forget"]))))
    if "hours" in content:
        parts.append(_("business hours %(hours)s", hours="–".join(content["hours"])))
    if content["usual_hours"]:
        parts.append(_("business hours as above it"))
    words = ", ".join(map(str, parts))
    words = words[:1].upper() + words[1:]
    return f"{words}: {', '.join(labels)}" if labels else words


def move_row(seen: SeenMove, definition: Definition, calendar: Calendar) -> dict[str, Any]:
    """Say what a change does to a case."""
    row, report = seen.listed.row, seen.report
    return {
        "id": row.process_instance_id,
        "number": seen.listed.business_key,
        "state": row.state,
        "state_words": MOVE_NAMES[row.state],
        "why": _failed(report.failed) if report.failed else "",
        "clocks": [
            {
                "name": definition.texts.say(language(), "deadlines", one.id),
                "was": moment_words(one.was, calendar),
                "due": moment_words(one.due_at, calendar),
                "same": one.was == one.due_at,
                "provisional": bool(one.provisional),
                "old": one.old,
                "new": one.new,
                "at_once": one.due_at <= row.at < one.was,
            }
            for one in report.clocks
        ],
        "stays": [
            {
                "name": definition.texts.say(language(), "deadlines", one.id),
                "due": moment_words(one.due_at, calendar),
                "would_be": moment_words(one.would_be, calendar),
            }
            for one in report.stays
        ],
        "tasks": [
            {
                "name": element_name(definition, one.element_id),
                "was": _moment(one.was, calendar),
                "due": _moment(one.due_at, calendar),
            }
            for one in report.tasks
        ],
    }


def _failed(code: str) -> str:
    return message_of(EngineError(code, code=code))


def _moment(moment: int, calendar: Calendar) -> str:
    return _("no limit") if moment == FAR_FUTURE_MS else moment_words(from_ms(moment), calendar)


def _span(days: Iterable[date]) -> str:
    """Say days: each of a few, the first and the last of many."""
    listed = sorted(days)
    if len(listed) <= 3:  # noqa: PLR2004 - more would fill the line
        return ", ".join(map(day_words, listed))
    return f"{day_words(listed[0])} … {day_words(listed[-1])} ({len(listed)})"
