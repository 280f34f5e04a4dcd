"""Sends notices in the background and keeps what became of them; never holds a case up, ended ones neither.

A delivery that waits has a job with its own id. What becomes of it is written under the case's row version
with a link of the history; the words stay in the delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine import calls, codec
from engine.errors import InvalidState, NotFound
from engine.instances import note
from engine.notifying import job_of, sealing_place
from engine.people import SYSTEM
from engine.ports import ConnectorError
from engine.state import to_ms
from engine.store.jobs import TryAgain
from engine.store.rows import DeliveryRow, IncidentRow, Saved

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.jobs import DueJob

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=8)
MAX_TRIES = 12
"""With waits that double from FIRST_WAIT up to LONGEST_WAIT, the last try comes a day after the first."""
TIMEOUT_S = 20.0
OPERATIONS = {"sms": "sms.send", "mail": "mail.send"}


@dataclass(frozen=True, slots=True)
class Message:
    """A delivery, opened. `to` is empty when the recipient could not be worked out, `text` when the words could not."""

    row: DeliveryRow
    to: str
    subject: str
    text: str
    language: str
    corrected: int
    """How often the recipient was corrected; the other side tells the messages apart by it."""


def open_message(runtime: Runtime, row: DeliveryRow) -> Message:
    """Unseal a delivery."""
    content = codec.load_values(runtime.sealer.open(row.sealed_content, sealing_place(row.id)))
    return Message(
        row,
        content["to"],
        content.get("subject", ""),
        content.get("text", ""),
        content.get("language", ""),
        content["corrected"],
    )


def send(runtime: Runtime, job: DueJob) -> None:
    """Send the notice of a job, outside any transaction, and keep that it was sent.

    Raises TryAgain to be called later, InvalidState (`delivery_gone`) when nobody waits for it any more.
    """
    row = runtime.deliveries.find(int(job.target))
    if row is None or row.state != "waiting":
        raise InvalidState("Expected a notice that still waits to be sent", code="delivery_gone")
    message = open_message(runtime, row)
    key = f"delivery-{row.id}" + (f"-c{message.corrected}" if message.corrected else "")
    try:
        calls.ask(
            runtime,
            OPERATIONS[row.channel],
            _parameters(message),
            idempotency_key=key,
            timeout_s=TIMEOUT_S,
            process_instance_id=row.process_instance_id,
        )
    except ConnectorError as exc:
        _take_failure(runtime, row, job.attempts + 1, exc)
        return
    sent = {"state": "sent", "sent_at": runtime.now_ms(), "attempts": job.attempts + 1}
    _settle(runtime, row, "waiting", SYSTEM, "notice_sent", _said(row), sent)


def retry(runtime: Runtime, delivery_id: int, actor: Actor, reason: str | None = None) -> None:
    """Send a notice again that could not be sent. reason: stands in the history where there is one.

    Raises NotFound, InvalidState (`incident_resolved`) for one that has not failed, or (`not_sendable`)
    where the recipient or the words could not be worked out.
    """
    row = _found(runtime, delivery_id)
    message = open_message(runtime, row)
    if not message.to:
        raise InvalidState("Expected a notice with a recipient, but it has none", code="not_sendable")
    _check_words(message)
    payload = {"number": -row.number, **_said(row)}
    if reason is not None:
        payload["reason"] = reason.strip()
    _settle(runtime, row, "failed", actor, "incident_retried", payload, _WAITING)
    runtime.wake()


def correct(runtime: Runtime, delivery_id: int, actor: Actor, to: str, reason: str) -> None:
    """Send a notice that could not be sent to another, checked recipient; raises as retry does."""
    row = _found(runtime, delivery_id)
    message = open_message(runtime, row)
    _check_words(message)
    content = {
        "to": to,
        "subject": message.subject,
        "text": message.text,
        "language": message.language,
        "corrected": message.corrected + 1,
    }
    sealed = runtime.sealer.seal(codec.dump_values(content), sealing_place(row.id))
    payload = {
        "number": -row.number,
        "reason": reason,
        "changes": {"to": {"before": message.to or None, "after": to}},
        **_said(row),
    }
    _settle(runtime, row, "failed", actor, "input_corrected", payload, {**_WAITING, "sealed_content": sealed})
    runtime.wake()


def close(runtime: Runtime, delivery_id: int, actor: Actor, reason: str) -> None:
    """Keep that the person was told in another way; raises as retry does."""
    row = _found(runtime, delivery_id)
    payload = {"number": -row.number, "reason": reason, **_said(row)}
    _settle(runtime, row, "failed", actor, "incident_settled", payload, {"state": "told"})


_WAITING: Mapping[str, Any] = {"state": "waiting", "attempts": 0, "code": None, "message": None}


def _parameters(message: Message) -> dict[str, Any]:
    if message.row.channel == "sms":
        return {"to": message.to, "text": message.text}
    return {"to": message.to, "subject": message.subject, "text": message.text}


def _take_failure(runtime: Runtime, row: DeliveryRow, tries: int, error: ConnectorError) -> None:
    """Try again later, or raise an incident; a connector that is not set up yet may still come."""
    for_good = error.permanent and error.code != "connector_missing"
    if not for_good and tries < MAX_TRIES:
        raise TryAgain(runtime.clock.now() + min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT))
    failure = {"code": error.code, "message": str(error), "attempts": tries}
    raised = IncidentRow(
        runtime.ids.next(),
        -row.number,
        row.element_id,
        error.code,
        str(error),
        runtime.now_ms(),
        tries,
    )
    event = {
        "type": "incident_raised",
        "incident": raised.id,
        "element": row.element_id,
        "code": error.code,
        "message": str(error),
    }
    payload = {**_said(row), **failure, "events": [event]}
    _settle(runtime, row, "waiting", SYSTEM, "notice_failed", payload, {"state": "failed", **failure}, raised)


def _settle(
    runtime: Runtime,
    row: DeliveryRow,
    state: str,
    actor: Actor,
    event: str,
    payload: dict[str, Any],
    changes: Mapping[str, Any],
    raised: IncidentRow | None = None,
) -> None:
    """Write what became of a delivery that is in a state, with its job and its incident, into its case.

    Read again under the case's row version, so that of two that settle it one is refused.
    """

    def amend(saved: Saved) -> None:
        now = runtime.deliveries.find(row.id)
        if now is None or now.state != state:
            code = "delivery_gone" if state == "waiting" else "incident_resolved"
            raise InvalidState("Expected a notice as it was, but somebody else has settled it", code=code)
        changed = replace(now, **changes)
        saved.deliveries_changed = [changed]
        if changed.state == "waiting":
            saved.jobs_added = [job_of(changed, to_ms(runtime.clock.now()))]
        elif state == "waiting":
            saved.jobs_removed = [row.id]
        if raised is not None:
            saved.incidents_raised = [raised]
        elif state == "failed":
            saved.incidents_resolved = runtime.incidents.open_at(row.process_instance_id, -row.number)
            saved.resolved_by = actor.person_id

    note(runtime, row.process_instance_id, actor, event, payload, element_id=row.element_id, amend=amend)


def _found(runtime: Runtime, delivery_id: int) -> DeliveryRow:
    row = runtime.deliveries.find(delivery_id)
    if row is None:
        raise NotFound("Expected a notice with that id, but there is none", code="delivery_unknown")
    return row


def _check_words(message: Message) -> None:
    if not message.text:
        raise InvalidState(
            "Expected a notice with words, but they could not be worked out; tell the person in another way",
            code="not_sendable",
        )


def _said(row: DeliveryRow) -> dict[str, Any]:
    """Give what the history says of a delivery: never its words nor whom they went to."""
    return {"delivery": row.id, "notice": row.notice, "channel": row.channel}
