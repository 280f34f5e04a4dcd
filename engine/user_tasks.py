"""What people do with tasks: claim, unclaim, complete, sign, send back, hand on, keep a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine import codec, forms, spiff
from engine.case import Case
from engine.deed import Deed
from engine.errors import InvalidInput, InvalidState, NotFound
from engine.explanations import check_reason, checked_note
from engine.instances import advance, open_case
from engine.people import Actor
from engine.state import to_ms
from engine.store.rows import InstanceRow, UserTaskRow
from engine.task_rights import check_candidate, check_holder, check_receiver, refusal

if TYPE_CHECKING:
    from engine.definitions import Element
    from engine.runtime import Runtime
    from engine.store.people import PersonRow

MAX_DRAFT_BYTES = 256 * 1024


def claim(runtime: Runtime, user_task_id: int, actor: Actor) -> None:
    """Take a task out of the group's inbox into the actor's own; claiming one's own task changes nothing.

    A substitute also takes over what the absent colleague holds. Raises NotFound, NotAllowed for somebody
    outside the group or who did work that the task must check, InvalidState when somebody else has it or it is
    done.
    """

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        on_behalf = check_candidate(case, row, actor)
        if row.assignee in actor.stands_for:
            absent: dict[str, Any] = {"for": row.assignee}
            return _hand_over(
                "user_task_taken_over", row, actor, actor.person_id, on_behalf=on_behalf, **absent
            ), None
        if row.assignee not in (None, actor.person_id):
            raise InvalidState(
                "Expected to claim the task, but somebody else has already claimed it", code="already_claimed"
            )
        return _hand_over("user_task_claimed", row, actor, actor.person_id, on_behalf=on_behalf), None

    advance(runtime, _loader(runtime, user_task_id), act)


def unclaim(runtime: Runtime, user_task_id: int, actor: Actor) -> None:
    """Put one's own task back into the group's inbox; raises InvalidState when it is not one's own."""

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        return _hand_over(
            "user_task_unclaimed", row, actor, None, on_behalf=case.state.acting.get(row.number)
        ), None

    advance(runtime, _loader(runtime, user_task_id), act)


def delegate(runtime: Runtime, user_task_id: int, actor: Actor, to: int, note: str) -> None:
    """Hand one's own task, with its draft and a note, to a colleague who may do it.

    Raises InvalidInput for a note as `explanations.checked_note` does and for oneself, NotFound for
    somebody unknown, InvalidState when the task is not the actor's, NotAllowed when the colleague may not do it,
    with the code that they would be refused with as `reason`.
    """
    words = checked_note(note)
    receiver = runtime.actor(to)
    if receiver is None:
        raise NotFound("Expected a person with that id, but there is none", code="person_unknown")
    if to == actor.person_id:
        raise InvalidInput("Expected a colleague, but this is you", code="delegate_oneself")

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        check_receiver(case, row, receiver)
        acting = case.state.acting.get(row.number)
        return _hand_over("user_task_delegated", row, actor, to, on_behalf=acting, note=words, to=to), None

    advance(runtime, _loader(runtime, user_task_id), act)


def candidates(runtime: Runtime, user_task_id: int, actor: Actor) -> list[PersonRow]:
    """List who may be given a task, each once, those who have claimed the least first.

    They are of its group at the office, or stand in for somebody there today, and may do it in spite of what
    they did before; who has it already and who is away are left out. Raises NotFound when there is no such task
    or the actor's office does not see it, InvalidState when it is done.
    """
    instance, tasks = _loader(runtime, user_task_id)()
    if not runtime.offices.sees(actor, instance.office_id):
        raise NotFound("Expected a task with that id, but there is none", code="task_unknown")
    case = open_case(runtime, instance, tasks)
    row = open_task(case, user_task_id)
    group, office = row.candidate_group, row.office_id
    found: dict[int, PersonRow] = {}
    for person, absent in runtime.people.candidates(group, office, runtime.today().isoformat()):
        own = frozenset() if absent is not None else frozenset({(group, office)})
        lent = frozenset() if absent is None else frozenset({(absent, group, office)})
        receiver = Actor(person.id, person.name, person.office_id, own, frozenset(), frozenset(), lent)
        if person.id not in {row.assignee, actor.person_id} and refusal(case, row, receiver) is None:
            found.setdefault(person.id, person)
    return list(found.values())


def undo_claim(runtime: Runtime, user_task_id: int, actor: Actor, claimed_at: int) -> None:
    """Give back what one has just claimed. claimed_at: when that was, in milliseconds.

    Raises InvalidState when something was written down since, or when it is not one's own any more.
    """
    kept = runtime.inbox.draft(user_task_id)
    if kept is not None and kept[1] > claimed_at:
        raise InvalidState(
            "Expected nothing to be written since the claim, but a draft is", code="changed_since"
        )
    unclaim(runtime, user_task_id, actor)


