"""Extends the clocks around many tasks at once, for those who answer for them; shows first what that would do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import spiff
from engine.bulk import BulkResult, each
from engine.errors import EngineError, InvalidState, NotFound
from engine.instances import open_case
from engine.supervising import each_task, supervised_offices
from engine.user_tasks import open_task

from .allowing import Option, check_grounds, option_of, right_of, running_clock
from .granting import granted

if TYPE_CHECKING:
    from engine.case import Case
    from engine.deed import Deed
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import UserTaskRow


@dataclass(frozen=True, slots=True)
class Wish:
    """Which clock of a task is to be extended, why, and what is noted. service_key: tasks of others are left alone."""

    deadline: str
    reason: str
    note: str
    service_key: str | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What extending would do to the clock around a task; `refused` as in Option, and `option` None where there is none."""

    user_task_id: int
    option: Option | None
    refused: str | None


def extend_tasks(runtime: Runtime, user_task_ids: Iterable[int], actor: Actor, wish: Wish) -> BulkResult:
    """Extend the clock around each of some open tasks, each in a step of its own; for those who supervise them.

    Several tasks under one clock extend it once. Raises NotAllowed and InvalidInput as `supervising.reassign` does.
    What fails for a task alone, by code: as there, and whatever `extend` raises.
    """
    words = check_grounds(wish.note)
    extended: dict[tuple[int, str], int] = {}
    shared: dict[int, int] = {}

    def act(case: Case, row: UserTaskRow) -> Deed:
        key = _clock_around(case, row, wish)
        by = extended.get((case.row.id, key), row.id)
        if by != row.id:
            shared[row.id] = by
            raise InvalidState("Expected a clock that was not extended just now", code="extended_before")
        deed = granted(case, key, actor, wish.reason, words)
        extended[case.row.id, key] = row.id
        return deed

    result = each_task(runtime, user_task_ids, actor, act)
    under = {task for task, by in shared.items() if by in result.done}
    return BulkResult(
        (*result.done, *(task for task, _code in result.failed if task in under)),
        tuple(one for one in result.failed if one[0] not in under),
    )


def foresee_tasks(runtime: Runtime, user_task_ids: Iterable[int], actor: Actor, wish: Wish) -> list[Foreseen]:
    """Say of each of some open tasks what extending the clock around it would do; changes nothing.

    Raises NotAllowed for anybody who does not supervise, InvalidInput for too many.
    """
    offices = supervised_offices(runtime, actor)
    found: list[Foreseen] = []

    def look(user_task_id: int) -> None:
        loaded = runtime.steps.load_by_task(user_task_id)
        try:
            if loaded is None or loaded[0].office_id not in offices:
                raise NotFound("Expected a task of your office, but it is another's", code="case_unknown")
            case = open_case(runtime, *loaded)
            key = _clock_around(case, open_task(case, user_task_id), wish)
            case.turn_over_clocks()
            tracked, rule = running_clock(case, key)
            right_of(case, rule, actor, wish.reason)
            option = option_of(case, key, tracked, rule, actor)
        except EngineError as exc:
            found.append(Foreseen(user_task_id, None, exc.code))
        else:
            found.append(Foreseen(user_task_id, option, option.refused))

    each(user_task_ids, look)
    return found


def _clock_around(case: Case, row: UserTaskRow, wish: Wish) -> str:
    """Give the key of the clock that runs around a task."""
    if wish.service_key not in {None, case.row.service_key}:
        raise InvalidState("Expected a task of the service whose clock is extended", code="not_extendable")
    item = spiff.rests(case.workflow, row.number)
    scopes = {scope.number for scope in item.scopes} if item is not None else set()
    running = [
        key
        for key, tracked in case.state.deadlines.items()
        if tracked.facts.id == wish.deadline and tracked.facts.end is None and tracked.scope in scopes
    ]
    if not running:
        raise InvalidState(
            "Expected such a clock to run around the task, but none does", code="not_extendable"
        )
    return running[0]
