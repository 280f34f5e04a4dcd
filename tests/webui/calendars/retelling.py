"""Due dates told again from a case's history by the tests' own walk over the days, and histories that were altered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from engine import history
from engine.history import GENESIS, Link
from engine.state import from_ms, to_ms
from engine.store import schema as s
from tests.engine.calendars import day_walk
from webui.wiring import TENANT, Installation

ENDS = {"deadline_kept", "deadline_ended_late", "deadline_handed_over", "deadline_cancelled"}
CLOSED: Collection[date] = ()


@dataclass
class Told:
    """What a history says of one clock."""

    limit: str
    started_at: datetime
    calendar: str
    told_at: datetime
    pauses: list[list[Any]] = field(default_factory=list)
    ended: bool = False

    def due_at(self, closed: Collection[date]) -> int:
        """Give when it is due, in milliseconds; a pause that goes on is taken to end where the history ends."""
        spans = [(begin, end or self.told_at) for begin, end, _reason in self.pauses]
        return to_ms(day_walk.due(self.limit, self.started_at, spans, closed))


def retell(links: list[Link]) -> dict[str, Told]:
    """Tell what each clock has been through, by its key."""
    found: dict[str, Told] = {}
    for link in links:
        for event in link.payload.get("events", ()):
            if "deadline" not in event:
                continue
            key, kind, at = f"{event['deadline']}:{event['scope']}", event["type"], from_ms(link.at)
            if kind == "deadline_started":
                found[key] = Told(event["limit"], at, event["calendar"], at)
            clock = found[key]
            clock.told_at = at
            if kind == "calendar_changed":
                clock.calendar = event["calendar"]
            elif kind == "deadline_extended":
                clock.limit = event["limit"]
            elif kind == "deadline_paused":
                clock.pauses.append([at, None, event["reason"]])
            elif kind == "deadline_resumed":
                goes_on = next(one for one in clock.pauses if one[1:] == [None, event["reason"]])
                goes_on[1] = event.get("at", at)
            clock.ended = clock.ended or kind in ENDS
    return found


def cases(found: Installation) -> Iterator[tuple[int, list[Link]]]:
    """Give every case with its history."""
    after = 0
    while some := found.cases.ids(after):
        for case_id in some:
            rows = found.cases.history(case_id)
            yield case_id, [history.open_link(found.runtime.sealer, case_id, row) for row in rows]
        after = some[-1]


def compared(
    found: Installation, closed: Mapping[str, Collection[date]]
) -> tuple[int, list[tuple[int, str, int, int | None]]]:
    """Compare every stored due date; give how many there are, and those that differ.

    closed: the days of rest of its own that each version of the calendar has.
    """
    number, differing = 0, []
    for case_id, links in cases(found):
        told = retell(links)
        stored = {row.key: row for row in found.cases.deadlines(case_id)}
        for key in told.keys() | stored.keys():
            number += 1
            row, one = stored.get(key), told.get(key)
            due = None if one is None else one.due_at(closed.get(one.calendar, CLOSED))
            if row is None or row.due_at != due:
                differing.append((case_id, key, row.due_at if row else 0, due))
    return number, differing


Change = Callable[[Link], Link]


def first_with(found: Installation, kind: str) -> tuple[int, int]:
    """Give the first step in which something happened to a clock: its case and its number."""
    for case_id, links in cases(found):
        for link in links:
            if any(event["type"] == kind for event in link.payload.get("events", ())):
                return case_id, link.seq
    raise AssertionError(f"The demo has no {kind}")


def rewrite(found: Installation, case_id: int, seq: int, change: Change) -> None:
    """Alter one step as somebody could who holds the key: seal it anew, and chain everything after it again."""
    sealer = found.runtime.sealer
    links = [history.open_link(sealer, case_id, row) for row in found.cases.history(case_id)]
    head = (0, GENESIS)
    with found.runtime.database.writing() as connection:
        for link in links:
            row = history.make_link(sealer, case_id, head, change(link) if link.seq == seq else link)
            head = (row.seq, row.hash)
            values = {name: getattr(row, name) for name in row.__slots__ if name != "seq"}
            here = (s.history.c.process_instance_id == case_id) & (s.history.c.seq == row.seq)
            connection.execute(update(s.history).where(here).values(**values))
        connection.execute(
            update(s.process_instance)
            .where(s.process_instance.c.tenant_id == TENANT, s.process_instance.c.id == case_id)
            .values(history_head=head[1])
        )


def earlier(link: Link, days: int = 7) -> Link:
    """Say that a step was some days before."""
    return replace(link, at=link.at - days * 86_400_000)


def later(link: Link, days: int = 7) -> Link:
    """Say that a step was some days after."""
    return earlier(link, -days)


def with_event(kind: str, **changed: Any) -> Change:
    """Say something else of what happened to a clock."""

    def change(link: Link) -> Link:
        events = [one | (changed if one["type"] == kind else {}) for one in link.payload["events"]]
        return replace(link, payload={**link.payload, "events": events})

    return change


def without_event(kind: str) -> Change:
    """Say that it never happened."""

    def change(link: Link) -> Link:
        events = [one for one in link.payload["events"] if one["type"] != kind]
        return replace(link, payload={**link.payload, "events": events})

    return change
