"""Takes a service's own stories to the browser: who does what when, in the words that the pages show.

The answers stand in `processes/<service>/scenarios` alone; here their keys become labels and their values
the words of the choices, and the moments of a story become steps of the demo's clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from engine.calendar import Calendar
from engine.definitions import Definition, compile_bundle, read_folder, read_groups
from engine.definitions.declarations import read_yaml

from .clock import ZONE
from .households import same_age
from .running import ROOT

if TYPE_CHECKING:
    from .clock import Clock
    from .desk import Desk, Office

PROCESSES = ROOT / "processes"
ACCOUNTS = {
    "window_clerk": "clerk",
    "rc_worker": "committee",
    "street_reviewer": "reviewer",
    "street_leader": "leader",
    "door_team": "door",
    "point_operator": "point",
    "chc": "doctor",
    "remote_clerk": "remote",
    "line_department": "line",
    "institution": "home",
    "county_confirmer": "county",
}
"""The demo's user names where they are not the group's; the second of a group has a 2 behind it."""
MAX_CLICKS = 60
NEAR = timedelta(days=60)
CALENDAR = Calendar.standard()
_DAY = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")
_WORKING_DAYS = re.compile(r"(\d+) WD")
_DURATION = re.compile(r"(?:(\d+) D)?(?:P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?)?")


@cache
def service(key: str) -> Definition:
    """Compile a service once, for the words of its pages."""
    groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
    definition, problems = compile_bundle(read_folder(PROCESSES / key), groups)
    assert definition is not None, problems
    return definition


def account(name: str) -> str:
    """Give the user name of somebody of a story's cast, such as `door_team.2`."""
    group, _, number = name.partition(".")
    return ACCOUNTS.get(group, group) + ("" if number in ("", "1") else number)


def story(key: str, name: str) -> Mapping[str, Any]:
    """Read a story of a service."""
    file = PROCESSES / key / "scenarios" / f"{name}.yaml"
    return read_yaml(file.read_bytes(), file.name)


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages of a service call things, in English."""

    definition: Definition

    @property
    def name(self) -> str:
        """Give the name of the service."""
        return self.definition.texts.say("en", "service", "name")

    def element(self, element_id: str) -> str:
        """Give the name of a task or an event."""
        return self.definition.texts.say("en", "elements", element_id, "name")

    def button(self, message: str) -> str:
        """Give the words with which a message is handed in."""
        return self.definition.texts.say("en", "messages", message, "button")

    def deadline(self, deadline_id: str) -> str:
        """Give the name of a clock."""
        return self.definition.texts.say("en", "deadlines", deadline_id)

    def letter(self, name: str) -> str:
        """Give the title of a letter."""
        return self.definition.texts.say("en", "letters", name, "title")

    def answers(self, form: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Give answers by labels, a group's under its own, in the order in which the form asks; for values by keys."""
        if not form:
            return {}
        fields = self.definition.texts.section("en", "forms", form).get("fields", {})
        return dict(_answers(self.definition.forms[form]["components"], fields, fields, values))


