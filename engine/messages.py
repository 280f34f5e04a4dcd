"""Messages that come in for a case, from a person or an outside system: deliver one to the place that waits for it.

What comes from outside counts once, whatever becomes of it; what nobody waits for is kept for a while where the
message has a time to live, else by the history alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import message_keeping, spiff
from engine.case import Case
from engine.deed import Deed
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.instances import advance, note
from engine.people import SYSTEM, rights_among
from engine.state import to_ms
from engine.store.rows import KeptMessage
from engine.user_tasks import checked_answers
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.definitions.declarations import MessageDeclaration
    from engine.people import Actor
    from engine.ports import Inbound
    from engine.runtime import Runtime
    from engine.store.rows import InstanceRow, Saved, UserTaskRow

_REFERENCE = re.compile(r"(\d{1,19})-(\d{1,10})(?:-.*)?")
_MAX_ID = 2**63 - 1
_LONGEST_SHOWN = 64


def correlate(
    runtime: Runtime, message_name: str, process_instance_id: int, actor: Actor, answers: Mapping[str, Any]
) -> str:
    """Deliver a message to a case with the raw answers to its form, and give what became of it.

    That is `delivered`, or `kept` where the case does not wait for it now and the message has a time to live.
    Raises NotFound for an unknown case or message, NotAllowed for a person outside its groups, InvalidInput
    when an answer breaks a rule, InvalidState when the case does not wait for the message now.
    """

    def act(case: Case) -> tuple[Deed, str]:
        declaration = _declaration(case.definition, message_name)
        rights = _rights(runtime, actor, declaration.groups, case.row.office_id)
        if not rights:
            raise NotAllowed(f"Expected somebody of {', '.join(declaration.groups)}", code="not_in_group")
        values = checked_answers(case, declaration.form, answers, {})
        payload = {"message": message_name, "answers": values}
        if spiff.deliver_message(case.workflow, message_name, values):
            return Deed("message_correlated", actor, payload=payload, on_behalf=rights[0]), "delivered"
        if declaration.time_to_live is None:
            raise InvalidState(
                "Expected a case that waits for this message, but it does not", code="not_awaited"
            )
        kept = _kept(case, declaration, values, ("person", str(actor.person_id)))
        return Deed("message_kept", actor, payload=payload, on_behalf=rights[0], keeps=(kept,)), "kept"

    return advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def receive(runtime: Runtime, source: str, inbound: Inbound) -> str:
    """Take in what an outside system says, and give what became of it: `delivered`, `double`, `kept` or `late`.

    Kept is what nobody waits for yet, where the message has a time to live: the case takes it when it comes to
    wait for it, and closes it when the time is over or the case ends.

    Its content becomes variables of the case, as a form's answers do. Late is what nobody waits for: the
    place is past, `linbang:matches` is not true, the case has ended; the history alone keeps it. A double
    changes nothing at all. Raises NotFound for a reference that names no case and for a message that its
    service does not have, InvalidInput for content that no case can hold, InvalidState (`too_early`) while
    the very call that it answers is still under way: the other side has to come again. Busy as every step.
    """
    process_instance_id, number = _named(inbound.reference)
    content = checked_variables(dict(inbound.content))
    incoming = _Incoming(runtime, source, inbound, process_instance_id, number, content)
    try:
        return incoming.take_in()
    except _DoubleError:
        return "double"


def awaited(case: Case) -> list[str]:
    """List the names of the messages that a case waits for now."""
    waiting = spiff.resting(case.workflow).values()
    names = {event.name for item in waiting for event in item.waits if isinstance(event, spiff.MessageEvent)}
    return sorted(names)


def sendable(case: Case, actor: Actor) -> list[str]:
    """List the names of the messages that a case waits for now and that a person may hand in."""
    declared = case.definition.messages
    groups = {name: declared[name].groups for name in awaited(case) if name in declared}
    return [
        name for name, of in groups.items() if of and may_send(case.runtime, actor, of, case.row.office_id)
    ]


def may_send(runtime: Runtime, actor: Actor, groups: tuple[str, ...], case_office: int) -> bool:
    """Say whether a person may hand a message in; the application itself always may."""
    return bool(_rights(runtime, actor, groups, case_office))


def _rights(runtime: Runtime, actor: Actor, groups: tuple[str, ...], case_office: int) -> list[int | None]:
    if actor.person_id is None:
        return [None]
    return rights_among(actor, runtime.groups, runtime.offices, groups, case_office)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A message from outside on its way into a case. number: of the task whose call it answers."""

    runtime: Runtime
    source: str
    inbound: Inbound
    process_instance_id: int
    number: int
    content: dict[str, Any]

    def take_in(self) -> str:
        """Deliver it, or write down that it came too late; raises _DoubleError when it came before."""
        try:
            return advance(self.runtime, self._load, self._act)
        except InvalidState as exc:
            if not isinstance(exc, _LateError) and exc.code != "case_ended":
                raise
        note(
            self.runtime,
            self.process_instance_id,
            SYSTEM,
            "message_late",
            self._payload(),
            amend=self._count,
        )
        return "late"

    def _load(self) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        self._refuse_double()
        found = self.runtime.steps.load(self.process_instance_id)
        if found is not None:
            definition = self.runtime.catalogue.get(found[0].definition_id)
            _declaration(definition, self.inbound.message)
        return found

    def _act(self, case: Case) -> tuple[Deed, str]:
        call = spiff.resting(case.workflow).get(self.number)
        if call is not None and call.kind == "call":
            raise InvalidState(
                "Expected the answer to the call first, but the call is still under way; please come again",
                code="too_early",
            )
        name, key = self.inbound.message, (self.source, self.inbound.id)
        declaration = _declaration(case.definition, name)

        def fits(variables: Mapping[str, Any]) -> bool:
            return message_keeping.fits(case, case.definition, name, self.content, variables)

        if spiff.deliver_message(case.workflow, name, self.content, fits):
            return Deed("message_correlated", SYSTEM, payload=self._payload(), inbound=key), "delivered"
        if declaration.time_to_live is None:
            raise _LateError
        kept = _kept(case, declaration, self.content, key)
        return Deed("message_kept", SYSTEM, payload=self._payload(), inbound=key, keeps=(kept,)), "kept"

    def _count(self, saved: Saved) -> None:
        self._refuse_double()
        saved.inbound = (self.source, self.inbound.id)

    def _refuse_double(self) -> None:
        if self.runtime.steps.was_received(self.source, self.inbound.id):
            raise _DoubleError

    def _payload(self) -> dict[str, Any]:
        return {
            "message": self.inbound.message,
            "answers": self.content,
            "source": self.source,
            "id": self.inbound.id,
        }


