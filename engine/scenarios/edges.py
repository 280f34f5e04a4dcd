"""The calendar's edges of a service's clocks: kept early, on the last day or late; over weekends, holidays, made-up days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from engine.calendar import DayKind
from engine.state import from_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from engine.calendar import Calendar
    from engine.definitions import Definition
    from engine.history import Link

BEFORE, LAST_DAY, LATE = "before", "last_day", "late"
WEEKEND, HOLIDAY, MADE_UP = "weekend", "holiday", "made_up_day"
ENDINGS = (BEFORE, LAST_DAY, LATE)
SPANS = (WEEKEND, HOLIDAY, MADE_UP)
_ENDED = frozenset({"deadline_kept", "deadline_ended_late", "deadline_breached"})
_EDGES = {DayKind.WEEKEND: WEEKEND, DayKind.HOLIDAY: HOLIDAY, DayKind.MAKE_UP: MADE_UP}
_LONGEST = 400


def edges_of_service(definition: Definition) -> set[str]:
    """Give every edge of a service's own clocks, as `clock@edge`."""
    found = set()
    for key, deadline in definition.deadlines.items():
        element = definition.elements.get(deadline.scope)
        if element is None or not element.file.startswith("shared/"):
            edges = [*ENDINGS, *(SPANS if "WD" in deadline.limit else ())]
            found |= {f"{key}@{edge}" for edge in edges}
    return found


def edges_of(links: Sequence[Link], definition: Definition, calendar: Calendar) -> set[str]:
    """Give the edges over which a case's clocks came."""
    running: dict[tuple[str, int], tuple[date, datetime]] = {}
    found: set[str] = set()
    for link in links:
        day = calendar.local_date(from_ms(link.at))
        for event in link.payload.get("events", ()):
            key = (str(event.get("deadline", "")), int(event.get("scope", 0) or 0))
            if event["type"] == "deadline_started" and event.get("due_at") is not None:
                running[key] = (day, event["due_at"])
            elif event["type"] == "deadline_extended" and key in running and event.get("due_at") is not None:
                running[key] = (running[key][0], event["due_at"])
            elif event["type"] in _ENDED and key in running:
                begun, due = running.pop(key)
                last = calendar.local_date(due)
                late = event["type"] != "deadline_kept"
                found.add(f"{key[0]}@{LATE if late else LAST_DAY if day == last else BEFORE}")
                found |= {f"{key[0]}@{edge}" for edge in _spans(begun, min(day, last), calendar)}
    return found & edges_of_service(definition)


def _spans(first: date, last: date, calendar: Calendar) -> Iterator[str]:
    """Iterate over what lies strictly between two days."""
    for number in range(1, min((last - first).days, _LONGEST)):
        day = first + timedelta(days=number)
        edge = _EDGES.get(calendar.explain(day).kind)
        if edge is not None:
            yield edge
