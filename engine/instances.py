"""Cases: start one, advance it by one step, cancel it. Everything that changes a case goes through here.

A step reads the case outside any writing transaction, runs it in memory until it rests, and saves what
changed in one transaction; when somebody was quicker, it starts again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from engine import codec, feel, message_keeping, spiff
from engine.case import Case
from engine.deed import Deed
from engine.errors import Busy, Changed, InvalidInput, InvalidState, NotAllowed, NotFound
from engine.explanations import check_reason
from engine.history import GENESIS, Link, make_link
from engine.live import LiveCase
from engine.operators import ROLES
from engine.outcome import work_out
from engine.people import Actor, lowest_level, rights_among
from engine.state import CaseState, sealing_place, to_ms
from engine.store.failures import ConflictError
from engine.store.rows import InstanceRow, Saved, UserTaskRow
from engine.telling import tell
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.live import LiveCases
    from engine.runtime import Runtime

MAX_TRIES = 5
_FIRST_WAIT_S = 0.005

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Started:
    """A case that was started."""

    id: int
    business_key: str


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What starts a case. `variables` are checked answers.

    key: another start under the same key gives the same case. parent: the case that opens it.
    origin: what the first row of its history says of how it came about, beside the answers.
    """

    service_key: str
    office_id: int
    variables: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    parent: int | None = None
    origin: dict[str, Any] = field(default_factory=dict)


def start(runtime: Runtime, actor: Actor, request: StartRequest) -> Started:
    """Start a case of a service's newest version; give the one that was started under the same key before.

    Raises NotFound for an unknown service, NotAllowed when the actor is in none of its starting groups at
    the office, InvalidInput for variables that a case cannot hold, Busy when the service keeps changing.
    """
    variables = {**checked_variables(request.variables), **_facts(runtime, request.office_id)}
    fresh = False
    for attempt in range(MAX_TRIES):
        if request.key is not None:
            known = runtime.steps.started_under(request.key)
            if known is not None:
                return Started(*known)
        definition_id, definition = runtime.catalogue.newest(request.service_key, fresh=fresh)
        on_behalf = _check_may_start(runtime, definition, actor, request.office_id)
        try:
            return _start_once(runtime, actor, on_behalf, request, definition_id, definition, variables)
        except ConflictError:
            fresh = True
            _wait(attempt)
    raise Busy


def advance(
    runtime: Runtime,
    load: Callable[[], tuple[InstanceRow, list[UserTaskRow]] | None],
    act: Callable[[Case], tuple[Deed, T]],
) -> T:
    """Move a case on by one step: read, act in memory, save; start again when somebody was quicker.

    load: reads the case, for example by the id of one of its tasks. act: moves the workflow and says what
    was done; it may be called several times and must not touch anything outside.
    Raises NotFound when there is no such case, InvalidState when it has ended, Busy after MAX_TRIES, and
    whatever act raises.
    """
    for attempt in range(MAX_TRIES):
        found = load()
        if found is None:
            raise NotFound("Expected a case with that id, but there is none", code="case_unknown")
        case = open_case(runtime, *found, live=runtime.live)
        deed, result = act(case)
        saved = _worked_out(runtime, case, deed)
        try:
            runtime.steps.save(saved)
        except ConflictError:
            _wait(attempt)
            continue
        _is_saved(runtime, case, saved)
        return result
    raise Busy


def advance_together(runtime: Runtime, acts: Mapping[int, Callable[[Case], tuple[Deed, None]]]) -> set[int]:
    """Move several cases on, each by a step of its own as `advance` does, and save all of them in one transaction.

    acts: by the id of the case. Gives the ids of the cases that moved on. Of what stands in the way of the others
    nothing is left behind and nothing is said: `advance` finds it again. Raises what the database raises for all.
    """
    ready: list[tuple[Case, Saved]] = []
    for found in runtime.steps.load_several(acts):
        with suppress(Exception):  # `advance` meets it again, and says so
            case = open_case(runtime, *found, live=runtime.live)
            ready.append((case, _worked_out(runtime, case, acts[case.row.id](case)[0])))
    moved = runtime.steps.save_several([saved for _case, saved in ready])
    for case, saved in ready:
        if case.row.id in moved:
            _is_saved(runtime, case, saved)
    return moved


