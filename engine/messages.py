"""Messages that come in for a case: deliver one to the place that waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import spiff
from engine.case import Case
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.instances import advance
from engine.outcome import Deed
from engine.user_tasks import checked_answers

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime


def correlate(
    runtime: Runtime, message_name: str, process_instance_id: int, actor: Actor, answers: Mapping[str, Any]
) -> None:
    """Deliver a message to a case with the raw answers to its form.

    Raises NotFound for an unknown case or message, NotAllowed for a person outside its groups, InvalidInput
    when an answer breaks a rule, InvalidState when the case does not wait for the message now.
    """

    def act(case: Case) -> tuple[Deed, None]:
        declaration = case.definition.messages.get(message_name)
        if declaration is None:
            raise NotFound(
                f"Expected a message of this service, but {message_name!r} is none", code="message_unknown"
            )
        if not may_send(runtime, actor, declaration.groups, case.row.office_id):
            raise NotAllowed(f"Expected somebody of {', '.join(declaration.groups)}", code="not_in_group")
        values = checked_answers(case, declaration.form, answers, {})
        if not spiff.deliver_message(case.workflow, message_name, values):
            raise InvalidState(
                "Expected a case that waits for this message, but it does not", code="not_awaited"
            )
        return Deed("message_correlated", actor, payload={"message": message_name, "answers": values}), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def awaited(case: Case) -> list[str]:
    """List the names of the messages that a case waits for now."""
    waiting = spiff.resting(case.workflow).values()
    names = {event.name for item in waiting for event in item.waits if isinstance(event, spiff.MessageEvent)}
    return sorted(names)


def may_send(runtime: Runtime, actor: Actor, groups: tuple[str, ...], case_office: int) -> bool:
    """Say whether a person may hand a message in; the application itself always may."""
    if actor.person_id is None:
        return True
    return any(
        actor.in_group(group, runtime.offices.at_level(case_office, runtime.groups[group].level))
        for group in groups
    )
