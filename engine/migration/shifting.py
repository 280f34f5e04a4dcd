"""Moves one case to another version, or back, in memory: gives the rows that the step writes, and writes none.

Numbers of tokens, ids of tasks, drafts, claims, calls, incidents, messages and running timers stay what they
are. Refuses with CannotFollow what the new version could not have led to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine import codec, spiff
from engine.case import Case
from engine.deed import Deed
from engine.errors import EngineError
from engine.outcome import work_out
from engine.people import SYSTEM, Actor, office_of_group
from engine.spiff.rebinding import CannotFollow, foresee, rebind, tasks_ahead
from engine.state import CaseState, from_ms, to_ms
from engine.store.moving import Mark, Moved
from engine.store.rows import JobRow
from engine.timers import moment_of

from .clocks import follow_version
from .report import Report, TaskMove
from .versions import MIGRATED

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.spiff import Resting
    from engine.store.rows import Saved, UserTaskRow

    from .versions import Way


@dataclass(frozen=True, slots=True)
class Shifted:
    """A case on the other version, ready to be written."""

    saved: Saved
    report: Report


@dataclass(slots=True)
class _Jobs:
    """Jobs that are written beside those that the outcome finds by itself."""

    added: list[JobRow]
    removed: list[int]


def shift(
    case: Case, way: Way, mark: Mark, actor: Actor = SYSTEM, payload: Mapping[str, Any] | None = None
) -> Shifted:
    """Move a case that was just read to the new version; raises CannotFollow, and then the case is to be forgotten.

    payload: what its history says beside the versions and the clocks.
    """
    old = case.definition
    resting_before, ahead = spiff.resting(case.workflow), tasks_ahead(case.workflow)
    moved = _rebound(case, way)
    jobs = _Jobs([], [])
    _rename_memory(moved.state, way.renamed)
    _rename_timers(moved, way.renamed, jobs)
    _start_new_timers(moved, resting_before, jobs)
    known = frozenset(moved.state.deadlines)
    changed, clocks = follow_version(moved, old, way)
    told = {
        "from": way.source.id,
        "to": way.target.id,
        "from_version": way.source.version,
        "to_version": way.target.version,
        **(payload or {}),
        "clocks": [[one.id, one.limit, one.new_limit, one.due_at, one.new_due_at] for one in clocks],
        **_clocks_told(moved, known, changed),
    }
    saved = _outcome(moved, Deed(MIGRATED, actor, payload=told, clocks=tuple(changed)), jobs)
    before = list(case.tasks.values())
    saved.moved = Moved(way.target.id, mark, _retargeted(before, moved.tasks))
    skipped = _skipped(old, moved, way, ahead)
    return Shifted(saved, Report(tuple(_task_moves(before, moved.tasks, saved)), tuple(clocks), skipped))


def _clocks_told(case: Case, known: frozenset[str], changed: list[str]) -> dict[str, Any]:
    """Say by their keys which clocks have another limit and which began, so that the history alone tells their days."""
    clocks = case.state.deadlines
    begun = [
        [
            key,
            str(clocks[key].facts.limit),
            to_ms(clocks[key].facts.started_at),
            case.calendar_of(clocks[key]).version,
            [
                [to_ms(one.started_at), None if one.ended_at is None else to_ms(one.ended_at), one.reason]
                for one in clocks[key].facts.pauses
            ],
        ]
        for key in changed
        if key not in known
    ]
    limits = [[key, str(clocks[key].facts.extensions[-1].limit)] for key in changed if key in known]
    return {name: value for name, value in (("begun", begun), ("limits", limits)) if value}


def put_back(
    case: Case, old: Definition, definition_id: int, content: bytes, mark: Mark, deed: Deed
) -> Saved:
    """Put a case that nobody has touched since it was moved back onto its state from before.

    content: that state. The clocks, jobs and tasks that the move added or changed are as they were.
    """
    workflow, extra = codec.load(content, old.specs, case.runtime.script_engine(old, case.now))
    state, present = CaseState.unpack(extra), case.state
    jobs = _Jobs([], [])
    for key, (job, due) in present.jobs.items():
        if state.jobs.get(key) != (job, due):
            jobs.removed.append(job)
    for key, (job, due) in list(state.jobs.items()):
        if present.jobs.get(key) != (job, due):
            state.jobs[key] = (_job(case, key, due, jobs), due)
    state.waits = present.waits
    changed = [key for key, one in state.deadlines.items() if present.deadlines[key] != one]
    resting = spiff.resting(workflow)
    tasks = {row.id: _as_drawn(case, old, row, resting[row.number]) for row in case.tasks.values()}
    back = Case(case.runtime, case.row, tasks, old, workflow, state, case.now, frozenset(resting))
    saved = _outcome(back, replace(deed, clocks=tuple(changed)), jobs)
    gone = [key for key in present.deadlines if key not in state.deadlines]
    saved.moved = Moved(definition_id, mark, _retargeted(list(case.tasks.values()), tasks), gone)
    return saved


def _rebound(case: Case, way: Way) -> Case:
    """Give the case on the new version's elements."""
    definition = way.definition
    rebind(case.workflow, definition.specs, way.renamed)
    engine = case.runtime.script_engine(definition, case.now)
    workflow, _ = codec.load(codec.dump(case.workflow, {}), definition.specs, engine)
    foresee(workflow)
    resting = spiff.resting(workflow)
    tasks = {row.id: _as_drawn(case, definition, row, resting[row.number]) for row in case.tasks.values()}
    return Case(case.runtime, case.row, tasks, definition, workflow, case.state, case.now, frozenset(resting))


