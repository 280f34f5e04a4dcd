"""The clocks of a case that moves to another version: they keep start, pauses and ledger, and take the new limits.

A clock that the new version adds begins when it would have begun there, found in the history. Refuses what
would need a guess.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine import clocks, history, spiff
from engine.clocks import NEW_VERSION, DeadlineFacts, DeadlineKind, Extension, Limit, Unit
from engine.deadlines import Tracked
from engine.errors import EngineError
from engine.spiff.rebinding import CannotFollow
from engine.state import from_ms, to_ms
from engine.store.cases import CaseStore

from .report import ClockMove

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.case import Case
    from engine.definitions import DeadlineDeclaration, Definition

    from .versions import Way


def follow_version(case: Case, old: Definition, way: Way) -> tuple[list[str], list[ClockMove]]:
    """Give the clocks of a case the limits of the new version; says which changed, and how each running one stands.

    case: on the new version already; old: the version before. Raises CannotFollow (`clock_removed`, `clock_kind`,
    `clock_scope`, `clock_added`, `limit_broken`).
    """
    changed: list[str] = []
    moves: list[ClockMove] = []
    for key, tracked in case.state.deadlines.items():
        if tracked.facts.end is None:
            before = tracked.facts
            tracked.facts = _with_new_limit(case, old, way, tracked)
            if tracked.facts is not before:
                changed.append(key)
            moves.append(_move(case, before, tracked))
    for key, tracked in list(_added(case, old, way)):
        case.state.deadlines[key] = tracked
        changed.append(key)
        moves.append(_move(case, None, tracked))
    return changed, moves


def limit_of(facts: DeadlineFacts) -> Limit:
    """Give the limit in force."""
    return facts.extensions[-1].limit if facts.extensions else facts.limit


def _with_new_limit(case: Case, old: Definition, way: Way, tracked: Tracked) -> DeadlineFacts:
    facts = tracked.facts
    new, declared = case.definition.deadlines.get(facts.id), old.deadlines[facts.id]
    if new is None:
        raise CannotFollow("clock_removed", facts.id)
    if new.kind != facts.kind.value:
        raise CannotFollow("clock_kind", facts.id)
    if way.renamed.get(declared.scope, declared.scope) != new.scope:
        raise CannotFollow("clock_scope", facts.id)
    by_law = any(one.reason != NEW_VERSION for one in facts.extensions)
    if new.limit == declared.limit or by_law or tracked.breached:
        return facts  # what was granted to the case in particular, or is missed already, stays as it is
    limit = _read_limit(case, new)
    if limit == limit_of(facts):
        return facts
    return replace(facts, extensions=(*facts.extensions, Extension(case.now, limit, NEW_VERSION)))


def _read_limit(case: Case, declared: DeadlineDeclaration) -> Limit:
    text = declared.limit
    try:
        if text.startswith("="):
            text = str(case.evaluate(text[1:].strip(), spiff.newest_data(case.workflow)))
        limit = clocks.parse_limit(text)
    except EngineError as exc:
        raise CannotFollow("limit_broken", declared.id) from exc
    if declared.kind == DeadlineKind.PROMISED and limit.unit is Unit.HOUR:
        raise CannotFollow("limit_broken", declared.id)
    return limit


def _added(case: Case, old: Definition, way: Way) -> Iterator[tuple[str, Tracked]]:
    """Give the clocks that would run by now if the case had begun on the new version."""
    scopes = {scope for item in spiff.resting(case.workflow).values() for scope in item.scopes}
    for new in case.definition.deadlines.values():
        if new.id in old.deadlines:
            continue
        for scope in scopes:
            if new.scope in scope.ids:
                start = _started_at(case, way, new, scope.number)
                if start is not None:
                    yield f"{new.id}:{scope.number}", _begun(case, old, new, scope.number, start)


def _begun(case: Case, old: Definition, new: DeadlineDeclaration, scope: int, start: datetime) -> Tracked:
    pauses: tuple[clocks.Pause, ...] = ()
    pausing: dict[int, str] = {}
    if new.kind == DeadlineKind.PROMISED:
        peers = [
            one
            for one in case.state.deadlines.values()
            if one.scope == scope
            and one.facts.kind is DeadlineKind.PROMISED
            and one.facts.started_at <= start
        ]
        if not peers and any(one.pause for one in old.elements.values()):
            raise CannotFollow("clock_added", new.id)  # nobody knows when it would have stood still
        if peers:
            pauses = tuple(
                one for one in peers[0].facts.pauses if one.ended_at is None or one.ended_at > start
            )
            pausing = dict(peers[0].pausing)
    facts = DeadlineFacts(new.id, DeadlineKind(new.kind), _read_limit(case, new), start, pauses)
    return Tracked(facts, scope, case.calendars.number, pausing=pausing)


def _started_at(case: Case, way: Way, new: DeadlineDeclaration, scope: int) -> datetime | None:
    """Say when a clock would have begun; None when that lies ahead, or it would be over."""
    over = max(_reached(case, way, (*new.ends_on, *new.hands_over_on)), default=None)
    if not new.starts_on and scope == 0:
        start: int | None = case.row.started_at
    elif not new.starts_on:
        start = next((task.created_at for task in case.tasks.values() if task.number == scope), None)
        if start is None:
            raise CannotFollow("clock_added", new.id)
    else:
        start = min(_reached(case, way, new.starts_on), default=None)
        if start is not None and scope != 0:  # in which round of the scope nobody knows
            raise CannotFollow("clock_added", new.id)
    return None if start is None or (over is not None and over >= start) else from_ms(start)


def _reached(case: Case, way: Way, elements: tuple[str, ...]) -> Iterator[int]:
    """Give the moments at which a token reached or left one of these elements, by the history, in milliseconds."""
    if not elements:
        return
    runtime = case.runtime
    for row in CaseStore(runtime.database, runtime.tenant_id).history(case.row.id):
        payload = history.open_link(runtime.sealer, case.row.id, row).payload
        created = [one["element"] for one in payload.get("events", ()) if one["type"] == "user_task_created"]
        for name in (*(passed for passed, *_sources in payload.get("passed", ())), *created):
            if way.renamed.get(name, name) in elements:
                yield row.at


def _move(case: Case, before: DeadlineFacts | None, tracked: Tracked) -> ClockMove:
    after, calendar = tracked.facts, case.calendar_of(tracked)
    due = to_ms(clocks.due_at(after, calendar, case.now).at)
    if before is None:
        return ClockMove(after.id, None, str(limit_of(after)), None, due)
    was = to_ms(clocks.due_at(before, calendar, case.now).at)
    return ClockMove(after.id, str(limit_of(before)), str(limit_of(after)), was, due)
