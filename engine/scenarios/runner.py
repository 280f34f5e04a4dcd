"""Runs every story of a service, each in an installation of its own with a fixed cast and a moved clock."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.calendar import Calendar
from engine.definitions.declarations import read_yaml
from engine.errors import EngineError
from engine.ids import IdSource
from engine.people import Actor, lowest_level, read_offices
from engine.runtime import Runtime, open_runtime
from engine.scheduler import next_moment, tick
from engine.sealing import Sealer
from engine.sentences import Sentence
from engine.store import Database
from engine.store.definitions import DefinitionRow
from engine.store.people import OfficeRow

from .coverage import Coverage
from .expectations import check
from .outside import SYSTEMS, Outside, StoryError, check_answers, outside_answers
from .story import Story, brief

if TYPE_CHECKING:
    from engine.definitions import Bundle, Definition, Groups
    from engine.ports import Operation

    _Offered = Mapping[str, Operation] | None

OFFICES = (
    OfficeRow(1, None, "district", "990101", "临溪区", "Linxi District"),
    OfficeRow(2, 1, "subdistrict", "990101001", "青禾街道", "Qinghe Sub-district"),
    OfficeRow(3, 1, "subdistrict", "990101002", "石桥街道", "Shiqiao Sub-district"),
    OfficeRow(4, 1, "subdistrict", "990101003", "梧桐里街道", "Wutongli Sub-district"),
)
HOME = "990101001"
"""The office at which a story's case is started, unless it names another."""

MAX_MOMENTS = 2_000


@dataclass(frozen=True, slots=True)
class StoryResult:
    """How one story went; no problem means well."""

    service: str
    file: str
    title: Mapping[str, str]
    covers: tuple[str, ...]
    problems: tuple[str, ...]


def run_service(
    bundle: Bundle,
    definition: Definition,
    groups: Groups,
    *,
    offered: _Offered = None,
    open_database: Callable[[Path], Database] | None = None,
) -> tuple[list[StoryResult], Coverage]:
    """Run every story of a service; gives how each went and what they passed together.

    offered: every operation of outside systems, by name; calls and answers are checked by them. None leaves
    both unchecked. open_database: gives a story its empty database by the name of a file; None lets it be that file.
    """
    coverage = Coverage.of(definition)
    results = []
    for file in bundle.names(".yaml", "scenarios"):
        with tempfile.TemporaryDirectory(prefix="linbang-story-") as folder:
            database = (open_database or _file)(Path(folder) / "story.db")
            results.append(_run_file(definition, file, groups, database, coverage, offered))
    return results, coverage


def _after(number: int, done: str) -> Sentence:
    """Name a step after which something is expected; one that only expects has done nothing."""
    if not done:
        return Sentence("step {number}", number=number)
    return Sentence("step {number} {why}", number=number, why=done)


@dataclass
class _Clock:
    """The story's clock; it stands still until a step moves it."""

    moment: datetime = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class Player:
    """Plays one story: moves the clock, lets happen what falls due, checks what is expected."""

    def __init__(
        self, story: Story, clock: _Clock, outside: Mapping[str, Outside], offered: _Offered
    ) -> None:
        self.story, self.clock, self.outside, self.offered = story, clock, outside, offered

    def play(self) -> list[str]:
        """Play to the end; gives every unmet expectation."""
        problems: list[str] = []
        self.begin()
        for number, step in enumerate(self.story.steps, start=1):
            try:
                self.do(step)
            except StoryError as exc:
                message = Sentence("step {number} {why}", number=number, why=exc.message)
                raise StoryError(message) from exc
            problems += check(self.story, step.get("expect", {}), _after(number, brief(step)))
        problems += check(self.story, self.story.document.get("expect", {}), "at the end")
        return problems + [said for system in self.outside.values() for said in system.refused]

    def begin(self) -> None:
        """Start the case at the story's first moment."""
        self.prepare(self.story.document)
        self.clock.moment = self.story.begins_at() or self.clock.moment
        self.story.start()
        self.settle()

    def do(self, step: Mapping[str, Any]) -> None:
        """Do one step at its moment, and let happen what follows; raises StoryError when it cannot be done."""
        self.prepare(step)
        moment = self.story.when(step)
        if moment is not None:
            self.move_to(moment)
        self.story.do(step)
        self.settle()

    def prepare(self, part: Mapping[str, Any]) -> None:
        """Tell the outside systems what they answer from now on; raises StoryError for what they never can."""
        told = part.get("outside", {})
        if self.offered is not None:
            check_answers(told, self.offered)
        for name, answers in outside_answers(told).items():
            if name not in self.outside:
                raise StoryError(Sentence("Expected a connector under outside, but got {name!r}", name=name))
            self.outside[name].answers.update(answers)

    def move_to(self, moment: datetime) -> None:
        """Move the clock, stopping at everything that falls due on the way."""
        runtime = self.story.runtime
        for _ in range(MAX_MOMENTS):
            due = next_moment(runtime)
            if due is None or due > moment:
                break
            self.clock.moment = max(self.clock.moment, due)
            tick(runtime)
        self.clock.moment = max(self.clock.moment, moment)

    def settle(self) -> None:
        """Let happen what is due now."""
        for _ in range(MAX_MOMENTS):
            if not tick(self.story.runtime):
                return


