"""Plays the services' own stories with other people and other days, all on one clock, up to today.

Some are cut short, so that work is waiting, at risk or late; the rest run to their end. Nothing is written
past the engine: every case of the demo is one that it ran.
"""

from __future__ import annotations

import heapq
import itertools
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from engine import scheduler, user_tasks
from engine.alerting import alerts
from engine.definitions import read_folder
from engine.definitions.declarations import read_yaml
from engine.errors import EngineError
from engine.people import read_actor
from engine.scenarios import Story, StoryError, outside_answers
from engine.scenarios.outside import SYSTEMS
from engine.state import to_ms
from engine.store.definitions import DefinitionRow

from .past import PastSystem
from .personas import Personas
from .staff import add_offices, add_staff, cast_of

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.people import Actor
    from engine.runtime import Runtime
    from webui.wiring import Installation

CASES = 300
MAX_CASES = 10_000
SEED = 20_261
MONTHS_BACK = 5
RECENT_DAYS = 24
"""Half of the cases began within so many days, so that most of them are still running."""

STALLED = 0.14
"""The part of the cases at which nobody works on after some step."""

NEAR_BEFORE, NEAR_AFTER = 90, 800
"""Days around a story's begin whose dates belong to the story."""

MAX_MINUTES = 75

NEVER, ONCE = 0.02, 0.05
"""The part of the cases whose calls and messages to outside systems all fail, and the part whose first try does."""

PATIENCE = 4
"""How many working days a step is put off when its task is not open yet."""

MAX_STOPS = 100_000

_SIMILAR = "cases.similar"

T = TypeVar("T")

_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?")


def fill(found: Installation, tell: Callable[[int, int], None], *, cases: int = CASES) -> None:
    """Make offices, staff, services and cases; `tell` hears how many cases are done, and of how many."""
    runtime = found.runtime
    real_clock, real_connectors = runtime.clock, runtime.connectors
    today = real_clock.now()
    clock = _Past(today)
    chance = random.Random(SEED)  # noqa: S311 - the demo is the same every time, apart from its days
    outside = {name: PastSystem(name, real_connectors.get(name)) for name in SYSTEMS}
    runtime.clock, runtime.connectors = clock, outside
    try:
        clock.moment = today - timedelta(days=31 * MONTHS_BACK + 1)
        add_offices(runtime)
        add_staff(runtime)
        definitions = list(_deploy_all(found))
        runs = list(_runs(runtime, definitions, today, chance, cases))
        _play(runtime, clock, runs, today, tell)
        _read_alerts(runtime, today)
    finally:
        runtime.clock, runtime.connectors = real_clock, real_connectors


@dataclass
class _Past:
    """A clock that goes through the months before today."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass
class _Run:
    """One case on its way: its story, when it begins, how many of its steps are played.

    earlier: the case that the story speaks of by a number.
    """

    story: Story
    begins: datetime
    last: int
    fault: str | None
    earlier: _Run | None = None
    next: int = 0
    put_off: int = 0


def _deploy_all(found: Installation) -> Iterator[Definition]:
    runtime = found.runtime
    for folder in sorted(found.settings.processes_dir.iterdir()):
        if (folder / f"{folder.name}.bpmn").is_file():
            bundle = read_folder(folder)
            row = DefinitionRow(
                runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, "demo"
            )
            runtime.catalogue.deploy(bundle, row)
            yield runtime.catalogue.newest(bundle.key)[1]


def _runs(
    runtime: Runtime,
    definitions: list[Definition],
    today: datetime,
    chance: random.Random,
    cases: int,
) -> Iterator[_Run]:
    order = _chosen(list(_stories(definitions)), cases, chance)
    offices = [row.id for row in runtime.offices.rows.values() if row.level == "subdistrict"]
    by_code = {row.code: row.id for row in runtime.offices.rows.values()}
    casts = {office: cast_of(runtime, office) for office in offices}
    identities: set[str] = set()
    for index, (definition, document) in enumerate(order):
        shift = _Shift(runtime, document, _first_day(runtime, today, chance, recent=index % 2 == 0), chance)
        told = shift.move(Personas(chance, identities).replace(dict(document)))
        office = by_code.get(str(told.get("start", {}).get("office"))) or chance.choice(offices)
        story = Story(told, runtime, definition, office, _picker(casts[office]))
        stalled = chance.random() < STALLED
        last = chance.randrange(1, max(2, len(story.steps))) if stalled else len(story.steps)
        drawn = chance.random()
        fault = "never" if drawn < NEVER else "once" if drawn < NEVER + ONCE else None
        run = _Run(story, story.begins_at() or today, last, fault)
        if _SIMILAR in told.get("outside", {}):
            run.earlier = _earlier_case(run)
            yield run.earlier
        yield run


def _earlier_case(run: _Run) -> _Run:
    """Make the case that a story says is like its own: the same person's request, begun some days before."""
    document = dict(run.story.document)
    outside = dict(document["outside"])
    begun_on = outside.pop(_SIMILAR)["cases"][0]["started_on"]
    document |= {"outside": outside, "steps": [], "start": {**document["start"], "at": f"{begun_on}T10:00"}}
    story = Story(document, run.story.runtime, run.story.definition, run.story.office_id, run.story.person)
    return _Run(story, story.begins_at() or run.begins, 0, None)


