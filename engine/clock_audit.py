"""Recomputes every stored due date from the case's history alone, and says where the database tells it otherwise.

Nothing of the case's own memory is believed: what a clock has been through is told again from its history, and the
calendar is the kept one that the history names. The dates of open tasks follow from clocks that have been checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import clocks, history, spiff, task_changes
from engine.awaiting import changed_jobs
from engine.clocks import (
    NEW_VERSION,
    DeadlineEnd,
    DeadlineFacts,
    DeadlineKind,
    DeadlineState,
    Extension,
    Pause,
    parse_limit,
)
from engine.deed import Deed
from engine.errors import EngineError
from engine.instances import open_case
from engine.rested import Rested
from engine.state import from_ms, to_ms
from engine.store.cases import CaseStore, WholeCase
from engine.store.rows import DeadlineRow

if TYPE_CHECKING:
    from datetime import datetime

    from engine.history import Link
    from engine.runtime import Runtime

MAX_READINGS = 3
_ENDS = {
    "deadline_kept": DeadlineEnd.KEPT_OR_BREACHED,
    "deadline_ended_late": DeadlineEnd.KEPT_OR_BREACHED,
    "deadline_handed_over": DeadlineEnd.HANDED_OVER,
    "deadline_cancelled": DeadlineEnd.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class ClockFault:
    """A stored date that does not follow from the history.

    clock: its key, or `task <id>`, `job <key>`. what: which of its fields; both values as text.
    """

    business_key: str
    clock: str
    what: str
    stored: str
    recomputed: str


@dataclass(slots=True)
class Retold:
    """What a history says of one clock. touched_at: when a step last said anything of it, in milliseconds."""

    id: str
    started_at: datetime
    limit: str
    calendar: str
    touched_at: int = 0
    pauses: list[Pause] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    ended_at: datetime | None = None
    end: DeadlineEnd | None = None

    def facts(self, kind: str) -> DeadlineFacts:
        """Give what can be computed from."""
        return DeadlineFacts(
            self.id,
            DeadlineKind(kind),
            parse_limit(self.limit),
            self.started_at,
            tuple(self.pauses),
            tuple(self.extensions),
            self.ended_at,
            self.end,
        )


def retell(links: list[Link]) -> dict[str, Retold]:
    """Tell from a history alone what each clock of a case has been through, by its key."""
    found: dict[str, Retold] = {}
    before: dict[int, dict[str, Retold]] = {}
    for link in links:
        if link.event == "case_migrated":
            before[link.payload.get("migration", 0)] = deepcopy(found)
            _follow_version(found, link)
        elif link.event == "case_put_back":
            _put_back(found, before.get(link.payload.get("migration", 0), {}), link.at)
        for event in link.payload.get("events", ()):
            if "deadline" in event:
                _take(found, event, link.at)
    return found


def verify_clocks(runtime: Runtime, store: CaseStore) -> Iterator[ClockFault]:
    """Find every stored date of a clock or an open task that its case's history does not give."""
    after = 0
    while found := store.ids(after):
        for process_instance_id in found:
            read = _read(store, process_instance_id)
            if read is not None:
                yield from _verify_one(runtime, *read)
        after = found[-1]


def verify_case(runtime: Runtime, store: CaseStore, process_instance_id: int) -> list[ClockFault]:
    """Find every stored date of one case that its history does not give; nothing where there is no such case."""
    read = _read(store, process_instance_id)
    return [] if read is None else list(_verify_one(runtime, *read))


def _read(store: CaseStore, process_instance_id: int) -> tuple[WholeCase, list[DeadlineRow]] | None:
    """Read a case and its clocks as they stand together, though somebody may be working on it."""
    found = None
    for _ in range(MAX_READINGS):
        whole, rows = store.whole(process_instance_id), store.deadlines(process_instance_id)
        again = store.instance(process_instance_id)
        if whole is None or again is None:
            return None
        found = whole, rows
        if again.row_version == whole.row.row_version:
            break
    return found


def _verify_one(runtime: Runtime, whole: WholeCase, rows: list[DeadlineRow]) -> Iterator[ClockFault]:
    row = whole.row
    try:
        retold = retell([history.open_link(runtime.sealer, row.id, one) for one in whole.history])
    except (EngineError, KeyError, ValueError, StopIteration) as exc:
        yield ClockFault(row.business_key, "history", "readable", "", type(exc).__name__)
        return
    stored = {one.key: one for one in rows}
    for key in sorted(retold.keys() | stored.keys()):
        if key not in retold or key not in stored:
            told = ["in the database" if key in among else "missing" for among in (stored, retold)]
            yield ClockFault(row.business_key, key, "clock", *told)
            continue
        try:
            wanted = _row_of(runtime, retold[key], stored[key])
        except EngineError as exc:
            yield ClockFault(row.business_key, key, "calendar", stored[key].calendar_version, exc.message)
            continue
        for name, value in wanted.items():
            if getattr(stored[key], name) != value:
                yield ClockFault(row.business_key, key, name, str(getattr(stored[key], name)), str(value))
    if row.state == "active":
        yield from _verify_tasks(runtime, whole, retold)


