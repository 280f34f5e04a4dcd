"""Runs a service's stories with a moved clock and says what no story covers.

Each story runs in an installation of its own with a fixed cast: a district with three sub-district
offices, two people in every group at every office of the group's level.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import clocks, feel, forms, history, instances, messages, spiff, user_tasks
from engine.calendar import Calendar
from engine.definitions import Bundle, Definition, Groups
from engine.definitions.declarations import read_yaml
from engine.definitions.mend import FLOW_NODES
from engine.errors import EngineError, InvalidInput
from engine.ids import IdSource
from engine.people import Actor, read_offices
from engine.ports import Call, ConnectorError
from engine.runtime import Runtime, open_runtime
from engine.jobs import run_due
from engine.sealing import Sealer
from engine.state import from_ms
from engine.store import Database
from engine.store.cases import CaseStore
from engine.store.definitions import DefinitionRow
from engine.store.people import OfficeRow
from engine.timers import moment_of

if TYPE_CHECKING:
    from collections.abc import Callable

DISTRICT = 1
OFFICES = (
    OfficeRow(1, None, "district", "990101", "临溪区", "Linxi District"),
    OfficeRow(2, 1, "subdistrict", "990101001", "青禾街道", "Qinghe Sub-district"),
    OfficeRow(3, 1, "subdistrict", "990101002", "石桥街道", "Shiqiao Sub-district"),
    OfficeRow(4, 1, "subdistrict", "990101003", "梧桐里街道", "Wutongli Sub-district"),
)
HOME = 2
"""The office at which every story's case is started."""

MAX_STEPS = 300
MAX_JOBS = 2_000
_DAYS = re.compile(r"\d+\s*(WD|D)")


@dataclass(frozen=True, slots=True)
class StoryResult:
    """How one story went; no problem means well."""

    service: str
    file: str
    title: Mapping[str, str]
    covers: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(slots=True)
class Coverage:
    """What the stories of a service passed, against everything there is, by kind."""

    every: dict[str, set[str]]
    passed: dict[str, set[str]] = field(default_factory=dict)

    def missing(self) -> dict[str, list[str]]:
        """List what no story passes."""
        return {kind: sorted(names - self.passed.get(kind, set())) for kind, names in self.every.items()}

    def summary(self) -> dict[str, dict[str, Any]]:
        """Give counts and what is missing, by kind."""
        missing = self.missing()
        return {
            kind: {"covered": len(names) - len(missing[kind]), "of": len(names), "missing": missing[kind]}
            for kind, names in self.every.items()
        }


class StoryError(EngineError):
    """Expected the story to go on, but it cannot."""

    code = "story_failed"


def run_service(bundle: Bundle, definition: Definition, groups: Groups) -> tuple[list[StoryResult], Coverage]:
    """Run every story of a service."""
    coverage = Coverage(_everything(definition))
    results = []
    for file in bundle.names(".yaml", "scenarios"):
        with tempfile.TemporaryDirectory(prefix="linbang-story-") as folder:
            results.append(_run_file(bundle, file, groups, Path(folder), coverage))
    return results, coverage


