"""Looks at what a change of the calendar would do to each case, on copies and a page at a time; writes no case.

What is looked at is the very step that would be made, so that what is foreseen is what happens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import clocks, turning_over
from engine.deed import Deed
from engine.errors import Busy, EngineError, InvalidInput, NotFound
from engine.instances import open_case
from engine.operators import check_role, is_operator
from engine.outcome import work_out
from engine.state import to_ms
from engine.store.calendars import ChangeRow, ListedMove, MoveRow
from engine.store.failures import ConflictError

from .proposing import result_of, store
from .report import ClockMoved, ClockStays, Report, TaskMoved
from .walking import LOOKED_AT, Walk

if TYPE_CHECKING:
    from engine.case import Case
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import Saved

BATCH = 100
"""How many clocks are looked at in one call; each costs about two milliseconds."""
MAX_PAGE = 200
STATES = ("foreseen", "missed", "moved", "gone", "failed")
CHANGED = "calendar_changed"


@dataclass(frozen=True, slots=True)
class Preview:
    """How far a change is. counts: cases by state, each up to the store's MAX_COUNTED."""

    row: ChangeRow
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class SeenMove:
    """What a change does to a case that people may see."""

    listed: ListedMove
    report: Report


def look_further(runtime: Runtime, actor: Actor, change_id: int, size: int = BATCH) -> Preview:
    """Look at the next clocks that the change may move, at most `size`; gives how far it is.

    Begins anew where another change came into force meanwhile. Raises NotAllowed (`not_an_operator`), NotFound,
    Busy when somebody else looks at the same time.
    """
    check_role(actor)
    row = _current(runtime, find(runtime, change_id))
    if row.state == "looking":
        after = result_of(runtime, row)
        walk = Walk(runtime, runtime.calendars.known.newest, after)
        cases, gone_on, more = walk.page(row, LOOKED_AT, size)
        trial = replace(runtime, calendars=runtime.calendars.foreseen(after), live=None)
        known = store(runtime).noted(row.id, cases)
        found = [look(trial, row.id, one) for one in cases if one not in known]
        if not more:
            gone_on = replace(gone_on, state="ready", place=0, at_due=-1, at_case=0, at_key="")
        try:
            store(runtime).put_change(row, gone_on, [one for one in found if one is not None])
        except ConflictError as exc:
            raise Busy from exc
        row = gone_on
    return Preview(row, store(runtime).counts(row.id, STATES))


def read_preview(runtime: Runtime, actor: Actor, change_id: int) -> Preview:
    """Give how far a change is; raises NotAllowed (`not_an_operator`) and NotFound."""
    check_role(actor)
    row = find(runtime, change_id)
    return Preview(row, store(runtime).counts(row.id, STATES))


def page_of_moves(
    runtime: Runtime,
    actor: Actor,
    change_id: int,
    *,
    state: str | None = None,
    after: int = 0,
    size: int = 50,
) -> list[SeenMove]:
    """List what a change does to the cases of the actor's office and below, by case id; after: the one shown last.

    Raises NotAllowed (`not_an_operator`), NotFound, InvalidInput (`state_unknown`).
    """
    check_role(actor)
    find(runtime, change_id)
    if state is not None and state not in STATES:
        raise InvalidInput(f"Expected one of {', '.join(STATES)}", code="state_unknown")
    rows = store(runtime).moves(
        change_id,
        states=STATES if state is None else (state,),
        offices=runtime.offices.seen_by(actor),
        after=after,
        size=max(1, min(size, MAX_PAGE)),
    )
    return [SeenMove(one, Report.unpack(one.row.content)) for one in rows]


def changes(runtime: Runtime, actor: Actor, before: int | None = None) -> list[ChangeRow]:
    """List the changes that concern the actor's offices, the newest first; raises NotAllowed (`not_an_operator`)."""
    check_role(actor)
    return [row for row in store(runtime).changes(before) if concerns(runtime, actor, row)]


def concerns(runtime: Runtime, actor: Actor, row: ChangeRow) -> bool:
    """Say whether a change is for everybody, or for an office that the actor sees or belongs to."""
    if row.office_id is None or actor.person_id is None:
        return True
    seen = {*runtime.offices.seen_by(actor), *runtime.offices.chain(actor.office_id or 0)}
    return row.office_id in seen


def may_look(actor: Actor) -> bool:
    """Say whether somebody answers for calendars at all."""
    return is_operator(actor)


def find(runtime: Runtime, change_id: int) -> ChangeRow:
    """Give a change; raises NotFound."""
    row = store(runtime).change(change_id)
    if row is None:
        raise NotFound(
            "Expected a change of the calendar with that id, but there is none", code="change_unknown"
        )
    return row


def look(trial: Runtime, change_id: int, process_instance_id: int) -> MoveRow | None:
    """Say what a change does to one case; None for one that it does nothing to. trial: counts by the new calendar."""
    found = trial.steps.load(process_instance_id)
    if found is None or found[0].state != "active":
        return None
    office = found[0].office_id
    try:
        case = open_case(trial, *found)
        saved = work_out(case, Deed(CHANGED))
        report = report_of(case, saved)
    except EngineError as exc:
        return MoveRow(
            change_id, process_instance_id, office, "failed", trial.now_ms(), Report(failed=exc.code).pack()
        )
    if not report.clocks and not report.stays:
        return None
    state = "foreseen" if report.clocks else "missed"
    return MoveRow(change_id, process_instance_id, office, state, trial.now_ms(), report.pack())


def report_of(case: Case, saved: Saved) -> Report:
    """Say what a step in which clocks followed the calendar moved."""
    moved = tuple(
        ClockMoved(
            event["deadline"],
            event["scope"],
            to_ms(event["was"]),
            to_ms(event["due_at"]),
            int(event["provisional"]),
            event["from"],
            event["calendar"],
        )
        for event in case.turned
        if event["was"] != event["due_at"] or event["provisional"] != event["was_provisional"]
    )
    tasks = tuple(
        TaskMoved(change.before.element_id, change.before.due_at, change.due_at)
        for change in saved.changed
        if change.due_at != change.before.due_at
    )
    return Report(moved, tasks, tuple(_staying(case)))


def _staying(case: Case) -> list[ClockStays]:
    """Give the clocks that run, were missed, and would be due at another moment."""
    edition, found = case.calendars.number, []
    for tracked in case.state.deadlines.values():
        own = case.calendar_of(tracked)
        if tracked.facts.end is not None or tracked.calendar == edition or own == case.calendar:
            continue
        if turning_over.stays_missed(tracked, own, case.now, case.now):
            due, would_be = (clocks.due_at(tracked.facts, one, case.now).at for one in (own, case.calendar))
            if due != would_be:
                found.append(ClockStays(tracked.facts.id, tracked.scope, to_ms(due), to_ms(would_be)))
    return found


def _current(runtime: Runtime, row: ChangeRow) -> ChangeRow:
    """Give a change as compared with what is in force now: one compared with something older begins anew."""
    runtime.calendars.refresh(at_once=True)
    newest = runtime.calendars.known.number
    if row.state not in {"looking", "ready"} or row.base == newest:
        return row
    anew = replace(row, state="looking", base=newest, place=0, at_due=-1, at_case=0, at_key="")
    try:
        store(runtime).begin_again(row, anew)
    except ConflictError as exc:
        raise Busy from exc
    return anew
