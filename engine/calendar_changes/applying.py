"""Decides on a change of the calendar, and moves the cases after it is approved: each in a step of its own.

An approved change is in force at once for whatever starts or goes on; the cases that nobody touches are moved a part
at a time by whoever comes: the page, the command line, or the background. A process that is killed loses nothing:
what is left to do stands in the clocks themselves.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.deed import Deed
from engine.errors import (
    Busy,
    Changed,
    DatabaseFull,
    EngineError,
    InvalidInput,
    InvalidState,
    NotAllowed,
)
from engine.explanations import check_reason
from engine.instances import MAX_TRIES, open_case, save_as_read
from engine.operators import check_role
from engine.outcome import work_out
from engine.people import Actor
from engine.store.calendars import ChangeRow, EditionRow, MoveRow
from engine.store.failures import ConflictError

from .looking import CHANGED, find, report_of
from .proposing import check_may_import, result_of, store, title_of
from .report import Report
from .walking import MOVED, Walk

if TYPE_CHECKING:
    from engine.case import Case
    from engine.runtime import Runtime
    from engine.store.rows import InstanceRow

MAX_REASON = 1_000
BATCH = 50
BUDGET_S = 1.0
"""How long one call goes on with further cases."""
_LEFT = len(MOVED)
"""The place after the lists of clocks: cases that were foreseen and nobody has come by."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one call did, and whether cases are left."""

    moved: int
    left: bool


def approve(runtime: Runtime, actor: Actor, change_id: int, reason: str) -> ChangeRow:
    """Put a change into force that was looked at to the end; the cases that it moves follow by `go_on`.

    Raises as `check_may_decide` does, InvalidState (`preview_incomplete`) when not everything was looked at,
    (`calendar_moved_on`) when another change came into force meanwhile: then it is looked at anew.
    """
    row = _decidable(runtime, actor, change_id, reason)
    if row.state != "ready":
        raise InvalidState(
            "Expected every case to be looked at before the change is approved, but some are not",
            code="preview_incomplete",
        )
    runtime.calendars.refresh(at_once=True)
    edition = result_of(runtime, row)
    decided = replace(
        row,
        state="applying",
        edition=edition.number,
        decided_by=actor.person_id,
        decided_at=edition.since,
        reason=reason.strip(),
        place=0,
    )
    stored = EditionRow(edition.number, edition.since, row.id, edition.pack())
    runtime.calendars.keep_first(edition.since)
    try:
        store(runtime).approve(row, decided, stored)
    except ConflictError as exc:
        raise InvalidState(
            "Expected the calendar as it was when the change was looked at, but another one is in force",
            code="calendar_moved_on",
        ) from exc
    runtime.calendars.refresh(at_once=True)
    return decided


def discard(runtime: Runtime, actor: Actor, change_id: int, reason: str) -> None:
    """Drop a change that is not in force; it stays on record. Raises as `check_may_decide` does, and Busy."""
    row = _decidable(runtime, actor, change_id, reason)
    dropped = replace(
        row,
        state="discarded",
        decided_by=actor.person_id,
        decided_at=runtime.now_ms(),
        reason=reason.strip(),
    )
    try:
        store(runtime).put_change(row, dropped)
    except ConflictError as exc:
        raise Busy from exc


def may_decide(runtime: Runtime, actor: Actor, row: ChangeRow) -> bool:
    """Say whether somebody may approve or discard a change."""
    try:
        check_may_decide(runtime, actor, row)
    except NotAllowed:
        return False
    return True


def check_may_decide(runtime: Runtime, actor: Actor, row: ChangeRow) -> None:
    """Raise NotAllowed for anybody who might not have proposed it (`may_not_import`, `not_an_operator`)."""
    check_role(actor)
    if row.office_id is None:
        check_may_import(runtime, actor)
    elif not runtime.offices.sees(actor, row.office_id):
        raise NotAllowed("Expected somebody of this office or one above it", code="may_not_import")