@dataclass
class _Clock:
    """The story's clock; it stands still until a step moves it."""

    moment: datetime = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class _Outside:
    """Plays an outside system with the answers that the story gives, one after the other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.operations: Mapping[str, Any] = {}
        self.answers: dict[str, list[Any]] = {}

    def call(self, call: Call) -> Any:
        """Give the next answer, the last one for ever; raise the error that the story names."""
        waiting = self.answers.get(call.operation, [])
        if not waiting:
            message = f"The story says nothing about {self.name}.{call.operation}"
            raise ConnectorError(message, code="not_in_story", permanent=True)
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, dict) and answer.keys() <= {"error", "permanent"} and "error" in answer:
            permanent = bool(answer.get("permanent", True))
            raise ConnectorError(f"The story says {answer['error']}", code=answer["error"], permanent=permanent)
        return answer


class _Story:
    def __init__(self, document: Mapping[str, Any], runtime: Runtime, clock: _Clock, outside: Mapping[str, _Outside]) -> None:
        self.document = document
        self.runtime = runtime
        self.clock = clock
        self.outside = outside
        self.cases = CaseStore(runtime.database, runtime.tenant_id)
        self.case_id = 0
        self.problems: list[str] = []
        self.definition: Definition | None = None

    def run(self, service_key: str) -> None:
        """Start the case, take every step, check the end."""
        self._prepare_outside(self.document.get("outside", {}))
        self._start(service_key)
        steps = self.document.get("steps", [])
        if len(steps) > MAX_STEPS:
            raise StoryError(f"Expected at most {MAX_STEPS} steps, but there are {len(steps)}")
        for number, step in enumerate(steps, start=1):
            try:
                self._step(step)
            except EngineError as exc:
                detail = "; ".join(f"{p.path} {p.code} {dict(p.params)}" for p in exc.details.get("problems", ()))
                raise StoryError(f"step {number} {_brief(step)}: {exc.message} {detail}".rstrip()) from exc
        self._expect(self.document.get("expect", {}), "at the end")

    def links(self) -> list[history.Link]:
        """Give the case's history, opened."""
        rows = self.cases.history(self.case_id)
        return [history.open_link(self.runtime.sealer, self.case_id, row) for row in rows]

    def _start(self, service_key: str) -> None:
        begin = self.document.get("start", {})
        if "at" in begin:
            self.clock.moment = self._moment(str(begin["at"]))
        _, definition = self.runtime.catalogue.newest(service_key)
        self.definition = definition
        actor = self._person(begin.get("by", definition.start_groups[0]))
        raw = begin.get("answers", {})
        environment = self.runtime.environment()
        evaluate = lambda text, context: feel.compile(text, names=definition.names).evaluate(context, environment)  # noqa: E731 - binds
        values = dict(raw)
        if definition.start_form:
            answers = forms.read_answers(definition.forms[definition.start_form], raw, {}, evaluate)
            if answers.problems:
                listed = "; ".join(f"{p.path} {p.code} {dict(p.params)}" for p in answers.problems)
                raise StoryError(f"the start form refuses: {listed}")
            values = answers.values
        request = instances.StartRequest(service_key, HOME, values)
        self.case_id = instances.start(self.runtime, actor, request).id
        self._settle()

    def _step(self, step: Mapping[str, Any]) -> None:
        if "outside" in step:
            self._prepare_outside(step["outside"])
        if "after" in step:
            self._move_to(self._later(str(step["after"])))
        if "at" in step:
            self._move_to(self._moment(str(step["at"])))
        if "wait" in step:
            self._move_to(self._later(str(step["wait"])))
        if "task" in step:
            self._do_task(step)
        if "message" in step:
            actor = self._person(step.get("by", "window_clerk"))
            messages.correlate(self.runtime, step["message"], self.case_id, actor, step.get("answers", {}))
        self._settle()
        if "expect" in step:
            self._expect(step["expect"], f"after {_brief(step)}")

    def _do_task(self, step: Mapping[str, Any]) -> None:
        element_id = step["task"]
        found = [row for row in self.cases.user_tasks(self.case_id) if row.state == "open" and row.element_id == element_id]
        if not found:
            open_now = sorted(row.element_id for row in self.cases.user_tasks(self.case_id) if row.state == "open")
            raise StoryError(f"Expected the task {element_id!r} to be open, but open are {open_now}")
        row = found[0]
        actor = self._person(step.get("by", row.candidate_group))
        user_tasks.claim(self.runtime, row.id, actor)
        if "send_back" in step:
            user_tasks.send_back(self.runtime, row.id, actor, str(step["send_back"]))
            return
        user_tasks.complete(self.runtime, row.id, actor, step.get("answers", {}))
        assert self.definition is not None
        if self.definition.elements[element_id].second_signer:
            group = str(step.get("by", row.candidate_group)).split(".")[0]
            second = self._person(step.get("second", f"{group}.2"))
            user_tasks.claim(self.runtime, row.id, second)
            user_tasks.complete(self.runtime, row.id, second, {})

    def _prepare_outside(self, answers: Mapping[str, Any]) -> None:
        for operation, answer in answers.items():
            name, _, part = operation.partition(".")
            queue = self.outside[name].answers
            queue[part] = list(answer) if isinstance(answer, list) else [answer]

    def _person(self, name: str) -> Actor:
        """Give a person of the cast: `group` is the first of the group, `group.2` the second."""
        group, _, number = str(name).partition(".")
        if group not in self.runtime.groups:
            raise StoryError(f"Expected a group of groups.yaml, but got {name!r}")
        office = self.runtime.offices.at_level(HOME, self.runtime.groups[group].level)
        index = int(number or 1)
        person_id = 1000 + 10 * sorted(self.runtime.groups).index(group) + index
        return Actor(person_id, f"{group} {index}", office, frozenset({(group, office)}), frozenset({"caseworker"}))

    def _moment(self, text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.runtime.calendar.zone)

    def _later(self, span: str) -> datetime:
        """Give the moment that lies a span from now: working or calendar days at the same time of day."""
        calendar, now = self.runtime.calendar, self.clock.now()
        if not _DAYS.fullmatch(span):
            return moment_of(span, now, calendar, str)
        limit = clocks.parse_limit(span)
        local = now.astimezone(calendar.zone)
        if limit.unit is clocks.Unit.WORKING_DAY:
            day = calendar.add_working_days(local.date(), limit.count)
        else:
            day = local.date() + timedelta(days=limit.count)
        return datetime.combine(day, local.timetz())

    def _move_to(self, moment: datetime) -> None:
        """Move the clock, stopping at everything that falls due on the way."""
        for _ in range(MAX_JOBS):
            due = self.runtime.jobs.next_due()
            if due is None or from_ms(due) > moment:
                break
            self.clock.moment = max(self.clock.moment, from_ms(due))
            run_due(self.runtime)
        self.clock.moment = max(self.clock.moment, moment)

    def _settle(self) -> None:
        for _ in range(MAX_JOBS):
            if not run_due(self.runtime):
                return

    def _expect(self, wanted: Mapping[str, Any], when: str) -> None:
        for key, value in wanted.items():
            check = _CHECKS.get(key)
            if check is None:
                self.problems.append(f"{when}: unknown expectation {key!r}; there are {', '.join(_CHECKS)}")
            else:
                self.problems.extend(f"{when}: {problem}" for problem in check(self, value))

    def variables(self) -> Mapping[str, Any]:
        """Give the newest variables of the case."""
        row = self.cases.instance(self.case_id)
        assert row is not None
        if row.state != "active":
            return instances.final_variables(self.runtime, row)
        case = instances.open_case(self.runtime, row, [])
        return spiff.newest_data(case.workflow)