def cancel(runtime: Runtime, process_instance_id: int, actor: Actor, reason: str) -> None:
    """Cancel a case for good.

    Raises InvalidInput without a reason, NotAllowed for anybody but a supervisor or an operator, NotFound for a
    case of an office that is neither theirs nor below it.
    """
    if not ROLES & actor.roles:
        raise NotAllowed("Expected a supervisor or an operator to cancel a case", code="not_a_supervisor")
    check_reason(reason)

    def act(case: Case) -> tuple[Deed, None]:
        if not runtime.offices.sees(actor, case.row.office_id):
            raise NotFound("Expected a case of your office, but it is another's", code="case_unknown")
        case.workflow.cancel()
        return Deed("case_cancelled", actor, payload={"reason": reason.strip()}, cancelled=True), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def note(
    runtime: Runtime,
    process_instance_id: int,
    actor: Actor,
    event: str,
    payload: dict[str, Any],
    *,
    element_id: str | None = None,
    unless: Callable[[], bool] | None = None,
    amend: Callable[[Saved], None] | None = None,
) -> None:
    """Write into a case's history what moves no token and changes no variable; ended cases too.

    unless: says whether it is written already; nobody can write it between the answer and the writing.
    amend: adds rows that belong to it; like unless it may be called several times, and what it reads then
    is still so when it is written.
    Raises NotFound when there is no such case, Busy after MAX_TRIES, and whatever amend raises.
    """
    for attempt in range(MAX_TRIES):
        found = runtime.steps.load(process_instance_id)
        if found is None:
            raise NotFound("Expected a case with that id, but there is none", code="case_unknown")
        row, _tasks = found
        if unless is not None and unless():
            return
        link = Link(0, runtime.now_ms(), event, actor.person_id, element_id, payload)
        made = make_link(runtime.sealer, row.id, (row.history_seq, row.history_head), link)
        saved = Saved(row, row.state, row.outcome, row.ended_at, None, made)
        if amend is not None:
            amend(saved)
        tell(runtime, saved)
        try:
            runtime.steps.save(saved)
        except ConflictError:
            _wait(attempt)
            continue
        return
    raise Busy


def save_as_read(runtime: Runtime, saved: Saved) -> None:
    """Save a step that is good only for the case as it was read.

    Raises Changed when somebody was quicker; it is for the caller to look again, not to try again.
    """
    tell(runtime, saved)
    try:
        runtime.steps.save(saved)
    except ConflictError as exc:
        raise Changed from exc
    _wake_if_due(runtime, saved)


def starting_offices(runtime: Runtime, definition: Definition, actor: Actor) -> list[int]:
    """List the offices at which a person may start cases of a service, their own first.

    A case belongs to an office of the lowest level at which its groups sit, so that every task finds one.
    """
    level = _level(runtime, definition)
    lent = sorted((group, office) for _absent, group, office in actor.borrowed)
    places = [
        office for group, office in (*sorted(actor.memberships), *lent) if group in definition.start_groups
    ]
    found = [
        office
        for start in places
        for office in runtime.offices.below(start)
        if runtime.offices.rows[office].level == level
    ]
    return list(dict.fromkeys(found))


def open_case(
    runtime: Runtime, row: InstanceRow, tasks: list[UserTaskRow], live: LiveCases | None = None
) -> Case:
    """Unseal a running case and make its workflow; raises InvalidState when it has ended.

    live: for a step; a case that is there is taken from it instead.
    """
    if row.state != "active":
        raise InvalidState(f"Expected a running case, but {row.business_key} has ended", code="case_ended")
    definition = runtime.catalogue.get(row.definition_id)
    now = runtime.clock.now()
    engine = runtime.script_engine(definition, now)
    kept = None if live is None else live.take(row.id, row.sealed_state)
    if kept is not None and kept.definition is definition:
        workflow, before, extra = kept.workflow, kept.resting, kept.extra
        workflow.script_engine = engine
    else:
        content = runtime.sealer.open(row.sealed_state, sealing_place(row.id))
        workflow, extra = codec.load(content, definition.specs, engine)
        before = frozenset(spiff.resting(workflow))
    state = CaseState.unpack(extra)
    return Case(runtime, row, {task.id: task for task in tasks}, definition, workflow, state, now, before)


def final_variables(runtime: Runtime, row: InstanceRow) -> dict[str, Any]:
    """Give the variables with which an ended case ended."""
    definition = runtime.catalogue.get(row.definition_id)
    content = runtime.sealer.open(row.sealed_state, sealing_place(row.id))
    workflow, _ = codec.load(
        content, definition.specs, runtime.script_engine(definition, runtime.clock.now())
    )
    return dict(workflow.data)


