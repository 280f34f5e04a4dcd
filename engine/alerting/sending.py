"""Sends mails and short messages about alerts: in business hours only, in the background, the same words at every try."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from engine import calls, clocks, codec
from engine.alerting import phones
from engine.alerting.recipients import SUPERVISOR
from engine.errors import InvalidState
from engine.ports import ConnectorError
from engine.state import to_ms
from engine.store.alert_messages import MAIL, SMS
from engine.store.jobs import TryAgain

if TYPE_CHECKING:
    from datetime import datetime

    from engine.calendar import Calendar
    from engine.runtime import Runtime
    from engine.store.alert_messages import AlertMessageRow, MessageTroubles
    from engine.store.jobs import DueJob
    from engine.store.people import PersonRow

GATHER = timedelta(minutes=5)
"""How long a message waits for what else comes up."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=8)
MAX_TRIES = 12
"""With waits that double from FIRST_WAIT up to LONGEST_WAIT, those outside business hours until the next morning."""
TIMEOUT_S = 20.0
MAX_LINES = 50
"""How many alerts a mail names; the rest it counts."""
FAILED_WITHIN = timedelta(days=1)
LATE_AFTER = timedelta(minutes=10)
OPERATIONS = {MAIL: "mail.send", SMS: "sms.send"}
RECEIPTS = {MAIL: "message_id", SMS: "message_no"}
"""Where an answer says what the other side calls a message."""
MAX_RECEIPT = 200
MOST_SMS = 3
"""How many short messages a person gets on a day at most; what comes up after them waits for the next one."""
MAX_SMS_LINES = 2
"""How many alerts a short message names; the rest it counts."""
MAX_SMS_CHARACTERS = 200


def due_moment(calendar: Calendar, now: datetime) -> datetime:
    """Say when a message goes that is opened now."""
    return in_business_hours(calendar, now + GATHER)


def in_business_hours(calendar: Calendar, moment: datetime) -> datetime:
    """Give the moment itself when it is in business hours, else GATHER after the next opening.

    Warnings call at the opening itself: they come into the message that was held until then.
    """
    opening = clocks.business_hour(moment, calendar)
    return moment if opening == moment else opening + GATHER


def send(runtime: Runtime, job: DueJob) -> None:
    """Send the message of a job, outside any transaction, and keep what became of it.

    Raises TryAgain to be called later, InvalidState (`alert_message_gone`) when nothing waits to be sent any more.
    """
    message_id, now = int(job.target), runtime.clock.now()
    message = runtime.alert_messages.find(message_id)
    if message is None or message.state not in {"waiting", "sending"}:
        raise InvalidState("Expected a message that still waits to be sent", code="alert_message_gone")
    opening = in_business_hours(runtime.calendar, now)
    if opening > now:
        runtime.alert_messages.put_off(message_id, to_ms(opening))
        raise TryAgain(opening)
    tries = message.attempts + 1
    runtime.alert_messages.begin(message_id, tries)
    person = runtime.people.person(person_id=message.person_id)
    words = None if person is None or not person.active else _words(runtime, message, person)
    if words is None:
        why = "The person has no address any more"
        runtime.alert_messages.give_up(message_id, "address_missing", why)
        return
    try:
        answer = calls.ask(
            runtime,
            OPERATIONS[message.channel],
            words,
            idempotency_key=f"alert-message-{message_id}",
            timeout_s=TIMEOUT_S,
            process_instance_id=job.process_instance_id,
        )
    except ConnectorError as exc:
        _take_failure(runtime, message_id, tries, exc)
    else:
        receipt = str(answer.get(RECEIPTS[message.channel]) or "") if isinstance(answer, dict) else ""
        runtime.alert_messages.note_sent(message_id, runtime.now_ms(), receipt[:MAX_RECEIPT])


def troubles(runtime: Runtime) -> MessageTroubles:
    """Count the messages that were given up within a day, that are tried again, and that should long be sent."""
    now = runtime.clock.now()
    return runtime.alert_messages.troubles(
        failed_since=to_ms(now - FAILED_WITHIN), due_before=to_ms(now - LATE_AFTER)
    )


def _words(runtime: Runtime, message: AlertMessageRow, person: PersonRow) -> dict[str, str] | None:
    """Give what is sent, and keep it before it is: the other side takes one key for one message.

    None where there is nothing to send it to.
    """
    place = f"alert_message:{message.id}"
    sealed = message.sealed_content
    if sealed is None:
        to = phones.phone_of(runtime, person.id) if message.channel == SMS else person.email
        if not to:
            return None
        written = codec.dump_values(_written(runtime, message, person, to))
        sealed = runtime.alert_messages.fix_words(message.id, runtime.sealer.seal(written, place))
    kept: dict[str, str] = codec.load_values(runtime.sealer.open(sealed, place))
    return kept


def _written(runtime: Runtime, message: AlertMessageRow, person: PersonRow, to: str) -> dict[str, str]:
    if message.channel == SMS:
        digest = runtime.alert_messages.content(message.id, SMS, MAX_SMS_LINES)
        return {"to": to, "text": runtime.sms_words(person.language, digest)[:MAX_SMS_CHARACTERS]}
    digest = runtime.alert_messages.content(message.id, MAIL, MAX_LINES)
    digest = replace(digest, supervises=SUPERVISOR in person.roles.split())
    subject, text = runtime.mail_words(person.language, digest)
    return {"to": to, "subject": subject, "text": text}


def _take_failure(runtime: Runtime, message_id: int, tries: int, error: ConnectorError) -> None:
    """Try again later, or give up; a connector that is not set up yet may still come."""
    for_good = error.permanent and error.code != "connector_missing"
    if for_good or tries >= MAX_TRIES:
        runtime.alert_messages.give_up(message_id, error.code, str(error))
        return
    wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    following = in_business_hours(runtime.calendar, runtime.clock.now() + wait)
    runtime.alert_messages.note_failure(message_id, error.code, str(error), to_ms(following))
    raise TryAgain(following)
