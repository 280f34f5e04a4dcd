"""Alerts in words: on the page for whoever looks, and as the text of a mail in its reader's language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import ngettext

from engine import clocks
from engine.state import from_ms
from engine.store.rows import BREACH
from webui import language as languages

from .common import DueWords, due_words, limit_words, moment_words, service_name
from .incidents import failure_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.calendar import Calendar
    from engine.definitions import Definition
    from engine.runtime import Runtime
    from engine.store.alert_mails import AlertLine, AlertMail
    from engine.store.alerts import ListedAlert

OVERDUE, UNREAD = "/desk/work?standing=late", "/alerts/?unread=1"
"""Where a mail leads besides to its cases."""
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Tag:
    """A few words and how they look: `late`, `soon`, `good`, `rest` or `plain`; detail: a sentence more."""

    words: str
    look: str = "plain"
    detail: str = ""


def level_words(level: str) -> str:
    """Say what called: that the clock was missed, or how near its end is."""
    if level == BREACH:
        return str(_("Missed"))
    if level.endswith("%"):
        return str(_("%(share)s of the time is over", share=level))
    return str(_("%(limit)s before the end", limit=limit_words(level)))


def clock_name(definition: Definition, deadline_id: str) -> str:
    """Say what a clock is called."""
    return definition.texts.say(languages.language(), "deadlines", deadline_id)


def standing_of(
    alert: ListedAlert, definition: Definition, now: datetime, calendar: Calendar
) -> DueWords | Tag:
    """Say how the clock stands now: what is left, by how much it is late, or how it ended."""
    if alert.clock_due_at is None or alert.clock_state in {"handed_over", "cancelled"}:
        handed_over = alert.clock_state == "handed_over"
        return Tag(str(_("handed over") if handed_over else _("no longer needed")), "rest")
    ended = None if alert.clock_ended_at is None else from_ms(alert.clock_ended_at)
    if alert.clock_state == "breached" and ended is not None:
        return Tag(str(_("ended late")), "late", moment_words(ended, calendar))
    if alert.clock_state == "kept" and ended is not None:
        return Tag(str(_("kept")), "good", moment_words(ended, calendar))
    words = due_words(alert.clock_due_at, now, calendar)
    if alert.clock_state == "paused":
        return replace(words, state="paused")
    if _in_hours(definition, alert.deadline_id) and words.state != "none":
        seconds = abs((from_ms(alert.clock_due_at) - now).total_seconds())
        return replace(words, count=max(1, round(seconds / _HOUR_S)), unit="hours")
    return words


def mail_tag(alert: ListedAlert, calendar: Calendar) -> Tag:
    """Say whether and when the mail about an alert went."""
    due = moment_words(alert.mail_due_at, calendar) if alert.mail_due_at is not None else ""
    why = failure_words(alert.mail_code, alert.mail_message or "") if alert.mail_code else ""
    if alert.mail_state == "sent" and alert.mail_sent_at is not None:
        return Tag(str(_("sent")), "good", moment_words(alert.mail_sent_at, calendar))
    if alert.mail_state == "failed":
        return Tag(str(_("failed")), "late", why)
    if alert.mail_state == "sending" and why:
        return Tag(str(_("tried again")), "soon", f"{due} · {why}")
    if alert.mail_state in {"waiting", "sending"}:
        return Tag(str(_("goes at")), "rest", due)
    return Tag(str(_("no mail")))


def mail_words(runtime: Runtime, address: str, tag: str, mail: AlertMail) -> tuple[str, str]:
    """Give subject and text of a mail in a language. address: of the installation, for links.

    It names case numbers, clocks and due dates, and neither people nor what their cases are about.
    """
    with _speaking().app_context():
        g.language = tag if tag in languages.LANGUAGES else languages.LANGUAGES[0]
        counts = [
            ngettext("%(num)d clock missed", "%(num)d clocks missed", mail.missed) if mail.missed else "",
            ngettext("%(num)d warning", "%(num)d warnings", mail.warned) if mail.warned else "",
        ]
        told = _(", ").join(count for count in counts if count)
        subject = _("Linbang: %(counts)s", counts=told)
        return str(subject), "\n".join(_text(runtime, address, mail))


def _text(runtime: Runtime, address: str, mail: AlertMail) -> Iterator[str]:
    yield _("Overdue work: %(address)s", address=f"{address}{OVERDUE}")
    yield _("Unread alerts: %(address)s", address=f"{address}{UNREAD}")
    yield ""
    for (_service, level), lines in groupby(mail.lines, key=lambda line: (line.service_key, line.level)):
        some = list(lines)
        definition = runtime.catalogue.get(some[0].definition_id)
        yield _("%(service)s: %(level)s", service=service_name(definition), level=level_words(level))
        yield ""
        for line in some:
            yield from _line(runtime, address, line)
        yield ""
    more = mail.missed + mail.warned - len(mail.lines)
    if more > 0:
        yield ngettext("… and %(num)d more", "… and %(num)d more", more)
        yield ""
    yield _("You get this mail because you supervise the offices of these cases.")


def _line(runtime: Runtime, address: str, line: AlertLine) -> Iterator[str]:
    definition = runtime.catalogue.get(line.definition_id)
    due = moment_words(line.due_at, runtime.calendar)
    name = clock_name(definition, line.deadline_id)
    yield "  " + _("%(case)s: %(clock)s, due %(due)s", case=line.business_key, clock=name, due=due)
    yield f"    {address}/alerts/{line.id}/open"


def _in_hours(definition: Definition, deadline_id: str) -> bool:
    """Say whether a clock is declared in hours."""
    declared = definition.deadlines.get(deadline_id)
    if declared is None or declared.limit.startswith("="):
        return False
    return clocks.parse_limit(declared.limit).unit is clocks.Unit.HOUR


@cache
def _speaking() -> Flask:
    """Give an application that only knows words: mails are written where no page is drawn."""
    app = Flask("webui")
    languages.init_app(app)
    return app
