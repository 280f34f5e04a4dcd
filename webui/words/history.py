"""A case's history as entries that a person reads: what was done, by whom, and what followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext

from engine.state import from_ms
from webui.language import language

from .common import element_name, label_of, limit_words, moment_words, outcome_name
from .desk import priority_words
from .incidents import failure_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.calendar import Calendar
    from engine.definitions import Definition
    from engine.history import Link


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. kind: done, late or now."""

    title: str
    who: str
    at: str
    iso: str
    detail: str
    kind: str


def entries(
    links: list[Link],
    names: Mapping[int, str],
    calendar: Calendar,
    definition_of: Callable[[Link], Definition],
) -> list[Entry]:
    """Give the history, the newest first. names: of persons by id; definition_of: the version at a step."""
    found = []
    for link in reversed(links):
        words = _Words(definition_of(link), names)
        followed = link.payload.get("events", ())
        details = [text for event in followed if (text := words.event(event, calendar))]
        late = any(event["type"] == "deadline_breached" for event in followed)
        local = calendar.local_moment(from_ms(link.at))
        struck = link.event == "deadline_struck" and details
        found.append(
            Entry(
                title=details.pop(0) if struck else words.title(link),
                who=words.who(link),
                at=moment_words(link.at, calendar),
                iso=local.isoformat(),
                detail=_("; ").join([*words.more(link), *words.moved(link, calendar), *details]),
                kind="late" if late else "done",
            )
        )
    return found