def go_on(runtime: Runtime, change_id: int, *, size: int = BATCH, budget_s: float = BUDGET_S) -> Applied:
    """Move the next cases of an approved change; call it again while cases are left. Two at a time do no harm.

    Raises NotFound, Busy when a case keeps changing, and whatever the database raises.
    """
    row, moved, begun = find(runtime, change_id), 0, time.monotonic()
    while row.state == "applying":
        runtime.calendars.knowing(row.edition or 0)
        cases, gone_on = _next(runtime, row, size)
        known = store(runtime).noted(row.id, cases)
        found = [_follow(runtime, row, one, known.get(one)) for one in cases]
        moves = [one for one in found if one is not None]
        try:
            store(runtime).put_change(row, gone_on, moves)
        except ConflictError:
            return Applied(moved, left=True)
        row, moved = gone_on, moved + sum(one.state == "moved" for one in moves)
        if time.monotonic() - begun > budget_s:
            break
    return Applied(moved, left=row.state == "applying")


def _next(runtime: Runtime, row: ChangeRow, size: int) -> tuple[list[int], ChangeRow]:
    """Give the next cases and the change gone on behind them."""
    if row.place < _LEFT:
        assert row.edition is not None  # an approved change has made one
        before, after = (runtime.calendars.edition(one) for one in (row.base, row.edition))
        walk = Walk(runtime, before, after)
        if not walk.by_office:
            return [], replace(row, place=_LEFT)
        cases, gone_on, _more = walk.page(row, MOVED, size)
        return cases, gone_on
    offices = list(runtime.offices.rows)
    left = store(runtime).moves(row.id, states=("foreseen",), offices=offices, after=row.at_case, size=size)
    if not left:
        return [], replace(row, state="applied")
    cases = [one.row.process_instance_id for one in left]
    return cases, replace(row, at_case=cases[-1])


def _follow(
    runtime: Runtime, change: ChangeRow, process_instance_id: int, noted: MoveRow | None
) -> MoveRow | None:
    """Let the clocks of one case follow; gives what is to be noted of it, None for nothing new."""
    foreseen = noted is not None and noted.state == "foreseen"
    for _ in range(MAX_TRIES):
        found = runtime.steps.load(process_instance_id)
        if found is None or found[0].state != "active":
            return _noted(runtime, noted, "gone") if foreseen else None
        try:
            return _follow_as_read(runtime, change, open_case(runtime, *found), noted)
        except Changed:
            continue
        except EngineError as exc:
            if isinstance(exc, (Busy, DatabaseFull)):
                raise
            row = noted or _row(runtime, change, found[0], Report())
            return replace(_noted(runtime, row, "failed"), content=Report(failed=exc.code).pack())
    raise Busy


def _follow_as_read(runtime: Runtime, change: ChangeRow, case: Case, noted: MoveRow | None) -> MoveRow | None:
    """Save the step in which clocks follow, unless they have; raises Changed when somebody was quicker."""
    edition, clocks = change.edition or 0, case.state.deadlines.values()
    behind = {(one.facts.id, one.scope) for one in clocks if one.calendar < edition}
    there = any(one.calendar >= edition for one in clocks)
    case.turn_over_clocks()
    foreseen = noted is not None and noted.state == "foreseen"
    # What only a later change moves is left to that one's own visit.
    if not any((one["deadline"], one["scope"]) in behind for one in case.turned):
        return _noted(runtime, noted, "moved" if there else "gone") if foreseen else None
    payload = {"change": change.id, "calendar": title_of(change), "reason": change.reason}
    saved = work_out(case, Deed(CHANGED, Actor(change.decided_by, ""), payload=payload))
    report = report_of(case, saved)
    if not (report.clocks or saved.changed or saved.jobs_added or saved.jobs_removed):
        return _noted(runtime, noted, "gone") if foreseen else None
    save_as_read(runtime, saved)
    return _row(runtime, change, case.row, report) if report.clocks else None


def _row(runtime: Runtime, change: ChangeRow, instance: InstanceRow, report: Report) -> MoveRow:
    return MoveRow(change.id, instance.id, instance.office_id, "moved", runtime.now_ms(), report.pack())


def _noted(runtime: Runtime, noted: MoveRow | None, state: str) -> MoveRow:
    assert noted is not None  # asked only where something was noted
    return replace(noted, state=state, at=runtime.now_ms())


def _decidable(runtime: Runtime, actor: Actor, change_id: int, reason: str) -> ChangeRow:
    row = find(runtime, change_id)
    check_may_decide(runtime, actor, row)
    check_reason(reason)
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"Expected a reason of at most {MAX_REASON} characters", code="reason_too_long")
    if row.state not in {"looking", "ready"}:
        raise InvalidState(
            "Expected a change that nobody has decided on, but somebody has", code="change_decided"
        )
    return row
