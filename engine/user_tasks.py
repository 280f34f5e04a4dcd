"""What people do with tasks: claim, unclaim, complete, sign, send back, keep a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine import codec, forms, spiff
from engine.case import Case
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.instances import advance
from engine.outcome import Deed
from engine.state import to_ms
from engine.store.rows import InstanceRow, UserTaskRow

if TYPE_CHECKING:
    from engine.definitions import Element
    from engine.people import Actor
    from engine.runtime import Runtime

MIN_REASON = 5
MAX_DRAFT_BYTES = 256 * 1024


def claim(runtime: Runtime, user_task_id: int, actor: Actor) -> None:
    """Take a task out of the group's inbox into the actor's own; claiming one's own task changes nothing.

    Raises NotFound, NotAllowed for somebody outside the group or who did work that the task must check,
    InvalidState when somebody else has it or it is done.
    """

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_candidate(case, row, actor)
        if row.assignee not in (None, actor.person_id):
            raise InvalidState(
                "Expected to claim the task, but somebody else has already claimed it", code="already_claimed"
            )
        return _hand_over("user_task_claimed", row, actor, actor.person_id), None

    advance(runtime, _loader(runtime, user_task_id), act)


def unclaim(runtime: Runtime, user_task_id: int, actor: Actor) -> None:
    """Put one's own task back into the group's inbox; raises InvalidState when it is not one's own."""

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        return _hand_over("user_task_unclaimed", row, actor, None), None

    advance(runtime, _loader(runtime, user_task_id), act)


def complete(runtime: Runtime, user_task_id: int, actor: Actor, answers: Mapping[str, Any]) -> None:
    """Complete a claimed task with the raw answers to its form.

    A task that needs two signatures is put back for the second person first, who completes it by signing.
    Raises InvalidInput with `problems` when an answer breaks a rule, InvalidState when the task is not the
    actor's or is done, NotAllowed as claim does.
    """

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        check_candidate(case, row, actor)
        element = case.definition.elements[row.element_id]
        if row.number in case.state.signed:
            return _complete(case, row, actor, case.state.signed[row.number]["answers"]), None
        values = checked_answers(case, element.form, answers, case.variables(row.number))
        if element.second_signer:
            case.state.signed[row.number] = {"by": actor.person_id, "at": to_ms(case.now), "answers": values}
            return _hand_over("user_task_signed", row, actor, None, answers=values), None
        return _complete(case, row, actor, values), None

    advance(runtime, _loader(runtime, user_task_id), act)


def return_to_first(runtime: Runtime, user_task_id: int, actor: Actor, reason: str) -> None:
    """Refuse the second signature: the task goes back to the first signer with a reason."""
    check_reason(reason)

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        signature = case.state.signed.pop(row.number, None)
        if signature is None:
            raise InvalidState("Expected a first signature to refuse, but there is none", code="not_signed")
        return _hand_over("user_task_returned", row, actor, signature["by"], reason=reason.strip()), None

    advance(runtime, _loader(runtime, user_task_id), act)


def send_back(runtime: Runtime, user_task_id: int, actor: Actor, reason: str) -> None:
    """Complete a task without answers, so that the diagram sends the case back to an earlier step.

    Raises InvalidState where the diagram does not offer it, InvalidInput without a reason.
    """
    check_reason(reason)

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        check_candidate(case, row, actor)
        if not case.definition.elements[row.element_id].send_back:
            raise InvalidState(
                "Expected a task that can be sent back, but this one cannot", code="no_send_back"
            )
        sent_back = {"reason": reason.strip(), "by": actor.name, "at": case.now}
        spiff.complete(case.workflow, row.number, {"sent_back": sent_back})
        deed = Deed("user_task_sent_back", actor, row.element_id, {"reason": reason.strip()}, task=row)
        return deed, None

    advance(runtime, _loader(runtime, user_task_id), act)


def save_draft(runtime: Runtime, user_task_id: int, actor: Actor, raw: Mapping[str, Any]) -> bool:
    """Keep unfinished answers of one's own task; says whether it was still one's own."""
    content = codec.dump_values(dict(raw))
    if len(content) > MAX_DRAFT_BYTES:
        raise InvalidInput(
            f"Expected a draft of at most {MAX_DRAFT_BYTES // 1024} kB", code="draft_too_large"
        )
    sealed = runtime.sealer.seal(content, _draft_place(user_task_id))
    assert actor.person_id is not None
    return runtime.inbox.save_draft(user_task_id, actor.person_id, sealed, runtime.now_ms())


