"""Takes a service's own stories to the browser: who does what when, in the words that the pages show.

The answers stand in `processes/<service>/scenarios` alone; the moments of a story become steps of the demo's
clock. What has been done at a desk once in a town is done over the REST interface from then on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.calendar import Calendar
from engine.definitions.declarations import read_yaml

from .clock import ZONE
from .households import same_age
from .wording import PROCESSES, Words, service

if TYPE_CHECKING:
    from .clock import Clock
    from .desk import Desk, Office
    from .unseen import Unseen

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


def account(name: str) -> str:
    """Give the user name of somebody of a story's cast, such as `door_team.2`."""
    group, _, number = name.partition(".")
    return ACCOUNTS.get(group, group) + ("" if number in ("", "1") else number)


def story(key: str, name: str) -> Mapping[str, Any]:
    """Read a story of a service."""
    file = PROCESSES / key / "scenarios" / f"{name}.yaml"
    return read_yaml(file.read_bytes(), file.name)


class Played:
    """A story of a service that people play at their desks, on the way through one case.

    It begins at the day of the week and the hour that it names, in the first week in which that lies ahead; all
    its days come as much later.
    """

    def __init__(self, town: Office, key: str, name: str) -> None:
        self.town, self.key, self.words = town, key, Words(service(key))
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
        answers = self.words.answers(definition.start_form or "", values)
        starts = self._worker(self._first["by"], "start")
        self.case = starts.apply(answers, self.words.name, office=office)
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
        by = step.get("by", "window_clerk")
        if "task" in step:
            self._do(step)
        elif "message" in step and "from" not in step:
            form = self.words.definition.messages[step["message"]].form or ""
            answers = self.words.answers(form, self._values(step))
            self._worker(by, step["message"]).tell(self.case, self.words.button(step["message"]), answers)

    def _do(self, step: Mapping[str, Any]) -> None:
        worker = self._worker(step["by"], step["task"])
        task, element = self.words.element(step["task"]), self.words.definition.elements[step["task"]]
        answers = self.words.answers(element.form or "", self._values(step))
        if element.second_signer:
            worker.sign_first(task, self.case, answers)
            second = step.get("second", f"{step['by']}.2")
            self._worker(second, f"{step['task']} again").sign_second(task, self.case)
        else:
            worker.do(task, self.case, answers)

    def _worker(self, name: str, what: str) -> Desk | Unseen:
        """Give somebody of the cast: at a desk where this is done for the first time, unseen otherwise.

        A form whose rows come from the case itself is always filled at a desk, which shows them.
        """
        done = f"{self.key} {what}"
        element = self.words.definition.elements.get(what)
        form = self.words.definition.forms.get(element.form) if element and element.form else None
        if done in self.town.shown and not (form and _brings_rows(form)):
            return self.town.unseen(account(name))
        self.town.shown.add(done)
        return self.town.desk(account(name))

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


def _brings_rows(form: Mapping[str, Any]) -> bool:
    return any(component.get("allowAddRemove") is False for component in form["components"])


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