def _stories(definitions: list[Definition]) -> Iterator[tuple[Definition, Mapping[str, Any]]]:
    """Give the stories of all services, each as often as it asks for."""
    for definition in definitions:
        for file in definition.bundle.names(".yaml", "scenarios"):
            document = read_yaml(definition.bundle.files[file], file)
            yield from itertools.repeat((definition, document), int(document.get("demo", 1)))


def _chosen(stories: list[T], count: int, chance: random.Random) -> list[T]:
    """Give so many of the stories in a random order, all of them as often as they are there before any again."""
    found: list[T] = []
    while len(found) < count and stories:
        found += chance.sample(stories, min(len(stories), count - len(found)))
    return found


class _Shift:
    """Moves a story to other days: every date near its begin by as many working days, and by some minutes."""

    def __init__(
        self, runtime: Runtime, document: Mapping[str, Any], first_day: date, chance: random.Random
    ) -> None:
        self._calendar = runtime.calendar
        self._written = date.fromisoformat(str(document.get("start", {}).get("at", first_day))[:10])
        self._first_day = first_day
        self._minutes = timedelta(minutes=chance.randrange(MAX_MINUTES))

    def move(self, value: Any) -> Any:
        """Give a part of a story on its new days; dates far away, such as birth dates, stay."""
        return _with_texts(value, self._moved)

    def _moved(self, value: str) -> str:
        if not _DATE.fullmatch(value):
            return value
        day = date.fromisoformat(value[:10])
        if not -NEAR_BEFORE <= (day - self._written).days <= NEAR_AFTER:
            return value
        moved = self._day(day)
        if len(value) == len("2026-03-02"):
            return moved.isoformat()
        moment = datetime.combine(moved, datetime.fromisoformat(value).time())
        later = moment + self._minutes
        return (later if later.date() == moved else moment).isoformat()

    def _day(self, day: date) -> date:
        if day == self._written:
            return self._first_day
        days = self._calendar.working_days_between(self._written, day)
        if not self._calendar.is_working_day(day):
            return self._calendar.add_working_days(self._first_day, days) + timedelta(days=1)
        return self._calendar.add_working_days(self._first_day, days)


