"""Sends supervisors mails about alerts: in business hours only, in the background, the same words at every try."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from engine import calls, clocks, codec
from engine.errors import InvalidState
from engine.ports import ConnectorError
from engine.state import to_ms
from engine.store.jobs import TryAgain

if TYPE_CHECKING:
    from datetime import datetime

    from engine.calendar import Calendar
    from engine.runtime import Runtime
    from engine.store.alert_mails import AlertMailRow, MailTroubles
    from engine.store.jobs import DueJob
    from engine.store.people import PersonRow

GATHER = timedelta(minutes=5)
"""How long a mail waits for what else comes up."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=8)
MAX_TRIES = 12
"""With waits that double from FIRST_WAIT up to LONGEST_WAIT, those outside business hours until the next morning."""
TIMEOUT_S = 20.0
MAX_LINES = 50
"""How many alerts a mail names; the rest it counts."""
FAILED_WITHIN = timedelta(days=1)
LATE_AFTER = timedelta(minutes=10)
OPERATION = "mail.send"


def due_moment(calendar: Calendar, now: datetime) -> datetime:
    """Say when a mail goes that is opened now."""
    return in_business_hours(calendar, now + GATHER)


def in_business_hours(calendar: Calendar, moment: datetime) -> datetime:
    """Give the moment itself when it is in business hours, else GATHER after the next opening.

    Warnings call at the opening itself: they come into the mail that was held until then.
    """
    opening = clocks.business_hour(moment, calendar)
    return moment if opening == moment else opening + GATHER


def send(runtime: Runtime, job: DueJob) -> None:
    """Send the mail of a job, outside any transaction, and keep what became of it.

    Raises TryAgain to be called later, InvalidState (`alert_mail_gone`) when nothing waits to be sent any more.
    """
    mail_id, now = int(job.target), runtime.clock.now()
    mail = runtime.alert_mails.find(mail_id)
    if mail is None or mail.state not in {"waiting", "sending"}:
        raise InvalidState("Expected a mail that still waits to be sent", code="alert_mail_gone")
    opening = in_business_hours(runtime.calendar, now)
    if opening > now:
        runtime.alert_mails.put_off(mail_id, to_ms(opening))
        raise TryAgain(opening)
    runtime.alert_mails.close(mail_id)
    person = runtime.people.person(person_id=mail.person_id)
    tries = mail.attempts + 1
    if person is None or not person.active or not person.email:
        runtime.alert_mails.give_up(mail_id, tries, "address_missing", "The person has no address any more")
        return
    try:
        calls.ask(
            runtime,
            OPERATION,
            _words(runtime, mail, person),
            idempotency_key=f"alert-mail-{mail_id}",
            timeout_s=TIMEOUT_S,
            process_instance_id=job.process_instance_id,
        )
    except ConnectorError as exc:
        _take_failure(runtime, mail_id, tries, exc)
    else:
        runtime.alert_mails.note_sent(mail_id, tries, runtime.now_ms())


def troubles(runtime: Runtime) -> MailTroubles:
    """Count the mails that were given up within a day, that are tried again, and that should long be sent."""
    now = runtime.clock.now()
    return runtime.alert_mails.troubles(
        failed_since=to_ms(now - FAILED_WITHIN), due_before=to_ms(now - LATE_AFTER)
    )


def _words(runtime: Runtime, mail: AlertMailRow, person: PersonRow) -> dict[str, str]:
    """Give what is sent, and keep it before it is: the other side takes one key for one message."""
    place = f"alert_mail:{mail.id}"
    if mail.sealed_content is None:
        content = runtime.alert_mails.content(mail.id, MAX_LINES)
        subject, text = runtime.mail_words(person.language, content)
        written = codec.dump_values({"to": person.email, "subject": subject, "text": text})
        sealed = runtime.alert_mails.fix_words(mail.id, runtime.sealer.seal(written, place))
    else:
        sealed = mail.sealed_content
    kept: dict[str, str] = codec.load_values(runtime.sealer.open(sealed, place))
    return kept


def _take_failure(runtime: Runtime, mail_id: int, tries: int, error: ConnectorError) -> None:
    """Try again later, or give up; a connector that is not set up yet may still come."""
    for_good = error.permanent and error.code != "connector_missing"
    if for_good or tries >= MAX_TRIES:
        runtime.alert_mails.give_up(mail_id, tries, error.code, str(error))
        return
    wait = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    following = in_business_hours(runtime.calendar, runtime.clock.now() + wait)
    runtime.alert_mails.note_failure(mail_id, tries, error.code, str(error), to_ms(following))
    raise TryAgain(following)