def _run_file(
    definition: Definition,
    file: str,
    groups: Groups,
    database: Database,
    coverage: Coverage,
    offered: _Offered,
) -> StoryResult:
    bundle = definition.bundle
    document: Mapping[str, Any] = {}
    try:
        document = read_yaml(bundle.files[file], file)
        player = set_up(document, definition, groups, database, offered)
        try:
            problems = player.play()
        finally:
            coverage.note(player.story, file)
    except EngineError as exc:
        problems = [exc.message]
    except (AttributeError, LookupError, TypeError, ValueError) as exc:
        problems = [
            Sentence("Expected a story as the format says, but it cannot be read: {why}", why=repr(exc))
        ]
    finally:
        database.close()
    covers = tuple(document.get("covers") or ())
    return StoryResult(bundle.key, file, document.get("title") or {}, covers, tuple(problems))


def set_up(
    document: Mapping[str, Any],
    definition: Definition,
    groups: Groups,
    database: Database,
    offered: _Offered = None,
) -> Player:
    """Make an installation with the cast of every story in an empty database, and give what plays a story there.

    Raises StoryError for an office that is none of the cast's.
    """
    clock, outside = _Clock(), _outside(definition, offered or {})
    runtime = _installation(database, clock, definition, groups, outside)
    office = _office(runtime, definition, document.get("start", {}))
    story = Story(document, runtime, definition, office, lambda name: _person(runtime, name, office))
    return Player(story, clock, outside, offered)


def _file(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def _outside(definition: Definition, offered: Mapping[str, Operation]) -> dict[str, Outside]:
    """Give everything that stories play, each with what checks its calls."""
    drawn = {one.call.operation.partition(".")[0] for one in definition.elements.values() if one.call}
    known: dict[str, dict[str, Operation]] = {name: {} for name in (*SYSTEMS, *sorted(drawn))}
    for name, operation in offered.items():
        system, _, part = name.partition(".")
        known.setdefault(system, {})[part] = operation
    return {name: Outside(name, found) for name, found in known.items()}


def _installation(
    database: Database,
    clock: _Clock,
    definition: Definition,
    groups: Groups,
    outside: Mapping[str, Outside],
) -> Runtime:
    database.create_tables()
    runtime = open_runtime(
        database,
        clock=clock,
        ids=IdSource(0),
        sealer=Sealer(bytes(32)),
        calendar=Calendar.standard(),
        groups=groups,
    )
    runtime.connectors = outside
    for office in OFFICES:
        runtime.people.add_office(office)
    runtime.offices = read_offices(runtime.people)
    bundle = definition.bundle
    runtime.catalogue.learn(definition)  # which would compile it once more for each story
    row = DefinitionRow(runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, "")
    runtime.catalogue.deploy(bundle, row)
    return runtime


def _office(runtime: Runtime, definition: Definition, begin: Mapping[str, Any]) -> int:
    """Give the office at which a story's case is started: the lowest at which somebody has to do with it."""
    code = str(begin.get("office", HOME))
    found = next((row.id for row in OFFICES if row.code == code), None)
    if found is None:
        raise StoryError(Sentence("Expected the code of an office of the cast, but got {code!r}", code=code))
    used = [element.group for element in definition.elements.values() if element.group]
    return runtime.offices.at_level(found, lowest_level(runtime.groups, [*used, *definition.start_groups]))


def _person(runtime: Runtime, name: str, home: int) -> Actor:
    """Give a person of the cast: `group` is the first of the group, `group.2` the second."""
    group, _, number = name.partition(".")
    if group not in runtime.groups or not (number or "1").isdigit():
        raise StoryError(
            Sentence("Expected a group of groups.yaml, perhaps with a number, but got {name!r}", name=name)
        )
    office = runtime.offices.at_level(home, runtime.groups[group].level)
    index = int(number or 1)
    person_id = 1000 + 10 * sorted(runtime.groups).index(group) + index
    return Actor(
        person_id, f"{group} {index}", office, frozenset({(group, office)}), frozenset({"caseworker"})
    )
