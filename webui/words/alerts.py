"""Alerts in words: on the page for whoever looks, and as the text of a message in its reader's language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext

from engine import clocks
from engine.definitions.alerts import AFTER, GROUP
from engine.state import from_ms
from engine.store.alert_messages import MAIL, SMS
from engine.store.announcing import is_late
from engine.store.rows import BREACH
from webui import language as languages

from .common import DueWords, day_words, due_words, group_name, limit_words, moment_words, service_name
from .incidents import failure_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from engine.calendar import Calendar
    from engine.definitions import Definition
    from engine.runtime import Runtime
    from engine.store.alert_ledger import SentMessage, ToldMachine
    from engine.store.alert_messages import AlertDigest, AlertLine
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
    if level.startswith(AFTER):
        return str(_("Late still, %(limit)s after", limit=limit_words(level.removeprefix(AFTER))))
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


@dataclass(frozen=True, slots=True)
class Carried:
    """How a message stands that carries alerts; times in milliseconds."""

    channel: str
    state: str
    due_at: int
    sent_at: int | None
    code: str | None
    message: str | None


def message_tags(alert: ListedAlert, calendar: Calendar) -> list[tuple[str, Tag]]:
    """Say by which messages an alert went to its reader, and whether and when they went."""
    found = []
    if alert.mail_state is not None:
        found.append(
            Carried(
                MAIL,
                alert.mail_state,
                alert.mail_due_at or 0,
                alert.mail_sent_at,
                alert.mail_code,
                alert.mail_message,
            )
        )
    if alert.sms_state is not None:
        found.append(
            Carried(
                SMS,
                alert.sms_state,
                alert.sms_due_at or 0,
                alert.sms_sent_at,
                alert.sms_code,
                alert.sms_message,
            )
        )
    return [(way_words(one.channel), carried_tag(one, calendar)) for one in found]


def carried_tag(one: Carried | SentMessage, calendar: Calendar) -> Tag:
    """Say whether and when a message about alerts went."""
    due = moment_words(one.due_at, calendar)
    why = failure_words(one.code, one.message or "") if one.code else ""
    if one.state == "sent" and one.sent_at is not None:
        return Tag(str(_("sent")), "good", moment_words(one.sent_at, calendar))
    if one.state == "failed":
        return Tag(str(_("given up")), "late", why)
    if one.state == "closed":
        return Tag(str(_("closed by hand")), "rest", why)
    if one.state == "sending" and why:
        return Tag(str(_("tried again")), "soon", f"{due} · {why}")
    return Tag(str(_("goes at")), "rest", due)


def machine_tag(one: ToldMachine, calendar: Calendar) -> Tag:
    """Say whether and when a machine was told of an alert."""
    if one.state == "sent" and one.sent_at is not None:
        return Tag(str(_("sent")), "good", moment_words(one.sent_at, calendar))
    if one.state in {"failed", "closed"}:
        return Tag(str(_("given up")), "late", one.message or "")
    tried = str(_("The address answered with status %(status)s.", status=one.status)) if one.status else ""
    look, words = ("soon", _("tried again")) if one.attempts else ("rest", _("goes at"))
    return Tag(
        str(words), look, " · ".join(part for part in (moment_words(one.due_at, calendar), tried) if part)
    )


def state_words(state: str) -> str:
    """Say in which state messages are, to choose them by."""
    return str(
        {
            "waiting": _("waiting"),
            "sending": _("being sent"),
            "sent": _("sent"),
            "failed": _("given up"),
            "closed": _("closed by hand"),
        }[state]
    )


def reached_words(reached: str | None) -> Tag:
    """Say whether an alert reached those whom its rule names."""
    if reached is None:
        return Tag(str(_("not announced yet")), "soon")
    if reached == "instead":
        return Tag(str(_("the rule found nobody")), "soon", str(_("Supervisors were told instead.")))
    if reached == "nobody":
        return Tag(str(_("nobody was told")), "late")
    if reached == "silent":
        return Tag(str(_("the rule tells nobody")), "rest")
    return Tag(str(_("told")), "good")


def rule_words(definition: Definition, rule: str | None) -> str:
    """Say which rule an alert went by."""
    clock, _comma, level = (rule or "").partition(", ")
    if not level:
        return ""
    said = str(_("every warning")) if level == "warning" else level_words(level)
    if clock == "built in":
        return str(_("the rule that counts where nothing is written: %(level)s", level=said))
    if clock == "default":
        return str(_("the rule of the service for every clock: %(level)s", level=said))
    return str(_("the rule of “%(clock)s”: %(level)s", clock=clock_name(definition, clock), level=said))


def way_words(way: str) -> str:
    """Say by which way somebody is told."""
    return str({"page": _("Page"), MAIL: _("E-mail"), SMS: _("Short message")}[way])


def who_words(runtime: Runtime, who: str) -> str:
    """Say as what somebody hears of an alert."""
    if who.startswith(GROUP):
        return group_name(runtime.groups, who.removeprefix(GROUP))
    return str(_WHO.get(who, who))


def part_words(runtime: Runtime, who: str) -> str:
    """Say to somebody why they hear of an alert; nothing to supervisors, who hear of everything below them."""
    if who.startswith(GROUP):
        return str(_("For your group: %(group)s", group=group_name(runtime.groups, who.removeprefix(GROUP))))
    return str(_PART.get(who, ""))


_PART = {
    "assignee": lazy("You work on it."),
    "leader": lazy("Your group leads this step."),
    "instead": lazy("Nobody else could be told."),
}
_WHO = {
    "assignee": lazy("works on it"),
    "leader": lazy("leads the group"),
    "supervisor": lazy("supervises the office"),
    "district": lazy("supervises the district"),
    "instead": lazy("instead: the rule found nobody"),
}


def mail_words(runtime: Runtime, address: str, tag: str, mail: AlertDigest) -> tuple[str, str]:
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


def sms_words(runtime: Runtime, tag: str, digest: AlertDigest) -> str:
    """Give the text of a short message in a language: case numbers, services and due dates, and how many in all."""
    with _speaking().app_context():
        g.language = tag if tag in languages.LANGUAGES else languages.LANGUAGES[0]
        lines = [_short_line(runtime, line) for line in digest.lines]
        more = digest.missed + digest.warned - len(lines)
        if more > 0:
            lines.append(ngettext("… and %(num)d more", "… and %(num)d more", more))
        return str(_("Linbang: %(counts)s", counts=_("; ").join(lines)))


def _short_line(runtime: Runtime, line: AlertLine) -> str:
    definition = runtime.catalogue.get(line.definition_id)
    due = day_words(runtime.calendar.local_date(from_ms(line.due_at)))
    words = (
        _("%(case)s %(service)s was due %(due)s")
        if is_late(line.level)
        else _("%(case)s %(service)s due %(due)s")
    )
    return str(words % {"case": line.business_key, "service": service_name(definition), "due": due})


def _text(runtime: Runtime, address: str, mail: AlertDigest) -> Iterator[str]:
    if mail.supervises:
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
    yield _("You get this mail because the rules of the service say that you are told of these clocks.")


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
