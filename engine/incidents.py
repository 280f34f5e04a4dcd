"""What could not be carried out: try it again, correct its input, or settle it by hand, each with a trace.

Numbers of at least 0 are tokens and scopes of a running case; below 0 they are notices, also of ended cases.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine import corrections, deliveries, forms, spiff
from engine.deed import Deed
from engine.errors import InvalidInput, InvalidState, NotFound
from engine.explanations import check_reason
from engine.instances import advance, open_case
from engine.operators import check_role, is_operator
from engine.people import rights_among
from engine.ports import ConnectorError
from engine.spiff import StepError
from engine.values import checked_value

if TYPE_CHECKING:
    from engine.case import Case
    from engine.corrections import Input
    from engine.definitions import Definition
    from engine.deliveries import Message
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.incidents import ListedIncident
    from engine.store.rows import DeliveryRow, InstanceRow

MAX_CODED = 5_000
"""Among how many open incidents the codes to choose from are looked for."""


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which open incidents. operation: such as `registry.sweep`. since: raised from then on, in milliseconds."""

    service_key: str | None = None
    code: str | None = None
    operation: str | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An open incident with everything that somebody needs to see to it.

    kind: `delivery`, `call`, `token` (an expression, a table, a timer) or `clock`. input: what may be
    corrected. operation, answers: of a call, with the schema of the answer where it is known. codes: errors
    that the diagram catches there.
    """

    listed: ListedIncident
    definition: Definition
    kind: str
    may_settle: bool
    """Whether the reader may do more than try again."""
    input: Input | None = None
    message: Message | None = None
    operation: str = ""
    answers: Any = None
    codes: tuple[str, ...] = ()


def retry(
    runtime: Runtime, process_instance_id: int, number: int, actor: Actor, reason: str | None = None
) -> None:
    """Take up again what could not be carried out: run the element, call the outside system, send the notice.

    reason: stands in the history; whoever tries many again at once has to give one.
    Raises NotFound for a case that the actor does not see, NotAllowed for somebody who neither has one of
    ROLES nor works on cases of the service, InvalidState when there is no open incident there.
    """
    if reason is not None:
        check_reason(reason)
    if number < 0:
        row = _delivery(runtime, process_instance_id, number, actor, work=True)
        deliveries.retry(runtime, row.id, actor, reason)
        return

    def act(case: Case) -> tuple[Deed, None]:
        _check_actor(runtime, case.row, case.definition, actor, work=True)
        _check_open(case, number)
        renewed = _run_again(case, number)
        payload: dict[str, Any] = {"number": number}
        if reason is not None:
            payload["reason"] = reason.strip()
        return Deed("incident_retried", actor, None, payload, retries=(number,), renewed=renewed), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def correct(
    runtime: Runtime,
    process_instance_id: int,
    number: int,
    actor: Actor,
    changes: Mapping[str, Any],
    reason: str,
) -> None:
    """Put other values in place of what an element reads, and try it again in the same step.

    changes: raw answers by variable; for a notice `{"to": recipient}`. The token, and the activities around
    it that know the same variables, have the new values from then on; before and after stand in the
    history. Raises as retry does, NotAllowed for anybody without one of `operators.ROLES`, InvalidInput without a reason
    of 5 characters and as `corrections.checked_changes` does, InvalidState (`not_correctable`).
    """
    check_reason(reason)
    if number < 0:
        row = _delivery(runtime, process_instance_id, number, actor)
        to = _checked_recipient(runtime, row, changes)
        deliveries.correct(runtime, row.id, actor, to, reason.strip())
        return

    def act(case: Case) -> tuple[Deed, None]:
        _check_actor(runtime, case.row, case.definition, actor)
        _check_open(case, number)
        asked = corrections.input_of(case, number)
        if asked is None:
            raise InvalidState("Expected an element with input, but it has none", code="not_correctable")
        values = corrections.checked_changes(case, asked, changes)
        told = {name: {"before": asked.known.get(name), "after": value} for name, value in values.items()}
        element_id = spiff.resting(case.workflow)[number].element_id
        try:
            spiff.correct(case.workflow, number, values)
        except StepError as exc:
            raise InvalidInput(exc.message, code="still_broken") from exc
        payload = {"number": number, "reason": reason.strip(), "changes": told}
        renewed = _run_again(case, number)
        return Deed("input_corrected", actor, element_id, payload, retries=(number,), renewed=renewed), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def resolve(
    runtime: Runtime,
    process_instance_id: int,
    number: int,
    actor: Actor,
    *,
    reason: str,
    answer: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> None:
    """Settle by hand what an outside system was to do.

    A call goes on with an answer that the operation's schema accepts, or by the boundary event that
    catches an error code. A notice counts as told in another way, which the reason names. Raises as
    correct does, InvalidInput (`answer_wrong`, `error_not_caught`), InvalidState (`not_settleable`) for
    anything else, which can only be corrected or tried again.
    """
    check_reason(reason)
    if number < 0:
        row = _delivery(runtime, process_instance_id, number, actor)
        deliveries.close(runtime, row.id, actor, reason.strip())
        return

    def act(case: Case) -> tuple[Deed, None]:
        _check_actor(runtime, case.row, case.definition, actor)
        _check_open(case, number)
        wanted = spiff.parameters(case.workflow, number)
        if wanted is None or (answer is None) == (error is None):
            raise InvalidState(
                "Expected a call to settle with an answer or an error, but it is none", code="not_settleable"
            )
        element_id = spiff.resting(case.workflow)[number].element_id
        payload: dict[str, Any] = {"number": number, "operation": wanted[0], "reason": reason.strip()}
        if answer is not None:
            payload["answer"] = _checked_answer(runtime, wanted[0], answer)
            spiff.answer(case.workflow, number, payload["answer"])
        else:
            payload["code"] = error
            if error not in spiff.caught_codes(case.workflow, number):
                raise InvalidInput(
                    f"Expected an error that the diagram catches there, but {error!r} is none",
                    code="error_not_caught",
                )
            spiff.fail(case.workflow, number, str(error))
        return Deed("incident_settled", actor, element_id, payload), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def may_retry(runtime: Runtime, row: InstanceRow, definition: Definition, actor: Actor) -> bool:
    """Say whether somebody may try again: also whoever works on cases of the service at the case's offices."""
    if is_operator(actor):
        return True
    groups = {element.group for element in definition.elements.values() if element.group}
    keys = groups | set(definition.start_groups)
    return bool(rights_among(actor, runtime.groups, runtime.offices, keys, row.office_id))