def _with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Give a part of a story with every text in it changed."""
    if isinstance(value, dict):
        return {key: _with_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _first_day(runtime: Runtime, today: datetime, chance: random.Random, *, recent: bool) -> date:
    """Give a working day on which a case begins; half of the cases begin in the last weeks."""
    back = chance.randrange(1, RECENT_DAYS) if recent else chance.randrange(RECENT_DAYS, 31 * MONTHS_BACK)
    calendar = runtime.calendar
    return calendar.add_working_days(calendar.local_date(today) - timedelta(days=back), -1)


def _picker(cast: Mapping[str, list[Actor]]) -> Callable[[str], Actor]:
    def pick(name: str) -> Actor:
        group, _, number = name.partition(".")
        people = cast.get(group)
        if not people:
            raise StoryError(f"Expected somebody of the group {group!r} in the demo")
        return people[(int(number or 1) - 1) % len(people)]

    return pick


def _play(
    runtime: Runtime, clock: _Past, runs: list[_Run], today: datetime, tell: Callable[[int, int], None]
) -> None:
    """Play all runs on one clock, each step at its moment, letting happen what falls due between them."""
    counter = itertools.count()
    waiting = [(run.begins, next(counter), run) for run in runs]
    heapq.heapify(waiting)
    over = 0
    for _stop in range(MAX_STOPS):
        if not waiting or waiting[0][0] > today:
            break
        moment, _, run = heapq.heappop(waiting)
        _go(runtime, clock, moment)
        following = _step(runtime, run)
        scheduler.tick(runtime)
        if following is not None:
            heapq.heappush(waiting, (max(following, clock.moment), next(counter), run))
        else:
            _leave_on_a_desk(runtime, run)
            over += 1
            tell(over, len(runs))
    _go(runtime, clock, today)


def _read_alerts(runtime: Runtime, today: datetime) -> None:
    """Let everybody have seen their alerts up to the morning of the last working day before today."""
    day = runtime.calendar.add_working_days(runtime.calendar.local_date(today), -1)
    looked_at = to_ms(runtime.calendar.start_of_business(day))
    for person in runtime.people.persons():
        actor, before = read_actor(runtime.people, person.id), None
        assert actor is not None  # it is staff of the demo
        for _page in range(MAX_STOPS):
            some = alerts.page(runtime, actor, before=before, size=alerts.MAX_PAGE)
            seen = next((one.id for one in some.alerts if one.at < looked_at), None)
            if seen is not None:
                alerts.read_all(runtime, actor, seen)
            if seen is not None or some.before is None:
                break
            before = some.before


def _go(runtime: Runtime, clock: _Past, moment: datetime) -> None:
    for _stop in range(MAX_STOPS):
        due = scheduler.next_moment(runtime)
        if due is None or due > moment:
            break
        clock.moment = max(clock.moment, due)
        if not scheduler.tick(runtime):
            break
    clock.moment = max(clock.moment, moment)


def _step(runtime: Runtime, run: _Run) -> datetime | None:
    """Play the next step of a run and give the moment of the one after it; None when it is over."""
    story = run.story
    try:
        if not story.case_id:
            _speak_of_earlier_case(run)
            story.start()
            _prepare(runtime, run, story.document)
        else:
            _prepare(runtime, run, story.steps[run.next])
            story.do(story.steps[run.next])
            run.next += 1
        run.put_off = 0
    except StoryError:
        run.put_off += 1
        if run.put_off > PATIENCE or not story.case_id:
            return None
        return _on_working_day(runtime, 1, runtime.clock.now())
    if run.next >= min(run.last, len(story.steps)):
        return None
    return story.when(story.steps[run.next]) or runtime.clock.now()


def _leave_on_a_desk(runtime: Runtime, run: _Run) -> None:
    """Let somebody have claimed what a case waits for that nobody works on; every other one stays with its group."""
    waiting = run.story.open_tasks() if run.story.case_id else []
    if waiting and run.next % 2:
        with suppress(StoryError, EngineError):
            user_tasks.claim(runtime, waiting[0].id, run.story.person(waiting[0].candidate_group))


def _speak_of_earlier_case(run: _Run) -> None:
    """Put the number of the earlier case where the story speaks of it."""
    if run.earlier is None:
        return
    story, earlier = run.story, run.earlier.story
    row = earlier.cases.instance(earlier.case_id)
    if row is None:
        raise StoryError("Expected the earlier case to have begun")
    written = story.document["outside"][_SIMILAR]["cases"][0]["case_number"]
    story.document = _with_texts(story.document, lambda text: row.business_key if text == written else text)
    story.steps = list(story.document["steps"])
    run.earlier = None


def _prepare(runtime: Runtime, run: _Run, part: Mapping[str, Any]) -> None:
    """Let the outside systems know what they will answer for this case."""
    answers = outside_answers(part.get("outside", {}))
    for name, system in runtime.connectors.items():
        if isinstance(system, PastSystem):
            system.prepare(run.story.case_id, answers.get(name, {}), run.fault)


def _on_working_day(runtime: Runtime, days: int, moment: datetime) -> datetime:
    local = runtime.calendar.local_moment(moment)
    return datetime.combine(runtime.calendar.add_working_days(local.date(), days), local.timetz())
