"""The services' stories with other people on other days, and how far each has come."""

from __future__ import annotations

import json
import random
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from connectors import signing
from engine.definitions.declarations import read_yaml
from engine.scenarios import Story, StoryError
from webui.demo.personas import Personas

from .outside import SECRET, plain

if TYPE_CHECKING:
    from engine.definitions import Definition

    from .district import District
    from .judge import Trace

WEEKS = tuple(range(6))
"""By how many weeks a story may be moved: weekdays stay what they are, and no holiday comes in between."""
BEGINS = "2026-03-02T10:15"
"""When a story begins that does not say it."""
NEAR_BEFORE, NEAR_AFTER = 90, 800
"""Days around a story's begin whose dates belong to the story."""
DOUBLED, STRAY = 0.3, 0.2
"""How often a callback comes twice, and how often the same is said again under another number."""

_ID = re.compile(r"99\d{15}[\dX]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it is written in its file."""

    definition: Definition
    file: str
    document: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name it in tables: service and file."""
        return f"{self.definition.key}/{self.file.removeprefix('scenarios/').removesuffix('.yaml')}"


@dataclass(eq=False)
class Run:
    """One case on its way. state: `waiting`, `played`, `stands` (with an incident) or `astray`.

    next, prepared: the steps that comes next, and for which the outside systems know what to answer.
    spared: it asks the systems that never fail, and shows what the story comes to on a good day.
    stood: whether it ever stood with an incident. why, stopped: what it could not go on for, and since when.
    trace, odd: what the case had come to when its last step was played, and what is not as it should be then.
    """

    told: Told
    story: PostedStory
    begins: datetime
    next: int = 0
    prepared: int = -1
    state: str = "waiting"
    put_off: int = 0
    stood: bool = False
    why: str = ""
    stopped: datetime | None = None
    spared: bool = False
    trace: Trace | None = None
    odd: list[str] = field(default_factory=list)

    @property
    def case_id(self) -> int:
        return self.story.case_id

    def stop(self, state: str, now: datetime) -> None:
        """Go no further for the time being."""
        self.state, self.stopped = state, now
        self.stood = self.stood or state == "stands"

    def resume(self, now: datetime) -> None:
        """Go on after an incident: people answer with the days on which they work now, the same days of the week."""
        assert self.stopped is not None, "Expected a story that has stopped"
        by = timedelta(weeks=ceil((now - self.stopped) / timedelta(weeks=1)))
        self.story.steps = [moved(step, self.begins.date(), by) for step in self.story.steps]
        self.state, self.put_off = "waiting", 0

    @property
    def step(self) -> Mapping[str, Any] | None:
        """Give what comes next; None after the last step."""
        steps: Sequence[Mapping[str, Any]] = self.story.steps
        return steps[self.next] if self.next < len(steps) else None


class PostedStory(Story):
    """A story in which outside systems say over HTTP, signed, what they say late."""

    def __init__(self, district: District, chance: random.Random, *rest: Any) -> None:
        super().__init__(*rest)
        self._district, self._chance = district, chance
        self._number = self.early = 0
        self.odd: list[str] = []
        """Callbacks that came early, twice or astray, and of which became what should not."""

    def _hand_in(self, step: Mapping[str, Any]) -> None:
        body = self._body(step, self._next_number())
        found = self._post(step["from"], body)
        expected = str(step.get("comes", "delivered"))
        if found != expected:
            raise StoryError(f"Expected {step['message']} to be {expected}, but it is {found}")
        if self._chance.random() < DOUBLED:
            self._expect("double", self._post(step["from"], body), step)
        if self._chance.random() < STRAY:
            self._expect("late", self._post(step["from"], self._body(step, self._next_number())), step)

    def come_early(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Say what comes next while the very call that it answers is tried again: the other side has to come back."""
        step = next((one for one in steps if one.keys() != {"expect"}), None)
        if step is None or "from" not in step or not self._district.book.is_open(self.case_id, _asked(step)):
            return
        body = self._body(step, f"{self.case_id}-{self._number + 1}")
        self._expect("409 too_early", self._post(step["from"], body), step)
        self.early += 1

    def _expect(self, wanted: str, found: str, step: Mapping[str, Any]) -> None:
        if found != wanted:
            self.odd.append(f"{step['message']} came out of turn: expected {wanted!r}, but it is {found!r}")

    def _next_number(self) -> str:
        self._number += 1
        return f"{self.case_id}-{self._number}"

    def _body(self, step: Mapping[str, Any], number: str) -> dict[str, Any]:
        reference = self._district.book.latest.get((self.case_id, _asked(step)), f"{self.case_id}-0")
        return {
            "id": number,
            "reference": reference,
            "message": step["message"],
            "content": step.get("answers", {}),
        }

    def _post(self, system: str, body: dict[str, Any]) -> str:
        content = json.dumps(body, ensure_ascii=False, default=plain).encode()
        headers = {
            signing.HEADER: signing.sign(SECRET, content, int(time.time())),
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(f"{self._district.callback_url}/{system}", content, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return str(json.load(answer)["result"])
        except urllib.error.HTTPError as refused:
            with refused:
                return f"{refused.code} {json.load(refused).get('code')}"


def _asked(step: Mapping[str, Any]) -> str:
    """Give the call that a message from outside answers."""
    return "beds.offer" if step["message"] == "bed_reply" else "beds.enlist"


def told_stories(district: District) -> Iterator[Told]:
    """Give the stories of all services."""
    for definition in district.definitions.values():
        for file in definition.bundle.names(".yaml", "scenarios"):
            document = read_yaml(definition.bundle.files[file], file)
            begin = {"at": BEGINS, **document.get("start", {})}
            yield Told(definition, file, {**document, "start": begin})


def as_told(district: District, told: Told, chance: random.Random) -> Run:
    """Give a story to be played with the people and on the day that it tells of."""
    run = _run(district, told, dict(told.document), chance)
    run.spared = True
    return run


def drawn_runs(district: District, stories: Sequence[Told], cases: int, chance: random.Random) -> list[Run]:
    """Give so many stories with other people on other days, all of them before any comes again."""
    known = {number for told in stories for number in _ID.findall(json.dumps(told.document, default=str))}
    chosen: list[Told] = []
    while len(chosen) < cases:
        chosen += chance.sample(stories, min(len(stories), cases - len(chosen)))
    return [_run(district, told, _elsewhen(told, chance, known), chance) for told in chosen]


def _run(district: District, told: Told, document: dict[str, Any], chance: random.Random) -> Run:
    office = district.office_of(told.definition, document.get("start", {}).get("office"))

    def person(name: str) -> Any:
        return district.person(name, office)

    own = random.Random(chance.random())
    story = PostedStory(district, own, document, district.runtime, told.definition, office, person)
    begins = story.begins_at()
    assert begins is not None, "Expected a story that says when it begins"
    return Run(told, story, begins)


def _elsewhen(told: Told, chance: random.Random, known: set[str]) -> dict[str, Any]:
    """Give a story with people whom no other story knows, some weeks later."""
    document = Personas(chance, known).replace(dict(told.document))
    written = date.fromisoformat(str(told.document["start"]["at"])[:10])
    later: dict[str, Any] = moved(document, written, timedelta(weeks=chance.choice(WEEKS)))
    return later


def moved(value: Any, written: date, by: timedelta) -> Any:
    """Give a part of a story on its new days; dates far away, such as birth dates, stay."""
    if isinstance(value, dict):
        return {key: moved(item, written, by) for key, item in value.items()}
    if isinstance(value, list):
        return [moved(item, written, by) for item in value]
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return value
    moment = datetime.fromisoformat(value)
    if not -NEAR_BEFORE <= (moment.date() - written).days <= NEAR_AFTER:
        return value
    later = moment + by
    return later.date().isoformat() if len(value) == len("2026-03-02") else later.isoformat()