def open_incidents(
    runtime: Runtime,
    actor: Actor,
    *,
    where: IncidentFilter = IncidentFilter(),
    after: int | None = None,
    size: int = 50,
) -> list[ListedIncident]:
    """List the open incidents of the actor's office and those below it, the oldest first.

    where: which of them. after: the id of the last one that was shown. Raises NotAllowed for anybody who is no operator.
    """
    check_role(actor)
    places = None if where.operation is None else elements_that_call(runtime, where.operation)
    return runtime.incidents.open(
        runtime.offices.seen_by(actor),
        service_key=where.service_key,
        code=where.code,
        since=where.since,
        places=places,
        after=after,
        size=size,
    )


def with_ids(runtime: Runtime, actor: Actor, ids: Collection[int]) -> list[ListedIncident]:
    """List those of some incidents that are open and of the actor's offices; raises as open_incidents does."""
    check_role(actor)
    return runtime.incidents.open_among(runtime.offices.seen_by(actor), ids)


def open_codes(runtime: Runtime, actor: Actor) -> list[str]:
    """List the codes of what open_incidents lists, among the oldest so many; raises as that does."""
    check_role(actor)
    return runtime.incidents.codes(runtime.offices.seen_by(actor), MAX_CODED)


def elements_that_call(runtime: Runtime, operation: str) -> list[tuple[str, str]]:
    """List where the newest versions of services ask for an operation, as (service key, element id).

    `sms.send` and `mail.send` are what notices go by: every element that writes one is meant.
    """
    wanted = operation in deliveries.OPERATIONS.values()
    return [
        (key, element.id)
        for key, (_id, definition) in runtime.catalogue.services().items()
        for element in definition.elements.values()
        if (element.call is not None and element.call.operation == operation)
        or (wanted and element.notice is not None)
    ]


def count_open(runtime: Runtime, actor: Actor) -> int | None:
    """Count what open_incidents lists, up to a hundred; None for somebody who may not list it."""
    return runtime.incidents.count(runtime.offices.seen_by(actor)) if is_operator(actor) else None