def _start_once(
    runtime: Runtime,
    actor: Actor,
    on_behalf: int | None,
    request: StartRequest,
    definition_id: int,
    definition: Definition,
    variables: dict[str, Any],
) -> Started:
    now = runtime.clock.now()
    engine = runtime.script_engine(definition, now)
    title = feel.compile(definition.title, names=definition.names).evaluate(
        variables, runtime.environment(now)
    )
    row = InstanceRow(
        id=runtime.ids.next(),
        definition_id=definition_id,
        service_key=definition.key,
        business_key="",
        title=str(title or "")[:200],
        office_id=request.office_id,
        state="active",
        outcome=None,
        started_at=to_ms(now),
        started_by=actor.person_id,
        ended_at=None,
        row_version=1,
        history_seq=0,
        history_head=GENESIS,
        sealed_state=b"",
    )
    workflow = spiff.start(definition.specs, engine, variables)
    case = Case(runtime, row, {}, definition, workflow, CaseState(), now)
    payload = {**request.origin, "answers": request.variables}
    deed = Deed("case_started", actor, payload=payload, on_behalf=on_behalf)
    saved = work_out(case, _with_kept(case, deed))
    saved.start_key, saved.parent = request.key, request.parent
    saved.subjects = _subjects(case, variables)
    saved.case_number = (definition.case_number and f"{definition.case_number}-{now.year}", definition_id)
    tell(runtime, saved)
    inserted = runtime.steps.insert(saved)
    _is_saved(runtime, case, saved)
    return Started(inserted.id, inserted.business_key)


def _worked_out(runtime: Runtime, case: Case, deed: Deed) -> Saved:
    saved = work_out(case, _with_kept(case, deed))
    tell(runtime, saved)
    return saved


def _is_saved(runtime: Runtime, case: Case, saved: Saved) -> None:
    _keep_live(runtime, case, saved)
    _wake_if_due(runtime, saved)


def _keep_live(runtime: Runtime, case: Case, saved: Saved) -> None:
    """Keep a case whose step is committed for its next one."""
    if runtime.live is not None and saved.state == "active" and saved.sealed_state is not None:
        kept = LiveCase(case.definition, case.workflow, case.after, case.state.pack(), saved.sealed_state)
        runtime.live.give(case.row.id, kept)


def _with_kept(case: Case, deed: Deed) -> Deed:
    """Let the case take the messages that wait for the places it has come to."""
    taken = () if deed.cancelled else message_keeping.take(case, deed.takes)
    return deed if taken == deed.takes else replace(deed, takes=taken)


def _facts(runtime: Runtime, office_id: int) -> dict[str, Any]:
    """Give what the engine knows of every case, so that no form has to ask for it."""
    office = runtime.offices.rows.get(office_id)
    if office is None:
        raise InvalidInput(
            f"Expected an office, but there is none with the id {office_id}", code="office_missing"
        )
    return {"case_office": office.code}


def _level(runtime: Runtime, definition: Definition) -> str:
    used = (one.group for one in definition.elements.values() if one.group)
    return lowest_level(runtime.groups, [*used, *definition.start_groups])


def _check_may_start(runtime: Runtime, definition: Definition, actor: Actor, office_id: int) -> int | None:
    """Give for whom the actor starts the case: None by their own right, otherwise an absent colleague."""
    runtime.offices.at_level(office_id, _level(runtime, definition))
    if actor.person_id is None:
        return None
    rights = rights_among(actor, runtime.groups, runtime.offices, definition.start_groups, office_id)
    if not rights:
        raise NotAllowed(
            f"Expected somebody of {', '.join(definition.start_groups)} at this office to start the case",
            code="may_not_start",
        )
    return rights[0]


def _subjects(case: Case, variables: dict[str, Any]) -> list[bytes]:
    if case.definition.subject is None:
        return []
    identity = case.evaluate(case.definition.subject, variables)
    return [case.runtime.sealer.index("identity", str(identity))] if identity else []


def _wake_if_due(runtime: Runtime, saved: Saved) -> None:
    now = saved.history.at
    if any(job.due_at <= now for job in saved.jobs_added):
        runtime.wake()


def _wait(attempt: int) -> None:
    """Wait a little, longer each time and never the same for two competitors."""
    time.sleep(_FIRST_WAIT_S * (2**attempt) * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
