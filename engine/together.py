"""One act on many incidents: each case by itself in a step of its own, what failed told by incident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import bulk, incidents, instances, moving
from engine.errors import EngineError, InvalidInput, NotFound
from engine.explanations import check_reason
from engine.operators import check_role

if TYPE_CHECKING:
    from engine.incidents import IncidentFilter
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.incidents import ListedIncident

MOST = 500
"""How many incidents are seen to at once."""


@dataclass(frozen=True, slots=True)
class Act:
    """What is done to each. name: among ACTS.

    answer or error: of `resolve`, as `incidents.resolve` takes them, and neither for notices that were told in
    another way. changes: of `correct`, raw answers by variable. target: of `move`, the element to go on at.
    """

    name: str
    reason: str
    answer: Mapping[str, Any] | None = None
    error: str | None = None
    changes: Mapping[str, Any] | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one incident. error: what stood in the way; None when it is done."""

    listed: ListedIncident
    error: EngineError | None = None


def chosen(
    runtime: Runtime, actor: Actor, ids: Iterable[int], where: IncidentFilter | None = None
) -> list[ListedIncident]:
    """Give the open incidents with some ids, or all that a filter lists, the oldest first; at most MOST.

    Those that are resolved or belong to other offices are left out. Raises NotAllowed for anybody who is no
    operator, InvalidInput (`too_many_incidents`) for more than MOST ids.
    """
    check_role(actor)
    if where is not None:
        return incidents.open_incidents(runtime, actor, where=where, size=MOST)
    wanted = set(ids)
    if len(wanted) > MOST:
        raise InvalidInput(f"Expected at most {MOST} incidents", code="too_many_incidents")
    return incidents.with_ids(runtime, actor, wanted)


def see_to(runtime: Runtime, actor: Actor, rows: Iterable[ListedIncident], act: Act) -> list[Outcome]:
    """Do one act to each incident, in the order given; one that fails keeps no other from being done.

    Raises NotAllowed for anybody who is no operator, InvalidInput without a reason, for an unknown act
    (`act_unknown`) or for more than MOST, before anything is done.
    """
    check_role(actor)
    check_reason(act.reason)
    if act.name not in _VERBS:
        raise InvalidInput(f"Expected an act among {', '.join(ACTS)}", code="act_unknown")
    listed = {row.id: row for row in rows}
    errors: dict[int, EngineError] = {}

    def one(incident_id: int) -> None:
        try:
            _VERBS[act.name](runtime, actor, listed[incident_id], act)
        except EngineError as exc:
            errors[incident_id] = exc

    bulk.each(listed, one, most=MOST)
    return [Outcome(row, errors.get(key)) for key, row in listed.items()]


def _retry(runtime: Runtime, actor: Actor, row: ListedIncident, act: Act) -> None:
    incidents.retry(runtime, row.process_instance_id, row.number, actor, act.reason)


def _resolve(runtime: Runtime, actor: Actor, row: ListedIncident, act: Act) -> None:
    incidents.resolve(
        runtime,
        row.process_instance_id,
        row.number,
        actor,
        reason=act.reason,
        answer=act.answer,
        error=act.error,
    )


def _correct(runtime: Runtime, actor: Actor, row: ListedIncident, act: Act) -> None:
    incidents.correct(runtime, row.process_instance_id, row.number, actor, act.changes or {}, act.reason)


def _move(runtime: Runtime, actor: Actor, row: ListedIncident, act: Act) -> None:
    if row.number <= 0:
        raise NotFound("Expected a token, but what failed is none", code="token_gone")
    moving.move(runtime, row.process_instance_id, row.number, act.target, actor, act.reason)


def _cancel(runtime: Runtime, actor: Actor, row: ListedIncident, act: Act) -> None:
    instances.cancel(runtime, row.process_instance_id, actor, act.reason)


_VERBS: Mapping[str, Callable[[Runtime, Actor, ListedIncident, Act], None]] = {
    "retry": _retry,
    "resolve": _resolve,
    "correct": _correct,
    "move": _move,
    "cancel": _cancel,
}
ACTS = tuple(_VERBS)