def read_incident(runtime: Runtime, incident_id: int, actor: Actor) -> IncidentView:
    """Give an open incident; raises NotFound, NotAllowed as retry does, InvalidState when it is resolved."""
    listed = runtime.incidents.find(incident_id)
    if listed is None:
        raise NotFound("Expected an incident with that id, but there is none", code="incident_unknown")
    row, tasks = _load(runtime, listed.process_instance_id)
    definition = runtime.catalogue.get(row.definition_id)
    _check_actor(runtime, row, definition, actor, work=True)
    if listed.state != "open":
        raise _resolved()
    view = IncidentView(listed, definition, "delivery", is_operator(actor))
    if listed.number < 0:
        delivery = _delivery(runtime, row.id, listed.number, actor, work=True)
        return replace(view, message=deliveries.open_message(runtime, delivery))
    case = open_case(runtime, row, tasks)
    asked = corrections.input_of(case, listed.number)
    wanted = spiff.parameters(case.workflow, listed.number)
    if wanted is None:
        return replace(view, kind="token" if asked else "clock", input=asked)
    codes = tuple(sorted(spiff.caught_codes(case.workflow, listed.number)))
    answers = runtime.operation(wanted[0])
    return replace(view, kind="call", input=asked, operation=wanted[0], answers=answers, codes=codes)


def _run_again(case: Case, number: int) -> tuple[int, ...]:
    """Run a stuck element; gives its number when it failed again, but for another reason."""
    before = case.workflow.stuck.get(number)
    if before is None:
        return ()
    spiff.retry(case.workflow, number)
    after = case.workflow.stuck.get(number)
    return (number,) if after is not None and after.message != before.message else ()


def _checked_answer(runtime: Runtime, operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    found = runtime.operation(operation)
    if found is None:
        raise InvalidState(
            f"Expected to know the shape of an answer of {operation}, but no connector says it",
            code="answer_unknown",
        )
    try:
        checked: dict[str, Any] = found.checked_answer(operation.partition(".")[0], dict(answer))
    except ConnectorError as exc:
        raise InvalidInput(str(exc), code="answer_wrong") from exc
    checked_value(checked, operation)
    return checked


def _checked_recipient(runtime: Runtime, row: DeliveryRow, changes: Mapping[str, Any]) -> str:
    kind = "phone" if row.channel == "sms" else "email"
    field = {"type": "textfield", "key": "to", "validate": {"required": True, "validationType": kind}}
    answers = forms.read_answers({"components": [field]}, changes, {}, lambda _text, _variables: None)
    if answers.problems or changes.keys() != {"to"}:
        raise InvalidInput(
            f"Expected a recipient by {row.channel}, but it is none",
            code="form_invalid",
            problems=answers.problems,
        )
    to = str(answers.values["to"])
    if to == deliveries.open_message(runtime, row).to:
        raise InvalidInput("Expected another recipient than before", code="nothing_changed")
    return to


def _delivery(
    runtime: Runtime, process_instance_id: int, number: int, actor: Actor, *, work: bool = False
) -> DeliveryRow:
    """Give the notice of an incident, once it is known that the actor may see to it."""
    row, _tasks = _load(runtime, process_instance_id)
    _check_actor(runtime, row, runtime.catalogue.get(row.definition_id), actor, work=work)
    found = runtime.deliveries.by_number(process_instance_id, -number)
    if found is None:
        raise _resolved()
    return found


def _load(runtime: Runtime, process_instance_id: int) -> Any:
    found = runtime.steps.load(process_instance_id)
    if found is None:
        raise NotFound("Expected a case with that id, but there is none", code="case_unknown")
    return found


def _check_actor(
    runtime: Runtime, row: InstanceRow, definition: Definition, actor: Actor, *, work: bool = False
) -> None:
    """Raise NotFound for a case of another office, NotAllowed without the right.

    work: whoever works on cases of the service may, too.
    """
    if not runtime.offices.sees(actor, row.office_id):
        raise NotFound("Expected a case of your office with that id, but there is none", code="case_unknown")
    if not (work and may_retry(runtime, row, definition, actor)):
        check_role(actor)


def _check_open(case: Case, number: int) -> None:
    if number not in case.state.incidents:
        raise _resolved()


def _resolved() -> InvalidState:
    return InvalidState("Expected an open incident, but it has been resolved", code="incident_resolved")