class _Words:
    def __init__(self, definition: Definition, names: Mapping[int, str]) -> None:
        self._definition = definition
        self._names = names

    def who(self, link: Link) -> str:
        """Say who did it, and for whom where that was a substitute; nobody for the application itself."""
        name = self._names.get(link.actor, "") if link.actor is not None else ""
        absent = self._names.get(link.payload.get("for", 0), "")
        return _("%(name)s for %(absent)s", name=name, absent=absent) if name and absent else name

    def title(self, link: Link) -> str:
        """Say what was done."""
        name = element_name(self._definition, link.element_id) if link.element_id else ""
        titles = {
            "case_started": _("Case started"),
            "case_cancelled": _("Case cancelled"),
            "case_migrated": _(
                "Moved from version %(old)s to version %(new)s",
                old=link.payload.get("from_version", ""),
                new=link.payload.get("to_version", ""),
            ),
            "case_put_back": _(
                "Moved back from version %(old)s to version %(new)s",
                old=link.payload.get("from_version", ""),
                new=link.payload.get("to_version", ""),
            ),
            "extension_granted": _("Time extended by decision"),
            "calendar_changed": _("Calendar changed: %(name)s", name=link.payload.get("calendar", "")),
            "user_task_claimed": _("Claimed: %(name)s", name=name),
            "user_task_unclaimed": _("Given back to the group: %(name)s", name=name),
            "user_task_delegated": _("Handed to a colleague: %(name)s", name=name),
            "user_task_reassigned": self._reassigned(link, name),
            "user_task_prioritised": _("Urgency changed: %(name)s", name=name),
            "reason_asked": _("Asked for a reason: %(name)s", name=name),
            "reason_given": _("Reason given: %(name)s", name=name),
            "user_task_taken_over": _("Taken over by the substitute: %(name)s", name=name),
            "user_task_signed": _("First signature: %(name)s", name=name),
            "user_task_returned": _("Second signature refused: %(name)s", name=name),
            "user_task_sent_back": _("Sent back: %(name)s", name=name),
            "user_task_completed": _("Completed: %(name)s", name=name),
            "timer_fired": _("Time has come: %(name)s", name=name),
            "deadline_struck": _("A clock was looked at"),
            "service_answered": _("Answer came in: %(name)s", name=name),
            "service_failed": _("No answer: %(name)s", name=name),
            "message_correlated": _("Received: %(name)s", name=self._message(link)),
            "message_late": _("Received too late, nothing was changed: %(name)s", name=self._message(link)),
            "message_kept": _("Received early, it waits for its step: %(name)s", name=self._message(link)),
            "message_expired": _("Nobody waited for it in time: %(name)s", name=self._message(link)),
            "variables_edited": _("Data changed by hand"),
            "token_moved": self._moved(link),
            "details_unmasked": _("Looked at masked data"),
            "case_opened": _("Opened another case: %(number)s", number=link.payload.get("case", "")),
            "case_told": _("Told case %(number)s", number=link.payload.get("case", "")),
            "incident_retried": _("Tried again after an incident"),
            "input_corrected": _("Input corrected after an incident: %(name)s", name=name),
            "incident_settled": _("Incident settled by hand: %(name)s", name=name),
            "notice_sent": _("Message sent: %(name)s", name=name),
            "notice_failed": _("Message not delivered: %(name)s", name=name),
        }
        return titles.get(link.event, link.event)

    def more(self, link: Link) -> Iterator[str]:
        """Say what the step itself carries."""
        if link.payload.get("reason"):
            yield _("Reason: %(reason)s", reason=self._reason(str(link.payload["reason"])))
        if link.event == "user_task_delegated":
            name = self._names.get(link.payload["to"], "")
            yield _("To %(name)s: %(note)s", name=name, note=link.payload["note"])
        yield from self._supervised(link)
        if link.payload.get("opened_by"):
            yield _("Opened by case %(number)s", number=link.payload["opened_by"])
        if link.payload.get("timer"):
            yield _("Started by its timer")
        if (link.event, link.payload.get("result")) == ("case_told", "late"):
            yield _("It came too late there")
        raised = any(event["type"] == "incident_raised" for event in link.payload.get("events", ()))
        if link.event == "service_failed" and not raised:  # the incident says it otherwise
            yield _failure(link.payload)
        if link.event in {"input_corrected", "variables_edited"}:
            names = [label_of(self._definition, name) for name in link.payload["changes"] if name != "to"]
            yield _("Changed: %(names)s", names=", ".join(names) or _("recipient"))

    def moved(self, link: Link, calendar: Calendar) -> Iterator[str]:
        """Say which due dates another version changed."""
        for deadline, _limit, _new_limit, due, new_due in link.payload.get("clocks", ()):
            if due != new_due:
                name, new = self._say("deadlines", deadline), moment_words(new_due, calendar)
                old = moment_words(due, calendar) if due is not None else _("none")
                yield _("%(name)s is now due %(new)s (before: %(old)s)", name=name, new=new, old=old)

    def _supervised(self, link: Link) -> Iterator[str]:
        """Say what a supervisor did with a task, and why."""
        payload = link.payload
        if link.event == "user_task_prioritised":
            yield _("Now: %(urgency)s", urgency=priority_words(payload["priority"]) or _("Usual"))
        if link.event in {"user_task_reassigned", "user_task_prioritised"}:
            yield _("Note: %(note)s", note=payload["note"])
        if link.event == "extension_granted":
            yield _("By law: %(basis)s", basis=payload["basis"])
            yield _("Note: %(note)s", note=payload["note"])
        if link.event == "reason_asked":
            name = self._names.get(payload["to"], "")
            yield _("To %(name)s: %(note)s", name=name, note=payload["question"])

    def _reassigned(self, link: Link, name: str) -> str:
        to = link.payload.get("to")
        if link.event != "user_task_reassigned" or to is None:
            return _("Put back into the group by a supervisor: %(name)s", name=name)
        return _("Handed to %(to)s by a supervisor: %(name)s", to=self._names.get(to, ""), name=name)

    def event(self, event: Mapping[str, Any], calendar: Calendar) -> str:
        """Say what followed from a step; nothing for what the title says already."""
        kind = event["type"]
        if kind == "letter_issued":
            return _("Letter: %(name)s", name=self._say("letters", event["letter"], "title"))
        if kind == "incident_raised":
            return _("Incident: %(message)s", message=_failure(event))
        if kind.startswith("message_"):
            return self._message_event(event)
        if kind == "case_completed":
            return _("Case ended: %(outcome)s", outcome=self._outcome(event.get("outcome")))
        if "deadline" not in event:
            return ""
        name = self._say("deadlines", event["deadline"])
        due = moment_words(event["due_at"], calendar) if event.get("due_at") else ""
        was = moment_words(event["was"], calendar) if event.get("was") else due
        moved = _("%(name)s is now due %(new)s (before: %(old)s)", name=name, new=due, old=was)
        texts = {
            "calendar_changed": moved if was != due else "",
            "deadline_started": _("%(name)s runs, due %(due)s", name=name, due=due),
            "deadline_paused": _(
                "%(name)s paused: %(reason)s", name=name, reason=self._pause(event.get("reason"))
            ),
            "deadline_resumed": _("%(name)s runs again, due %(due)s", name=name, due=due),
            "deadline_extended": _(
                "%(name)s extended, due %(due)s: %(reason)s",
                name=name,
                due=due,
                reason=self._say("reasons", str(event.get("reason"))),
            ),
            "deadline_kept": _("%(name)s kept", name=name),
            "deadline_breached": _("%(name)s missed", name=name),
            "deadline_ended_late": _("%(name)s ended, late", name=name),
            "deadline_handed_over": _("%(name)s handed over to the statutory clock", name=name),
            "deadline_cancelled": _("%(name)s no longer needed", name=name),
            "deadline_warned": _(
                "Warning for %(name)s (%(level)s)", name=name, level=limit_words(event.get("level"))
            ),
        }
        return texts.get(kind, "")

    def _say(self, *path: str) -> str:
        return self._definition.texts.say(language(), *path)

    def _reason(self, reason: str) -> str:
        """Say a reason that a person wrote as it is, and one that a diagram gave by its key."""
        return self._definition.texts.get(language(), "reasons", reason) or reason

    def _moved(self, link: Link) -> str:
        ends = (str(link.payload.get(end, "")) for end in ("from", "to"))
        before, after = (element_name(self._definition, end) if end else "" for end in ends)
        return _("Moved by hand from “%(before)s” to “%(after)s”", before=before, after=after)

    def _message(self, link: Link) -> str:
        return self._message_name(str(link.payload.get("message")))

    def _message_name(self, name: str) -> str:
        """Give the words of a message's button; its own name for one that nobody hands in."""
        return self._definition.texts.get(language(), "messages", name, "button") or name

    def _message_event(self, event: Mapping[str, Any]) -> str:
        name = self._message_name(str(event["message"]))
        texts = {
            "message_delivered": _("Received before, taken now: %(name)s", name=name),
            "message_thrown": _("Told other cases: %(name)s", name=name),
            "message_unheard": _("Received before and never needed: %(name)s", name=name),
        }
        return texts.get(event["type"], "")

    def _outcome(self, outcome: Any) -> str:
        return outcome_name(self._definition, str(outcome)) if outcome else _("without an outcome")

    def _pause(self, key: Any) -> str:
        reason = self._definition.pauses.get(str(key))
        return reason.names.get(language(), reason.key) if reason else str(key)


def _failure(event: Mapping[str, Any]) -> str:
    """Say what went wrong as a part of a longer sentence."""
    return failure_words(str(event.get("code", "")), str(event.get("message", ""))).rstrip(".。")
