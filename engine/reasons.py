"""Why is this late? Supervisors ask whoever has a task; question and answer stay in the case's history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.deed import Deed
from engine.errors import InvalidInput, InvalidState, NotFound
from engine.explanations import check_reason, checked_note
from engine.history import open_link
from engine.instances import advance
from engine.store.rows import HistoryRow, ReasonRow
from engine.supervising import each_task
from engine.task_rights import check_holder
from engine.user_tasks import open_task

if TYPE_CHECKING:
    from engine.bulk import BulkResult
    from engine.case import Case
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import UserTaskRow

MAX_REASON = 1_000


@dataclass(frozen=True, slots=True)
class Reason:
    """A question about a task, opened. Moments are milliseconds; without an answer `answered_at` is None."""

    id: int
    user_task_id: int
    asked_by: int
    asked_of: int
    asked_at: int
    question: str
    answered_at: int | None
    answer: str


def ask(runtime: Runtime, user_task_ids: Iterable[int], actor: Actor, question: str) -> BulkResult:
    """Ask whoever has each of some tasks for a reason.

    The question ends with its task, and rests while somebody else has it. Raises as `supervising.reassign`
    does. What fails for a task alone, by code: as there, `nobody_to_ask` where nobody has claimed it,
    `already_asked` while an answer is awaited.
    """
    words = checked_note(question)

    def act(case: Case, row: UserTaskRow) -> Deed:
        if row.assignee is None:
            raise InvalidState("Expected somebody who has the task, but nobody has", code="nobody_to_ask")
        if runtime.reasons.waiting(row.id, row.assignee) is not None:
            raise InvalidState(
                "Expected a task without a question, but one waits for its answer", code="already_asked"
            )
        asked = _question(runtime, case, row, actor, words)
        payload = {"task": row.id, "question": words, "to": row.assignee}
        return Deed("reason_asked", actor, row.element_id, payload, asked=asked)

    return each_task(runtime, user_task_ids, actor, act)


def answer(runtime: Runtime, request_id: int, actor: Actor, text: str) -> None:
    """Answer a question about one's own task.

    Raises NotFound when somebody else was asked, InvalidInput for less than 5 or more than MAX_REASON
    characters, InvalidState when it has been answered, or the task is done or no longer the actor's.
    """
    check_reason(text)
    if len(text.strip()) > MAX_REASON:
        raise InvalidInput(f"Expected a reason of at most {MAX_REASON} characters", code="reason_too_long")
    asked = _asked(runtime, request_id, actor)

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, asked.user_task_id)
        check_holder(row, actor)
        if _asked(runtime, request_id, actor).answered_at is not None:
            raise InvalidState("Expected an open question, but it has been answered", code="reason_answered")
        payload = {"task": row.id, "question": _opened(runtime, asked), "reason": text.strip()}
        return Deed("reason_given", actor, row.element_id, payload, answers=request_id), None

    advance(runtime, lambda: runtime.steps.load_by_task(asked.user_task_id), act)


def waiting(runtime: Runtime, user_task_id: int, actor: Actor) -> Reason | None:
    """Give the question about a task that waits for this person's answer; None where there is none."""
    found = None if actor.person_id is None else runtime.reasons.waiting(user_task_id, actor.person_id)
    return None if found is None else _reason(runtime, found, None)


def of_tasks(runtime: Runtime, user_task_ids: Collection[int]) -> dict[int, Reason]:
    """Give the newest question about each of some tasks with its answer; the caller sees to who may read it."""
    rows = runtime.reasons.latest(user_task_ids)
    links = runtime.reasons.answers(list(rows.values()))
    return {task: _reason(runtime, row, links.get(row.id)) for task, row in rows.items()}


def _question(runtime: Runtime, case: Case, row: UserTaskRow, actor: Actor, words: str) -> ReasonRow:
    assert actor.person_id is not None
    assert row.assignee is not None
    request_id = runtime.ids.next()
    return ReasonRow(
        id=request_id,
        process_instance_id=case.row.id,
        user_task_id=row.id,
        asked_by=actor.person_id,
        asked_of=row.assignee,
        asked_at=runtime.now_ms(),
        answered_at=None,
        answered_seq=None,
        sealed_question=runtime.sealer.seal(words.encode(), _place(request_id)),
    )


def _asked(runtime: Runtime, request_id: int, actor: Actor) -> ReasonRow:
    found = runtime.reasons.find(request_id)
    if found is None or found.asked_of != actor.person_id:
        raise NotFound("Expected a question that you were asked, but there is none", code="question_unknown")
    return found


def _reason(runtime: Runtime, row: ReasonRow, link: HistoryRow | None) -> Reason:
    told = {} if link is None else open_link(runtime.sealer, row.process_instance_id, link).payload
    return Reason(
        row.id,
        row.user_task_id,
        row.asked_by,
        row.asked_of,
        row.asked_at,
        _opened(runtime, row),
        row.answered_at,
        str(told.get("reason", "")),
    )


def _opened(runtime: Runtime, row: ReasonRow) -> str:
    return runtime.sealer.open(row.sealed_question, _place(row.id)).decode()


def _place(request_id: int) -> str:
    return f"reason:{request_id}"
