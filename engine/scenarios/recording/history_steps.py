"""From the links of a case's history to the steps of a story; says what a story cannot express. Hides nothing yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.sentences import Sentence

from ..happened import moment_text
from ..outside import is_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.definitions import Definition
    from engine.history import Link
    from engine.runtime import Runtime

PEOPLE_OF_A_GROUP = 9
SOON_MS = 60_000
"""How much later than it was asked an outside system may answer for a story to play it as answered at once."""
_SAID_BY_ITSELF = frozenset({"sms.send", "mail.send", "cases.open", "cases.tell"})
"""Operations whose good answers stories need not tell."""
_ANSWERED = frozenset({"service_answered", "service_failed"})
_NO_STORY: dict[str, str] = {
    "case_cancelled": "The case was cancelled by hand at {at}; a story cannot.",
    "case_migrated": "The case was moved to another version at {at}; the story runs on one.",
    "token_moved": "Somebody moved the case by hand at {at}; a story cannot.",
    "variables_edited": "Somebody corrected data of the case at {at}; a story cannot.",
    "incident_retried": "An incident was tried again by hand at {at}; a story cannot.",
    "incident_settled": "An incident was settled by hand at {at}; a story cannot.",
    "input_corrected": "The input of a call was corrected by hand at {at}; a story cannot.",
    "user_task_returned": "A second signature was refused at {at}; the story tells the signatures that counted.",
    "calendar_changed": "The calendar changed at {at}; the story goes by the standard one.",
    "notice_failed": "A message could not be delivered at {at}; in the story it is.",
}


@dataclass(slots=True)
class Steps:
    """A story's beginning and steps as recorded, what outside systems answered, and what cannot be told."""

    start: dict[str, Any] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    outside: dict[str, list[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def steps_of(runtime: Runtime, definition: Definition, links: Sequence[Link], office: str | None) -> Steps:
    """Tell a case's history as steps. office: code of the office of the case, where a story may name it."""
    return _Teller(runtime, definition, office).tell(links)


class _Teller:
    def __init__(self, runtime: Runtime, definition: Definition, office: str | None) -> None:
        self.runtime, self.definition, self.office = runtime, definition, office
        self.told = Steps()
        self._people: defaultdict[str, list[int]] = defaultdict(list)
        self._groups: dict[int, tuple[str, str]] = {}
        self._open: dict[str, list[int]] = defaultdict(list)
        self._signed: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._passed_at: dict[str, int] = {}
        self._acts: Mapping[str, Callable[[Link], None]] = {
            "case_started": self._start,
            "user_task_signed": self._sign,
            "user_task_completed": self._complete,
            "user_task_sent_back": self._send_back,
            "message_correlated": self._hear,
            "message_kept": self._hear,
            "message_late": self._hear,
            "extension_granted": self._extend,
            "service_answered": self._answer,
            "service_failed": self._fail,
        }

    def tell(self, links: Sequence[Link]) -> Steps:
        """Tell every link, then wait for what happened by itself after the last step."""
        last = links[0].at if links else 0
        for link in links:
            act = self._acts.get(link.event)
            if not link.payload and link.event in self._acts:
                self._add_note(
                    Sentence("What was done at {at} has been erased by retention.", at=self._at(link))
                )
            elif act is not None:
                act(link)
                last = link.at if link.event not in _ANSWERED else last
            elif link.event in _NO_STORY:
                self._add_note(Sentence(_NO_STORY[link.event], at=self._at(link)))
            self._follow(link)
        moving = [link.at for link in links if link.payload.get("passed") or link.event == "deadline_struck"]
        if moving and moving[-1] > last:
            self.told.steps.append({"at": moment_text(self.runtime, moving[-1])})
        self._add_evident_notes()
        for operation in _SAID_BY_ITSELF & self.told.outside.keys():
            if not any(_is_telling(answer) for answer in self.told.outside[operation]):
                del self.told.outside[operation]
        return self.told

    def _start(self, link: Link) -> None:
        answers = dict(link.payload.get("answers", {}))
        by = self.definition.start_groups[0] if self.definition.start_groups else ""
        if link.actor is not None:
            groups = {group for group, _office in self.runtime.people.memberships(link.actor)}
            by = self._person(
                next((one for one in self.definition.start_groups if one in groups), by), link.actor
            )
        elif self.definition.start_timer is not None:
            by = "timer"
        else:
            self._add_note(
                Sentence(
                    "The case was started by another case or a program; in the story {by} starts it.", by=by
                )
            )
        self.told.start = {"at": self._at(link), "by": by}
        if self.office is not None:
            self.told.start["office"] = self.office
        if answers:
            self.told.start["answers"] = answers

    def _sign(self, link: Link) -> None:
        assert link.element_id is not None
        signer = self._person(self._group_of(link.element_id), link.actor)
        self._signed[link.element_id] = (signer, link.payload.get("answers", {}))

    def _complete(self, link: Link) -> None:
        assert link.element_id is not None
        self._note_order(link)
        who = self._person(self._group_of(link.element_id), link.actor)
        step: dict[str, Any] = {"task": link.element_id, "by": who, "at": self._at(link)}
        answers = link.payload.get("answers", {})
        first = self._signed.pop(link.element_id, None)
        if first is not None:
            step["by"], answers = first
            step["second"] = who
        if answers:
            step["answers"] = dict(answers)
        self.told.steps.append(step)

    def _send_back(self, link: Link) -> None:
        assert link.element_id is not None
        who = self._person(self._group_of(link.element_id), link.actor)
        reason = str(link.payload.get("reason", ""))
        self.told.steps.append(
            {"task": link.element_id, "by": who, "at": self._at(link), "send_back": reason}
        )

    def _hear(self, link: Link) -> None:
        name = str(link.payload["message"])
        step: dict[str, Any] = {"message": name, "at": self._at(link)}
        if link.payload.get("source"):
            step["from"] = str(link.payload["source"])
            comes = {"message_late": "late", "message_kept": "kept"}.get(link.event)
            if comes:
                step["comes"] = comes
        else:
            groups = self.definition.messages[name].groups if name in self.definition.messages else ()
            theirs: set[str] = set()
            if link.actor is not None:
                theirs = {group for group, _office in self.runtime.people.memberships(link.actor)}
            group = next((one for one in groups if one in theirs), groups[0] if groups else "window_clerk")
            step["by"] = self._person(group, link.actor)
        if link.payload.get("answers"):
            step["answers"] = dict(link.payload["answers"])
        self.told.steps.append(step)

    def _extend(self, link: Link) -> None:
        reasons = [
            one.get("reason") for one in link.payload.get("events", ()) if one["type"] == "deadline_extended"
        ]
        clock = str(link.payload["clock"]).partition(":")[0]
        rule = self.definition.extensions.get(clock)
        theirs: set[str] = set()
        if link.actor is not None:
            theirs = {group for group, _office in self.runtime.people.memberships(link.actor)}
        able = [one.by for one in rule.reasons.values()] if rule is not None else []
        named = [group for groups in able for group in groups]
        group = next((one for one in named if one in theirs), named[0] if named else "")
        step = {
            "extend": clock,
            "reason": str(reasons[0] if reasons else ""),
            "by": self._person(group, link.actor),
        }
        self.told.steps.append({**step, "at": self._at(link)})

    def _answer(self, link: Link) -> None:
        operation = str(link.payload["operation"])
        self._note_delay(link, operation)
        self.told.outside.setdefault(operation, []).append(link.payload["answer"])

    def _fail(self, link: Link) -> None:
        element = self.definition.elements.get(link.element_id or "")
        if element is None or element.call is None:
            return
        refused: dict[str, Any] = {"error": str(link.payload["code"])}
        tries = int(link.payload.get("attempts", 1))
        if tries > 1:
            refused["permanent"] = False
        else:
            self._note_delay(link, element.call.operation)
        self.told.outside.setdefault(element.call.operation, []).extend([refused] * tries)

    def _follow(self, link: Link) -> None:
        for step in link.payload.get("passed", ()):
            self._passed_at[step[0]] = link.at
        for event in link.payload.get("events", ()):
            task = int(event.get("task", 0) or 0)
            if event["type"] == "user_task_created":
                self._groups[task] = (event["element"], event["group"])
                self._open[event["element"]].append(task)
            elif event["type"] in {"user_task_completed", "user_task_cancelled"} and task in self._groups:
                element = self._groups[task][0]
                self._open[element] = [one for one in self._open[element] if one != task]

    def _note_order(self, link: Link) -> None:
        """Say where somebody did not take the first of several tasks of one kind, as a story does."""
        done = next(
            (
                int(one["task"])
                for one in link.payload.get("events", ())
                if one["type"] == "user_task_completed"
            ),
            None,
        )
        waiting = self._open[link.element_id or ""]
        if done in waiting and waiting[0] != done:
            text = "Of several {task} another one than the first was done at {at}; the story does the first."
            self._add_note(Sentence(text, task=link.element_id or "", at=self._at(link)))

    def _note_delay(self, link: Link, operation: str) -> None:
        sources = [
            one for step in link.payload.get("passed", ()) if step[0] == link.element_id for one in step[1:]
        ]
        asked = max((self._passed_at.get(one, link.at) for one in sources), default=link.at)
        if link.at - asked > SOON_MS:
            text = (
                "{operation} answered {minutes} minutes after it was asked; in the story it answers at once."
            )
            self._add_note(Sentence(text, operation=operation, minutes=(link.at - asked) // 60_000))

    def _add_evident_notes(self) -> None:
        if any(len(listed) > PEOPLE_OF_A_GROUP for listed in self._people.values()):
            self._add_note(
                Sentence("More than {most} people of one group worked on it.", most=PEOPLE_OF_A_GROUP)
            )

    def _add_note(self, text: str) -> None:
        if text not in self.told.notes:
            self.told.notes.append(text)

    def _group_of(self, element_id: str) -> str:
        found = [group for element, group in self._groups.values() if element == element_id]
        return found[-1] if found else self.definition.elements[element_id].group or ""

    def _person(self, group: str, actor: int | None) -> str:
        """Name somebody of the cast: the first of the group who did anything is the first person, and so on."""
        known = self._people[group]
        if (actor or 0) not in known:
            known.append(actor or 0)
        number = min(known.index(actor or 0) + 1, PEOPLE_OF_A_GROUP)
        return group if number == 1 else f"{group}.{number}"

    def _at(self, link: Link) -> str:
        return moment_text(self.runtime, link.at)


def _is_telling(answer: Any) -> bool:
    """Tell an answer that a story has to give from one that is given where it says nothing."""
    return is_error(answer) or answer.get("result", "delivered") != "delivered"