def read_draft(runtime: Runtime, user_task_id: int) -> tuple[dict[str, Any], int] | None:
    """Give a task's draft and when it was saved, in milliseconds."""
    found = runtime.inbox.draft(user_task_id)
    if found is None:
        return None
    sealed, at = found
    return codec.load_values(runtime.sealer.open(sealed, _draft_place(user_task_id))), at


def open_task(case: Case, user_task_id: int) -> UserTaskRow:
    """Give an open task of the case; raises InvalidState when it is done."""
    row = case.tasks.get(user_task_id)
    if row is None:
        raise InvalidState(
            "Expected an open task, but it has been completed or is no longer needed", code="task_not_open"
        )
    return row


def check_candidate(case: Case, row: UserTaskRow, actor: Actor) -> None:
    """Raise NotAllowed unless the actor may do the task: right group and office, own work not checked."""
    if not actor.in_group(row.candidate_group, row.office_id):
        raise NotAllowed(
            f"Expected somebody of the group {row.candidate_group} at the case's office", code="not_in_group"
        )
    element = case.definition.elements[row.element_id]
    earlier = _earlier_tasks(case, element)
    done_by_actor = [other for other in earlier if actor.person_id in case.state.doers.get(other, ())]
    if done_by_actor:
        raise NotAllowed(
            f"Expected another person than the one who did {', '.join(done_by_actor)}",
            code="did_earlier_step",
        )
    signature = case.state.signed.get(row.number)
    if signature is not None and signature["by"] == actor.person_id:
        raise NotAllowed("Expected a second person to sign, but you signed first", code="signed_first")


def _earlier_tasks(case: Case, element: Element) -> Iterable[str]:
    """Give the tasks whose doers may not do this one: those it names, or all of other diagrams."""
    if element.not_done_by != ("*",):
        return element.not_done_by
    elements = case.definition.elements
    return [done for done in case.state.doers if elements[done].process != element.process]


def check_holder(row: UserTaskRow, actor: Actor) -> None:
    """Raise InvalidState unless the actor has claimed the task."""
    if row.assignee is None:
        raise InvalidState(
            "Expected a task that you have claimed, but nobody has claimed it", code="not_claimed"
        )
    if row.assignee != actor.person_id:
        raise InvalidState(
            "Expected a task that you have claimed, but somebody else has it", code="already_claimed"
        )


def check_reason(reason: str) -> None:
    """Raise InvalidInput unless there is a reason that explains something."""
    if len(reason.strip()) < MIN_REASON:
        raise InvalidInput(f"Expected a reason of at least {MIN_REASON} characters", code="reason_missing")


def checked_answers(
    case: Case, form: str | None, raw: Mapping[str, Any], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the checked answers to a form; raises InvalidInput with the `problems` of each field."""
    if form is None:
        return {}
    answers = forms.read_answers(case.definition.forms[form], raw, variables, case.evaluate)
    if answers.problems:
        raise InvalidInput(
            f"Expected answers that keep the rules of the form, but {len(answers.problems)} do not",
            code="form_invalid",
            problems=answers.problems,
        )
    return answers.values


def _complete(case: Case, row: UserTaskRow, actor: Actor, values: dict[str, Any]) -> Deed:
    element: Element = case.definition.elements[row.element_id]
    variables = {**values, "sent_back": None} if element.send_back else values
    if element.second_signer:
        case.state.doers.setdefault(row.element_id, []).append(case.state.signed[row.number]["by"])
    spiff.complete(case.workflow, row.number, variables)
    return Deed("user_task_completed", actor, row.element_id, {"answers": values}, task=row)


def _hand_over(event: str, row: UserTaskRow, actor: Actor, assignee: int | None, **payload: Any) -> Deed:
    return Deed(event, actor, row.element_id, payload, assignees={row.id: assignee})


def _loader(runtime: Runtime, user_task_id: int) -> Any:
    def load() -> tuple[InstanceRow, list[UserTaskRow]]:
        found = runtime.steps.load_by_task(user_task_id)
        if found is None:
            raise NotFound("Expected a task with that id, but there is none", code="task_unknown")
        return found

    return load


def _draft_place(user_task_id: int) -> str:
    return f"draft:{user_task_id}"