def _as_drawn(case: Case, definition: Definition, row: UserTaskRow, item: Resting) -> UserTaskRow:
    """Give an open task as a version draws it; whoever holds it goes on holding it."""
    group = definition.elements[item.element_id].group
    assert group is not None  # the gate refuses a user task without one
    office_id = row.office_id
    if group != row.candidate_group:
        try:
            office_id = office_of_group(case.runtime.groups, case.runtime.offices, group, case.row.office_id)
        except EngineError as exc:
            raise CannotFollow("group_without_office", item.element_id) from exc
    return replace(row, element_id=item.element_id, candidate_group=group, office_id=office_id)


def _rename_memory(state: CaseState, renamed: Mapping[str, str]) -> None:
    """Remember under the new ids who did what, and by which end a branch ended."""
    doers: dict[str, list[int]] = {}
    for element_id, persons in state.doers.items():
        doers.setdefault(renamed.get(element_id, element_id), []).extend(persons)
    state.doers = doers
    if state.outcome is not None:
        state.outcome = renamed.get(state.outcome, state.outcome)


def _rename_timers(case: Case, renamed: Mapping[str, str], jobs: _Jobs) -> None:
    """Let the timers of renamed elements strike when they were to strike."""
    for key, (job, due) in list(case.state.jobs.items()):
        kind, _, target = key.partition(":")
        number, _, element_id = target.partition(":")
        if kind == "clock" and element_id in renamed:
            del case.state.jobs[key]
            jobs.removed.append(job)
            new = f"clock:{number}:{renamed[element_id]}"
            case.state.jobs[new] = (_job(case, new, due, jobs), due)


def _start_new_timers(case: Case, before: Mapping[int, Resting], jobs: _Jobs) -> None:
    """Count the timers that the new version draws on an open task's border from when the task was opened."""
    opened = {task.number: task.created_at for task in case.tasks.values()}
    for number, item in spiff.resting(case.workflow).items():
        if number in before:
            continue
        since = next((opened[scope.number] for scope in item.scopes if scope.number in opened), None)
        for event in item.waits:
            if not isinstance(event, spiff.ClockEvent) or event.kind == "deadline":
                continue
            if since is None:
                raise CannotFollow("timer_added", event.element_id)
            key = f"clock:{number}:{event.element_id}"
            due = _strike(case, event, item, since)
            case.state.jobs[key] = (_job(case, key, due, jobs), due)


def _strike(case: Case, event: spiff.ClockEvent, item: Resting, since: int) -> int:
    def evaluate(text: str) -> Any:
        return case.evaluate(text, item.data)

    try:
        return to_ms(moment_of(event.text, from_ms(since), case.calendar, evaluate))
    except EngineError as exc:
        raise CannotFollow("timer_broken", event.element_id) from exc


def _job(case: Case, key: str, due: int, jobs: _Jobs) -> int:
    kind, _, target = key.partition(":")
    row = JobRow(case.runtime.ids.next(), case.row.id, kind, target, due)
    jobs.added.append(row)
    return row.id


def _outcome(case: Case, deed: Deed, jobs: _Jobs) -> Saved:
    """Work out what the step writes; raises CannotFollow when it would do more than stand still."""
    saved = work_out(case, deed)
    if saved.incidents_raised:
        first = saved.incidents_raised[0]
        raise CannotFollow("would_fail", first.element_id)
    stirred = saved.opened or saved.deliveries_added or saved.alerts or saved.state != "active"
    if stirred or any(change.state != "open" for change in saved.changed):
        raise CannotFollow("would_move", None)
    saved.jobs_added += jobs.added
    saved.jobs_removed += jobs.removed
    return saved


def _skipped(old: Definition, moved: Case, way: Way, ahead: frozenset[str]) -> tuple[str, ...]:
    """Give the user tasks that the case leaves out because they lie behind it in the new version."""
    known = {way.renamed.get(one, one) for one in old.elements}
    was_ahead = {way.renamed.get(one, one) for one in ahead}
    still = tasks_ahead(moved.workflow) | moved.state.doers.keys()
    tasks = [one.id for one in moved.definition.elements.values() if one.kind == "userTask"]
    return tuple(one for one in tasks if one not in still and (one in was_ahead or one not in known))


def _retargeted(
    before: list[UserTaskRow], after: Mapping[int, UserTaskRow]
) -> list[tuple[UserTaskRow, UserTaskRow]]:
    return [(row, after[row.id]) for row in before if after[row.id] != row]


def _task_moves(
    before: list[UserTaskRow], after: Mapping[int, UserTaskRow], saved: Saved
) -> Iterator[TaskMove]:
    due = {change.before.id: change.due_at for change in saved.changed}
    for row in before:
        new = after[row.id]
        yield TaskMove(
            row.id,
            row.element_id,
            new.element_id,
            row.candidate_group,
            new.candidate_group,
            row.due_at,
            due.get(row.id, row.due_at),
        )