def complete(runtime: Runtime, user_task_id: int, actor: Actor, answers: Mapping[str, Any]) -> None:
    """Complete a claimed task with the raw answers to its form.

    A task that needs two signatures is put back for the second person first, who completes it by signing.
    Raises InvalidInput with `problems` when an answer breaks a rule, InvalidState when the task is not the
    actor's or is done, NotAllowed as claim does.
    """

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        on_behalf = check_candidate(case, row, actor)
        element = case.definition.elements[row.element_id]
        if row.number in case.state.signed:
            answered = case.state.signed[row.number]["answers"]
            return _complete(case, row, actor, answered, on_behalf), None
        values = checked_answers(case, element.form, answers, case.variables(row.number))
        if element.second_signer:
            signature = {"by": actor.person_id, "for": on_behalf, "at": to_ms(case.now), "answers": values}
            case.state.signed[row.number] = signature
            return _hand_over("user_task_signed", row, actor, None, on_behalf=on_behalf, answers=values), None
        return _complete(case, row, actor, values, on_behalf), None

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
        return _hand_over(
            "user_task_returned",
            row,
            actor,
            signature["by"],
            on_behalf=case.state.acting.get(row.number),
            reason=reason.strip(),
        ), None

    advance(runtime, _loader(runtime, user_task_id), act)


def send_back(runtime: Runtime, user_task_id: int, actor: Actor, reason: str) -> None:
    """Complete a task without answers, so that the diagram sends the case back to an earlier step.

    Raises InvalidState where the diagram does not offer it, InvalidInput without a reason.
    """
    check_reason(reason)

    def act(case: Case) -> tuple[Deed, None]:
        row = open_task(case, user_task_id)
        check_holder(row, actor)
        on_behalf = check_candidate(case, row, actor)
        if not case.definition.elements[row.element_id].send_back:
            raise InvalidState(
                "Expected a task that can be sent back, but this one cannot", code="no_send_back"
            )
        sent_back = {"reason": reason.strip(), "by": actor.name, "at": case.now}
        spiff.complete(case.workflow, row.number, {"sent_back": sent_back})
        return Deed(
            "user_task_sent_back",
            actor,
            row.element_id,
            {"reason": reason.strip()},
            task=row,
            on_behalf=on_behalf,
        ), None

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
        raise _not_open()
    return row


def task_row(runtime: Runtime, user_task_id: int) -> UserTaskRow:
    """Read an open task; raises NotFound for an unknown id, InvalidState when it is done."""
    _instance, tasks = _loader(runtime, user_task_id)()
    row = next((task for task in tasks if task.id == user_task_id), None)
    if row is None:
        raise _not_open()
    return row


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


def _complete(
    case: Case, row: UserTaskRow, actor: Actor, values: dict[str, Any], on_behalf: int | None
) -> Deed:
    element: Element = case.definition.elements[row.element_id]
    variables = {**values, "sent_back": None} if element.send_back else values
    if element.second_signer:
        signature = case.state.signed[row.number]
        first = (signature["by"], signature["for"])
        case.state.doers.setdefault(row.element_id, []).extend(one for one in first if one is not None)
    spiff.complete(case.workflow, row.number, variables)
    payload = {"answers": values}
    return Deed("user_task_completed", actor, row.element_id, payload, task=row, on_behalf=on_behalf)


def _hand_over(
    event: str,
    row: UserTaskRow,
    actor: Actor,
    assignee: int | None,
    *,
    on_behalf: int | None = None,
    note: str | None = None,
    **payload: Any,
) -> Deed:
    if note is not None:
        payload["note"] = note
    return Deed(
        event,
        actor,
        row.element_id,
        payload,
        assignees={row.id: assignee},
        note=note,
        on_behalf=on_behalf,
    )


def _not_open() -> InvalidState:
    return InvalidState(
        "Expected an open task, but it has been completed or is no longer needed", code="task_not_open"
    )


def _loader(runtime: Runtime, user_task_id: int) -> Callable[[], tuple[InstanceRow, list[UserTaskRow]]]:
    def load() -> tuple[InstanceRow, list[UserTaskRow]]:
        found = runtime.steps.load_by_task(user_task_id)
        if found is None:
            raise NotFound("Expected a task with that id, but there is none", code="task_unknown")
        return found

    return load


def _draft_place(user_task_id: int) -> str:
    return f"draft:{user_task_id}"