class Played:
    """A story of a service that people play at their desks, on the way through one case.

    It begins at the day of the week and the hour that it names, in the first week in which that lies ahead; all
    its days come as much later.
    """

    def __init__(self, town: Office, key: str, name: str) -> None:
        self.town, self.words = town, Words(service(key))
        document = story(key, name)
        self._begins = _moment(str(document["start"]["at"]))
        weeks = -((self._begins - self._clock.now) // timedelta(weeks=1))
        self._later = timedelta(weeks=max(0, weeks))
        self._first = document["start"]
        self._steps = [step for step in document["steps"] if {"task", "message", "wait"} & step.keys()]
        self.case = ""
        self._next = 0

    def start(self, *, office: str | None = None) -> str:
        """Start the case with the story's answers, and give its number.

        Each time it is somebody else of the same age, who has no other case.
        """
        self._come_to(self._begins + self._later)
        definition = self.words.definition
        values = dict(self._values(self._first))
        values["applicant_id_no"] = same_age(values["applicant_id_no"])
        answers = self.words.answers(definition.start_form, values) if definition.start_form else {}
        desk = self.town.desk(account(self._first["by"]))
        self.case = desk.apply(answers, self.words.name, office=office)
        return self.case

    def go_on(self, *, to: str | None = None) -> None:
        """Play the steps up to the one that does a task, or hands in a message, of that name; or all of them."""
        while self._next < len(self._steps):
            if to is not None and to in _done_by(self._steps[self._next]):
                return
            self.step()
        assert to is None, f"Expected a step {to!r} in the story"

    def skip(self, to: str) -> None:
        """Leave out the steps before one: something else happens in their place."""
        while to not in _done_by(self._steps[self._next]):
            self._next += 1

    def step(self) -> None:
        """Play the next step; what an outside system says in the story is left to the system that is played."""
        step = self._steps[self._next]
        self._next += 1
        self._let_pass(step)
        desk = self.town.desk(account(step.get("by", "window_clerk")))
        if "task" in step:
            self._do(desk, step)
        elif "message" in step and "from" not in step:
            form = self.words.definition.messages[step["message"]].form or ""
            answers = self.words.answers(form, self._values(step))
            desk.tell(self.case, self.words.button(step["message"]), answers)

    def _do(self, desk: Desk, step: Mapping[str, Any]) -> None:
        task, element = self.words.element(step["task"]), self.words.definition.elements[step["task"]]
        answers = self.words.answers(element.form or "", self._values(step))
        if element.second_signer:
            desk.sign_first(task, self.case, answers)
            second = step.get("second", f"{step['by']}.2")
            self.town.desk(account(second)).sign_second(task, self.case)
        else:
            desk.do(task, self.case, answers)

    def _values(self, step: Mapping[str, Any]) -> Mapping[str, Any]:
        shifted: Mapping[str, Any] = self._shifted(step.get("answers", {}))
        return shifted

    def _shifted(self, value: Any) -> Any:
        """Move every day near the story's begin; others, such as the day of an old report, stay."""
        if isinstance(value, Mapping):
            return {key: self._shifted(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._shifted(one) for one in value]
        text = str(value)
        if not _DAY.fullmatch(text):
            return value
        moment = datetime.fromisoformat(text)
        if abs(moment.date() - self._begins.date()) > NEAR:
            return text
        return (moment + self._later).isoformat()[: len(text)]

    @property
    def _clock(self) -> Clock:
        return self.town.clock

    def _let_pass(self, step: Mapping[str, Any]) -> None:
        """Let the time come at which a step is done."""
        if "at" in step:
            self._come_to(_moment(str(step["at"])) + self._later)
        elif text := step.get("after") or step.get("wait"):
            if days := _WORKING_DAYS.fullmatch(str(text)):
                self._clock.later("1 WD", int(days[1]))
            else:
                self._come_to(self._clock.now + _duration(str(text)))

    def _come_to(self, moment: datetime) -> None:
        """Move the demo's clock by its buttons until it is that moment, or up to an hour later.

        A button for working days is pressed where it does not lead past the moment, as it does on holidays.
        """
        for _click in range(MAX_CLICKS):
            now = self._clock.now
            if now >= moment:
                return
            if _landing(now, 5) <= moment:
                self._clock.later("5 WD")
            elif _landing(now, 1) <= moment:
                self._clock.later("1 WD")
            else:
                self._clock.later("PT4H" if moment - now >= timedelta(hours=4) else "PT1H")
        raise AssertionError(f"Expected {MAX_CLICKS} clicks to lead to {moment}, but it is {self._clock.now}")


def _landing(now: datetime, days: int) -> datetime:
    """Give to when the button for so many working days leads; the clock goes on a little meanwhile."""
    day = CALENDAR.add_working_days(now.date(), days)
    return datetime.combine(day, now.timetz()) + timedelta(seconds=30)


def _done_by(step: Mapping[str, Any]) -> tuple[Any, ...]:
    return step.get("task"), step.get("message")


def _duration(text: str) -> timedelta:
    """Read what a story waits for: `12 D`, `P3D`, `PT2H30M`."""
    found = _DURATION.fullmatch(text)
    assert found, f"Expected a duration, but got {text!r}"
    days, other_days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days + other_days, hours=hours, minutes=minutes)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def _answers(
    components: list[Any], fields: Mapping[str, Any], around: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Go through a form; `around` are the words of the list that the fields stand in."""
    for component in components:
        name = component.get("key") or component.get("path") or component.get("id")
        own = around.get(name) or fields.get(name) or {}
        label = own.get("label") or component.get("label") or component.get("dateLabel") or ""
        if component["type"] == "group" and not component.get("path"):
            inside = dict(_answers(component["components"], fields, around, values))
            if inside:
                yield from [(label, inside)] if label else inside.items()
        elif name not in values or values[name] is None:
            continue
        elif component["type"] == "dynamiclist":
            rows = [dict(_answers(component["components"], fields, own, row)) for row in values[name]]
            yield label, rows
        elif not component.get("disabled"):
            yield label, _answer(component, own.get("options", {}), values[name])


def _answer(component: Mapping[str, Any], options: Mapping[Any, str], value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if component["type"] == "checkbox":
        return bool(value)
    if component["type"] not in ("radio", "select", "checklist", "taglist"):
        return str(value)
    written = {str(one["value"]): str(one["label"]) for one in component.get("values", [])}
    words = written | {str(key): text for key, text in options.items()}
    if isinstance(value, list):
        return [words[str(one)] for one in value]
    return words[str(value)]
