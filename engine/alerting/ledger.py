"""Who was told of which alert, when, by what, with what result: per case for supervisors, per message for operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import NotAllowed
from engine.operators import check_role
from engine.store.alert_ledger import CHANNELS, STATES

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.alert_ledger import RaisedAlert, SentMessage, ToldMachine, ToldPerson

MAX_PAGE = 200
SUPERVISING = frozenset({"supervisor", "operator", "admin", "auditor"})


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who was told of an alert, with the messages that carried it."""

    person: ToldPerson
    messages: tuple[SentMessage, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert with everybody and every machine that was told of it."""

    alert: RaisedAlert
    people: tuple[Told, ...]
    machines: tuple[ToldMachine, ...]


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages, the newest first, each with the number of its alerts. before: where the next page begins."""

    messages: tuple[tuple[SentMessage, int], ...]
    before: int | None


def may_read(actor: Actor) -> bool:
    """Say whether somebody may see who was told of the alerts of the cases that they see."""
    return actor.person_id is not None and bool(SUPERVISING & actor.roles)


def of_case(runtime: Runtime, actor: Actor, process_instance_id: int) -> list[Entry]:
    """List a case's alerts, the newest first, with all who were told; nothing of a case of another office.

    Raises NotAllowed (`not_a_supervisor`) for anybody without one of SUPERVISING.
    """
    _check(actor)
    seen = set(runtime.offices.seen_by(actor))
    alerts = [one for one in runtime.alert_ledger.of_case(process_instance_id) if one.office_id in seen]
    return _entries(runtime, alerts)


def unheard(
    runtime: Runtime, actor: Actor, *, before: int | None = None, size: int = 50
) -> list[RaisedAlert]:
    """List the alerts whose rule found nobody, of the actor's office and below, the newest first; raises as of_case."""
    _check(actor)
    offices = runtime.offices.seen_by(actor)
    return runtime.alert_ledger.unheard(offices, before=before, size=min(size, MAX_PAGE))


def messages(
    runtime: Runtime,
    actor: Actor,
    *,
    channel: str | None = None,
    state: str | None = None,
    person_id: int | None = None,
    before: int | None = None,
    size: int = 50,
) -> MessagePage:
    """List messages to people of the actor's office and below, the newest first.

    Raises NotAllowed for anybody who is no operator.
    """
    check_role(actor)
    size = min(size, MAX_PAGE)
    found = runtime.alert_ledger.messages(
        channels=[channel] if channel in CHANNELS else CHANNELS,
        states=[state] if state in STATES else STATES,
        offices=runtime.offices.seen_by(actor),
        person_id=person_id,
        before=before,
        size=size + 1,
    )
    counts = runtime.alert_ledger.counts(found[:size])
    listed = tuple((one, counts.get(one.id, 0)) for one in found[:size])
    return MessagePage(listed, found[size - 1].id if len(found) > size else None)


def _entries(runtime: Runtime, alerts: list[RaisedAlert]) -> list[Entry]:
    ids = [alert.id for alert in alerts]
    if not ids:
        return []
    told, machines = runtime.alert_ledger.told(ids), runtime.alert_ledger.machines(ids)
    sent = runtime.alert_ledger.messages_of(
        {one for person in told for one in (person.mail_id, person.sms_id) if one is not None}
    )
    people: dict[int, list[Told]] = {}
    for person in told:
        carried = tuple(sent[one] for one in (person.mail_id, person.sms_id) if one in sent)
        people.setdefault(person.alert_id, []).append(Told(person, carried))
    return [
        Entry(
            alert,
            tuple(people.get(alert.id, ())),
            tuple(one for one in machines if one.alert_id == alert.id),
        )
        for alert in alerts
    ]


def _check(actor: Actor) -> None:
    if not may_read(actor):
        raise NotAllowed("Expected a supervisor or an operator", code="not_a_supervisor")
