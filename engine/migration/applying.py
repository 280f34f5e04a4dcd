"""Moves the cases that were looked at, and moves them back: each in a step of its own, by a supervisor with a reason.

A case that has gone on since it was looked at is looked at again and told, never moved.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.deed import Deed
from engine.errors import Changed, EngineError, InvalidInput, InvalidState, NotAllowed, NotFound
from engine.explanations import check_reason
from engine.instances import open_case, save_as_read
from engine.spiff.rebinding import CannotFollow
from engine.state import sealing_place
from engine.store.moving import Mark

from .previews import MAX_PAGE, MOVERS, find, look, store
from .shifting import put_back, shift
from .versions import PUT_BACK, Ways, way_between

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.migrations import MigrationCaseRow, MigrationRow

MAX_REASON = 1_000
BUDGET_S = 1.0
"""How long one call goes on with further cases."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one call did. again: cases that had gone on and were looked at again; left: whether more wait."""

    done: int
    again: int
    left: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """What one call put back. kept: (case id, code) of those that could not be."""

    done: int
    kept: tuple[tuple[int, str], ...]
    last: int | None
    """The last case that was looked at; None when there are no more."""


def apply(
    runtime: Runtime,
    actor: Actor,
    migration_id: int,
    reason: str,
    *,
    also_changed: bool = False,
    size: int = MAX_PAGE,
    budget_s: float = BUDGET_S,
) -> Applied:
    """Move the next cases of the actor's office and below that can move; call it again while more are left.

    also_changed: also those that were looked at again because they had gone on. Raises NotAllowed
    (`may_not_move`), InvalidInput without a reason, NotFound, InvalidState (`preview_incomplete`).
    """
    migration = _checked(runtime, actor, migration_id, reason)
    states = ("movable", "changed") if also_changed else ("movable",)
    offices = runtime.offices.seen_by(actor)
    rows = store(runtime).cases(migration_id, states=states, offices=offices, size=size)
    begun, done, again, ways = time.monotonic(), 0, 0, Ways(runtime, migration.target_id)
    for number, listed in enumerate(rows, start=1):
        moved = _apply_one(runtime, actor, migration, listed.row, reason.strip(), ways)
        done, again = done + moved, again + (not moved)
        if time.monotonic() - begun > budget_s:
            return Applied(done, again, left=number < len(rows) or len(rows) == size)
    return Applied(done, again, left=len(rows) == size)


def undo(
    runtime: Runtime, actor: Actor, migration_id: int, reason: str, *, after: int = 0, size: int = MAX_PAGE
) -> Undone:
    """Put back the next moved cases that nobody has worked on since, of the actor's office and below.

    after: the case looked at last. Raises as apply does.
    """
    _checked(runtime, actor, migration_id, reason)
    offices = runtime.offices.seen_by(actor)
    rows = store(runtime).cases(migration_id, states=("moved",), offices=offices, after=after, size=size)
    done, kept = 0, []
    for listed in rows:
        try:
            undo_case(runtime, actor, migration_id, listed.row.process_instance_id, reason)
        except EngineError as exc:
            kept.append((listed.row.process_instance_id, exc.code))
        else:
            done += 1
    last = rows[-1].row.process_instance_id if len(rows) == size else None
    return Undone(done, tuple(kept), last)


def undo_case(
    runtime: Runtime, actor: Actor, migration_id: int, process_instance_id: int, reason: str
) -> None:
    """Put one moved case back exactly as it was.

    Raises as apply does, NotFound for a case of another office, InvalidState (`not_moved`, `worked_on_since`,
    `case_ended`).
    """
    migration = _checked(runtime, actor, migration_id, reason)
    row = store(runtime).case(migration_id, process_instance_id)
    found = runtime.steps.load(process_instance_id)
    offices = runtime.offices.seen_by(actor)
    if row is None or found is None or (offices is not None and row.office_id not in offices):
        raise NotFound("Expected a case of your office that was moved, but it is none", code="case_unknown")
    sealed = store(runtime).state_before(migration_id, process_instance_id)
    if row.state != "moved" or sealed is None:
        raise InvalidState("Expected a case that this migration has moved, but it has not", code="not_moved")
    instance, tasks = found
    if instance.row_version != row.row_version:
        raise _worked_on()
    way = way_between(runtime, row.definition_id, migration.target_id)
    old = runtime.catalogue.get(row.definition_id)
    content = runtime.sealer.open(sealed, _place(migration_id, process_instance_id))
    payload = {
        "from": way.target.id,
        "to": way.source.id,
        "from_version": way.target.version,
        "to_version": way.source.version,
        "reason": reason.strip(),
        "migration": migration_id,
    }
    deed = Deed(PUT_BACK, actor, payload=payload)
    case = open_case(runtime, instance, tasks)
    mark = Mark(migration_id, "put_back", None)
    saved = put_back(case, old, row.definition_id, content, mark, deed)
    try:
        save_as_read(runtime, saved)
    except Changed as exc:
        raise _worked_on() from exc


def _apply_one(
    runtime: Runtime, actor: Actor, migration: MigrationRow, row: MigrationCaseRow, reason: str, ways: Ways
) -> bool:
    """Move one case as it was looked at; says False when it has gone on, and looks at it again."""
    found = runtime.steps.load(row.process_instance_id)
    if found is not None and found[0].row_version == row.row_version and found[0].state == "active":
        instance, tasks = found
        before = runtime.sealer.open(instance.sealed_state, sealing_place(instance.id))
        sealed = runtime.sealer.seal(before, _place(migration.id, instance.id))
        payload = {"reason": reason, "migration": migration.id}
        try:
            case = open_case(runtime, instance, tasks)
            mark = Mark(migration.id, "moved", sealed)
            saved = shift(case, ways[instance.definition_id], mark, actor, payload).saved
            save_as_read(runtime, saved)
        except (Changed, CannotFollow):
            pass
        else:
            return True
    _look_again(runtime, migration, row, ways)
    return False


def _look_again(runtime: Runtime, migration: MigrationRow, row: MigrationCaseRow, ways: Ways) -> None:
    fresh = look(runtime, migration, row.process_instance_id, ways)
    if fresh is None:
        fresh = replace(row, state="ended", at=runtime.now_ms())
    elif fresh.state == "movable":
        fresh = replace(fresh, state="changed")
    store(runtime).put(fresh, was=row)


def _checked(runtime: Runtime, actor: Actor, migration_id: int, reason: str) -> MigrationRow:
    if actor.person_id is not None and not actor.roles & MOVERS:
        raise NotAllowed("Expected a supervisor to move cases", code="may_not_move")
    check_reason(reason)
    if len(reason) > MAX_REASON:
        raise InvalidInput(f"Expected a reason of at most {MAX_REASON} characters", code="reason_too_long")
    row = find(runtime, migration_id)
    if row.state != "ready":
        raise InvalidState(
            "Expected every case to be looked at before any is moved, but some are not",
            code="preview_incomplete",
        )
    return row


def _worked_on() -> InvalidState:
    return InvalidState(
        "Expected a case that nobody has worked on since it was moved, but somebody has",
        code="worked_on_since",
    )


def _place(migration_id: int, process_instance_id: int) -> str:
    return f"before:{migration_id}:{process_instance_id}"