def _row_of(runtime: Runtime, clock: Retold, stored: DeadlineRow) -> dict[str, Any]:
    """Give what the database should hold of a clock, as the last step that spoke of it left it."""
    facts, now = clock.facts(stored.kind), from_ms(clock.touched_at)
    calendar = runtime.calendars.version(clock.calendar)
    due = clocks.due_at(facts, calendar, now)
    paused = any(one.ended_at is None for one in facts.pauses)
    state = DeadlineState.PAUSED if paused else clocks.state_of(facts, calendar, now)
    return {
        "started_at": to_ms(facts.started_at),
        "due_at": to_ms(due.at),
        "ended_at": None if facts.ended_at is None else to_ms(facts.ended_at),
        "state": state.value,
        "provisional": int(due.provisional),
        "calendar_version": due.calendar_version,
    }


def _verify_tasks(runtime: Runtime, whole: WholeCase, retold: dict[str, Retold]) -> Iterator[ClockFault]:
    """Compare what the case remembers of its clocks with the history, and its tasks and jobs with these clocks."""
    name = whole.row.business_key
    case = open_case(runtime, whole.row, whole.open_tasks)
    for key, tracked in case.state.deadlines.items():
        clock = retold.get(key)
        if clock is None or clock.facts(tracked.facts.kind.value) != tracked.facts:
            yield ClockFault(name, key, "memory", str(tracked.facts), str(clock))
    rested = Rested(case, Deed("looked_at"))
    for change in task_changes.changed_tasks(rested):
        if change.due_at != change.before.due_at:
            yield ClockFault(
                name, f"task {change.before.id}", "due_at", str(change.before.due_at), str(change.due_at)
            )
    held = {f"{kind}:{target}": due for _id, kind, target, due in whole.jobs}
    if not spiff.resting(case.workflow):
        return
    added, _removed = changed_jobs(rested)
    for job in added:
        if job.kind == "deadline":
            key = f"deadline:{job.target}"
            yield ClockFault(name, f"job {key}", "due_at", str(held.get(key, "missing")), str(job.due_at))


def _take(found: dict[str, Retold], event: dict[str, Any], at: int) -> None:
    key, kind, moment = f"{event['deadline']}:{event['scope']}", event["type"], from_ms(at)
    if kind == "deadline_started":
        found[key] = Retold(event["deadline"], moment, event["limit"], event["calendar"])
    clock = found[key]
    clock.touched_at = at
    if kind == "calendar_changed":
        clock.calendar = event["calendar"]
    elif kind == "deadline_paused":
        clock.pauses.append(Pause(moment, None, event["reason"]))
    elif kind == "deadline_resumed":
        ended_at = event.get("at", moment)
        place = next(
            n for n, one in enumerate(clock.pauses) if one.ended_at is None and one.reason == event["reason"]
        )
        clock.pauses[place] = Pause(clock.pauses[place].started_at, ended_at, event["reason"])
    elif kind == "deadline_extended":
        clock.extensions.append(Extension(moment, parse_limit(event["limit"]), event["reason"]))
    elif kind in _ENDS or (kind == "deadline_breached" and "escalate_to" not in event):
        clock.ended_at, clock.end = moment, _ENDS.get(kind, DeadlineEnd.KEPT_OR_BREACHED)


def _follow_version(found: dict[str, Retold], link: Link) -> None:
    """Give the clocks the limits of another version, and begin those that it added."""
    for key, limit, started, calendar, pauses in link.payload.get("begun", ()):
        found[key] = Retold(key.rsplit(":", 1)[0], from_ms(started), limit, calendar, link.at)
        found[key].pauses = [
            Pause(from_ms(begin), None if end is None else from_ms(end), reason)
            for begin, end, reason in pauses
        ]
    for key, limit in link.payload.get("limits", ()):
        found[key].extensions.append(Extension(from_ms(link.at), parse_limit(limit), NEW_VERSION))
        found[key].touched_at = link.at


def _put_back(found: dict[str, Retold], before: dict[str, Retold], at: int) -> None:
    """Let the clocks be what they were before a version that the case was put back from."""
    changed = [key for key, one in before.items() if found.get(key) != one]
    found.clear()
    found.update(before)
    for key in changed:
        found[key].touched_at = at