def _outcome(story: _Story, wanted: str) -> Iterator[str]:
    row = story.cases.instance(story.case_id)
    assert row is not None
    if row.outcome != wanted:
        still = sorted(task.element_id for task in story.cases.user_tasks(story.case_id) if task.state == "open")
        yield f"expected the outcome {wanted!r}, but it is {row.outcome!r} ({row.state}; open: {still})"


def _passes(story: _Story, wanted: list[str]) -> Iterator[str]:
    passed = [step[0] for link in story.links() for step in link.payload.get("passed", ())]
    yield from _in_order(wanted, passed, "passing")


def _never(story: _Story, unwanted: list[str]) -> Iterator[str]:
    passed = {step[0] for link in story.links() for step in link.payload.get("passed", ())}
    for element_id in unwanted:
        if element_id in passed:
            yield f"expected never to pass {element_id!r}"


def _variables(story: _Story, wanted: Mapping[str, Any]) -> Iterator[str]:
    found = story.variables()
    for name, value in wanted.items():
        if not _matches(value, found.get(name)):
            yield f"expected {name} = {value!r}, but it is {found.get(name)!r}"


def _letters(story: _Story, wanted: list[str]) -> Iterator[str]:
    issued = [
        event["letter"]
        for link in story.links()
        for event in link.payload.get("events", ())
        if event["type"] == "letter_issued"
    ]
    yield from _in_order(wanted, issued, "letters")


def _deadlines(story: _Story, wanted: Mapping[str, str]) -> Iterator[str]:
    rows = {row.deadline_id: row for row in story.cases.deadlines(story.case_id)}
    for key, state in wanted.items():
        found = rows[key].state if key in rows else None
        if found != state:
            yield f"expected the deadline {key} to be {state}, but it is {found}"


def _due(story: _Story, wanted: Mapping[str, Any]) -> Iterator[str]:
    rows = {row.deadline_id: row for row in story.cases.deadlines(story.case_id)}
    tasks = {row.element_id: row for row in story.cases.user_tasks(story.case_id) if row.state == "open"}
    for key, text in wanted.items():
        row: Any = rows.get(key) or tasks.get(key)
        if row is None:
            yield f"expected {key} to be due, but there is no such deadline or open task"
        elif from_ms(row.due_at) != story._moment(str(text)):  # noqa: SLF001 - same room
            local = from_ms(row.due_at).astimezone(story.runtime.calendar.zone)
            yield f"expected {key} to be due {text}, but it is {local:%Y-%m-%dT%H:%M}"