class _DoubleError(Exception):
    """It was taken in before."""


class _LateError(InvalidState):
    """Expected a place that waits for this very message, but there is none."""

    code = "message_late"


def _kept(
    case: Case, declaration: MessageDeclaration, values: Mapping[str, Any], sender: tuple[str, str]
) -> KeptMessage:
    """Give the row of a message that waits for the case; raises InvalidState when too many do already."""
    if len(case.state.kept) >= message_keeping.MAX_KEPT:
        raise InvalidState(
            f"Expected at most {message_keeping.MAX_KEPT} messages that wait for a case", code="too_many_kept"
        )
    runtime = case.runtime
    message_id = runtime.ids.next()
    return KeptMessage(
        id=message_id,
        name=declaration.name,
        place=message_keeping.place_of_case(case.row.id),
        process_instance_id=case.row.id,
        sender_id=None,
        source=sender[0],
        number=sender[1],
        state="waiting",
        sealed_content=message_keeping.sealed(runtime, message_id, values),
        created_at=to_ms(case.now),
        expires_at=message_keeping.expiry(runtime, declaration.time_to_live, case.now),
    )


def _named(reference: str) -> tuple[int, int]:
    """Give the case that a reference names, and the number of the task that asked."""
    found = _REFERENCE.fullmatch(reference)
    if found is None or int(found[1]) > _MAX_ID:
        raise NotFound("Expected the key of a call of ours, but there was none", code="reference_unknown")
    return int(found[1]), int(found[2])


def _declaration(definition: Definition, message_name: str) -> MessageDeclaration:
    found = definition.messages.get(message_name)
    if found is None:
        raise NotFound(
            f"Expected a message of this service, but {message_name[:_LONGEST_SHOWN]!r} is none",
            code="message_unknown",
        )
    return found