def _open(story: _Story, wanted: list[str]) -> Iterator[str]:
    found = sorted(row.element_id for row in story.cases.user_tasks(story.case_id) if row.state == "open")
    if found != sorted(wanted):
        yield f"expected the open tasks {sorted(wanted)}, but they are {found}"


def _incidents(story: _Story, wanted: int) -> Iterator[str]:
    found = story.cases.incidents(story.case_id)
    if len(found) != wanted:
        listed = "; ".join(f"{row.element_id}: {row.message}" for row in found)
        yield f"expected {wanted} incidents, but there are {len(found)}: {listed}"


_CHECKS: dict[str, Callable[[_Story, Any], Iterator[str]]] = {
    "outcome": _outcome,
    "passes": _passes,
    "never": _never,
    "variables": _variables,
    "letters": _letters,
    "deadlines": _deadlines,
    "due": _due,
    "open": _open,
    "incidents": _incidents,
}


def _in_order(wanted: list[str], found: list[str], what: str) -> Iterator[str]:
    position = 0
    for name in wanted:
        if name not in found[position:]:
            yield f"expected {what} {wanted} in this order, but {name!r} does not follow in {found}"
            return
        position = found.index(name, position) + 1


def _matches(wanted: Any, found: Any) -> bool:
    """Compare a value of a story with a variable: dates are written as text, mappings may say less."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(_matches(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(_matches, wanted, found))
    if isinstance(found, (date, datetime)) and isinstance(wanted, str):
        return found.isoformat() == wanted
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, (int, Decimal)) and isinstance(found, (int, Decimal)):
        return Decimal(wanted) == Decimal(found)
    return bool(wanted == found)


def _run_file(bundle: Bundle, file: str, groups: Groups, folder: Path, coverage: Coverage) -> StoryResult:
    clock = _Clock()
    database = Database(f"sqlite:///{folder / 'story.db'}")
    document: Mapping[str, Any] = {}
    problems: list[str] = []
    try:
        document = read_yaml(bundle.files[file], file)
        runtime, outside = _installation(database, clock, bundle, groups)
        story = _Story(document, runtime, clock, outside)
        try:
            story.run(bundle.key)
        finally:
            _note_coverage(coverage, story)
        problems = story.problems
    except EngineError as exc:
        problems = [exc.message]
    finally:
        database.close()
    title = document.get("title") or {}
    return StoryResult(bundle.key, file, title, tuple(document.get("covers") or ()), tuple(problems))


def _installation(
    database: Database, clock: _Clock, bundle: Bundle, groups: Groups
) -> tuple[Runtime, Mapping[str, _Outside]]:
    database.create_tables()
    names = ("registry", "beds", "sms", "mail", "webhook")
    outside = {name: _Outside(name) for name in names}
    runtime = open_runtime(
        database,
        clock=clock,
        ids=IdSource(0),
        sealer=Sealer(bytes(32)),
        calendar=Calendar.standard(),
        groups=groups,
        connectors=outside,
    )
    for office in OFFICES:
        runtime.people.add_office(office)
    runtime.offices = read_offices(runtime.people)
    row = DefinitionRow(runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, "")
    try:
        runtime.catalogue.deploy(bundle, row)
    except InvalidInput as exc:
        raise StoryError(exc.message) from exc
    return runtime, outside


def _everything(definition: Definition) -> dict[str, set[str]]:
    nodes = {key for key, element in definition.elements.items() if element.kind in FLOW_NODES}
    return {
        "nodes": nodes,
        "flows": set(definition.flows.values()),
        "timers": set(definition.timers),
        "rules": {f"{key}/{rule}" for key, decision in definition.decisions.items() for rule in decision.rules},
    }


def _note_coverage(coverage: Coverage, story: _Story) -> None:
    if not story.case_id or story.definition is None:
        return
    flows = story.definition.flows
    for link in story.links():
        for element_id, *sources in link.payload.get("passed", ()):
            coverage.passed.setdefault("nodes", set()).add(element_id)
            coverage.passed.setdefault("timers", set()).add(element_id)
            for source in sources:
                if (source, element_id) in flows:
                    coverage.passed.setdefault("flows", set()).add(flows[source, element_id])
        for decision, rule in link.payload.get("rules", ()):
            coverage.passed.setdefault("rules", set()).add(f"{decision}/{rule}")


def _brief(step: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {step[key]}" for key in ("task", "message", "wait", "after", "at") if key in step)
