"""Which changes of a played story may lead to what is not passed yet, the likeliest first. Plays nothing."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.calendar import Calendar
from engine.definitions.xml import B
from engine.errors import EngineError

from ..outside import is_error
from .filling import components
from .plans import Goal, Plan, Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from engine.decisions.tables import Table
    from engine.forms import Component
    from engine.ports import Operation

    from .filling import Values
    from .model import Model

_FEW = 6
"""How many sets of values are tried that a condition or a rule is known to fit."""
_MOST_TRIED = 600
_MOST_ROWS = 3
WHOLE = -2
"""Stands for the story as a whole among the numbers of its steps."""
_FIRST_DAY = date(2026, 3, 2)

Change = tuple[int, tuple[str | int, ...], Any]
"""One other answer: the number of the step, -1 for the start; the way to it within the part; the value."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where an answer stands in a played story. number: of its step, -1 for the start."""

    number: int
    path: str
    component: Component


class Changes:
    """Makes plans from a walk that came near to a goal."""

    def __init__(self, model: Model, values: Values, offered: Mapping[str, Operation] | None) -> None:
        self.model, self.values, self.offered = model, values, offered
        calendar = Calendar.standard()
        self._environment = feel.Environment(
            now=lambda: datetime(2026, 3, 2, 2, tzinfo=UTC), zone=calendar.zone, calendar=calendar
        )

    def plans(self, goal: Goal, walk: Walk, at: int) -> Iterator[Plan]:
        """Iterate over what to try. at: which part of the walk's trace came near, 0 for the start."""
        yield from self._by_events(goal, walk, at)
        names, tests = self.wanted(goal)
        sites = [one for one in self._sites(walk, at) if self._matters(one, names)]
        for chosen in self._fitting(tests, sites):
            yield Plan(_changed(walk.document, chosen), goal)
        yield from self._returned(goal, walk, at, names)
        single = [self._single(walk, site) for site in sites]
        for changes in _in_turns(single):
            yield Plan(_changed(walk.document, changes), goal)
        for relevant in (True, False):
            for document in self._told_otherwise(walk, names, relevant=relevant):
                yield Plan(document, goal)

    def wanted(self, goal: Goal) -> tuple[frozenset[str], list[tuple[str, Any]]]:
        """Give the variables on which it hangs, and tests of single names: an expression, or a cell with its column."""
        kind, name = goal
        if kind == "rules":
            table, row = self.model.rules.get(name, (None, 0))
            reads = {
                one
                for task in self.model.deciding.get(name, ())
                for one in self.model.definition.variables_read(task)
            }
            return self.model.behind(reads), [] if table is None else _cells(table, row)
        way = self.model.ways.get(name)
        if way is None:
            return frozenset(), []
        around = self.model.nodes[way.source]
        reads = set(self.model.definition.variables_read(way.source))
        if way.condition:
            return self.model.behind(reads), [(way.condition, None)]
        others = [one.condition for one in around.out if one.condition]
        return self.model.behind(reads), [
            (f"not({' or '.join(f'({one})' for one in others)})", None)
        ] if others else []

    def _matters(self, site: Site, names: frozenset[str]) -> bool:
        return bool(set(site.path.split(".")) & names)

    def _sites(self, walk: Walk, at: int) -> Iterator[Site]:
        """Iterate over the answers given until then, the newest first."""
        definition = self.model.definition
        parts: list[tuple[int, str | None]] = [(-1, definition.start_form)]
        for number, step in enumerate(walk.document["steps"][:at]):
            form = None
            if "task" in step and "send_back" not in step:
                form = definition.elements[step["task"]].form
            elif step.get("message") in definition.messages:
                form = definition.messages[step["message"]].form
            parts.append((number, form))
        for number, form in reversed(parts):
            if form is not None:
                yield from (Site(number, path, one) for path, one in components(definition.forms[form]))

    def _fitting(self, tests: Sequence[tuple[str, Any]], sites: Sequence[Site]) -> Iterator[list[Change]]:
        """Iterate over sets of answers that make what is wanted true, as far as it hangs on answers alone."""
        newest: dict[str, Site] = {}
        for site in sites:
            newest.setdefault(site.path.rpartition(".")[2], site)
        found: dict[str, list[Any]] = {}
        for text, cell in tests:
            if cell is not None:
                name = text.rpartition(".")[2]
                if name in newest:
                    found[name] = [
                        one for one in self._values(newest[name]) if _fits(cell, one, self._environment)
                    ]
                continue
            names = [
                name
                for name in sorted(feel.compile(text, names=self.model.definition.names).names)
                if name in newest
            ]
            yield from self._making_true(text, {name: newest[name] for name in names})
        if found and all(found.values()):
            for number in range(_FEW):
                yield [_change(newest[name], good[number % len(good)]) for name, good in found.items()]

    def _making_true(self, text: str, sites: Mapping[str, Site]) -> Iterator[list[Change]]:
        expression = feel.compile(text, names=self.model.definition.names)
        combined = itertools.product(*(self._values(site) for site in sites.values()))
        good = 0
        for values in itertools.islice(combined, _MOST_TRIED):
            try:
                fits = expression.evaluate(dict(zip(sites, values, strict=True)), self._environment) is True
            except EngineError:
                fits = False
            if fits:
                yield [_change(site, value) for site, value in zip(sites.values(), values, strict=True)]
                good += 1
            if good == _FEW:
                return

    def _values(self, site: Site) -> list[Any]:
        found = self.values.of(site.component, _FIRST_DAY)
        key = site.component.get("valuesKey")
        return found or list(self.values.told.get(str(site.component.get("key")), ())) if key else found

    def _single(self, walk: Walk, site: Site) -> list[list[Change]]:
        part = _part(walk.document, site.number).get("answers", {})
        said = _get(part, site.path.split("."))
        return [[_change(site, value)] for value in self._values(site) if [value] != said]

    def _returned(self, goal: Goal, walk: Walk, at: int, names: frozenset[str]) -> Iterator[Plan]:
        """Iterate over sending a case back instead of answering."""
        for number in range(at - 1, -1, -1):
            step = walk.document["steps"][number]
            element = self.model.definition.elements.get(step.get("task", ""))
            if element is not None and element.send_back and "send_back" not in step and "sent_back" in names:
                back = {key: step[key] for key in ("task", "by", "after", "at") if key in step}
                yield Plan(walk.document, goal, number, {**back, "send_back": "请补充说明"})

    def _told_otherwise(
        self, walk: Walk, names: frozenset[str], *, relevant: bool
    ) -> Iterator[dict[str, Any]]:
        """Iterate over a story with other answers of outside systems: other values, no errors.

        relevant: of those whose result is known to matter, or of the others.
        """
        parts = [WHOLE, *range(-1, len(walk.document["steps"]))]
        calls = {
            one.call.operation: key
            for key, one in self.model.definition.elements.items()
            if one.call is not None
        }
        for number in parts:
            told = _part(walk.document, number).get("outside", {})
            for operation, given in told.items():
                result = self.model.result_of(calls[operation]) if operation in calls else ""
                if relevant and _refuses(given):
                    document = copy.deepcopy(walk.document)
                    part = _part(document, number)
                    del part["outside"][operation]
                    yield document
                if (not result or result in names) != relevant:
                    continue
                for path, said in _ways(given):
                    for value in self._others(path, said):
                        document = copy.deepcopy(walk.document)
                        part = _part(document, number)
                        part["outside"][operation] = _with(part["outside"][operation], path, value)
                        yield document

    def _others(self, path: tuple[str | int, ...], said: Any) -> list[Any]:
        name = next((one for one in reversed(path) if isinstance(one, str)), "")
        spoken = list(self.model.constants.get(name, ()))
        if isinstance(said, bool):
            return [not said]
        if isinstance(said, list):
            return [[]] if said else []
        if isinstance(said, str):
            return [one for one in spoken if isinstance(one, str) and one != said]
        if said is None:
            return spoken
        numbers = [one + by for one in spoken if not isinstance(one, (str, bool, date)) for by in (0, 1, -1)]
        return [one for one in (*numbers, 0, 1, 1000, 100000) if one != said][:8]

    def _by_events(self, goal: Goal, walk: Walk, at: int) -> Iterator[Plan]:
        """Iterate over waiting, messages and errors, where an event is wanted."""
        node = self.model.nodes.get(goal[1]) or self._source_event(goal)
        if node is None:
            return
        wanted: Goal = ("nodes", node.id)
        host = str(node.element.get("attachedToRef", ""))
        held = frozenset(self.model.inside(host) if host else ())
        if node.element.find(f"{B}timerEventDefinition") is not None:
            for keep in (at, at + 1):
                yield Plan(walk.document, wanted, keep, None, held or frozenset({"*"}))
        message = node.element.find(f"{B}messageEventDefinition")
        if message is not None:
            name = self.model.messages.get(message.get("messageRef", ""), "")
            for keep in dict.fromkeys((at, at + 1, len(walk.document["steps"]))):
                yield Plan(walk.document, wanted, keep, {"message": name, "after": "PT1H"})
        error = node.element.find(f"{B}errorEventDefinition")
        if error is not None and host:
            yield from self._by_errors(
                wanted, walk, host, self.model.errors.get(error.get("errorRef", ""), "")
            )

    def _source_event(self, goal: Goal) -> Any:
        way = self.model.ways.get(goal[1])
        node = self.model.nodes.get(way.source) if way is not None else None
        return (
            node
            if node is not None and node.kind in {"boundaryEvent", "startEvent", "intermediateCatchEvent"}
            else None
        )

    def _by_errors(self, goal: Goal, walk: Walk, host: str, code: str) -> Iterator[Plan]:
        for key in sorted(self.model.inside(host)):
            element = self.model.definition.elements.get(key)
            if element is None or element.call is None:
                continue
            operation = element.call.operation
            codes = [code] if code else ["not_available"]
            if self.offered is not None and operation in self.offered:
                known = self.offered[operation].shape(operation.partition(".")[0]).errors
                codes = [one for one in codes if one in known] or ([] if code else sorted(known)[:1])
            for one in codes:
                for number in range(3):
                    yield Plan(_refusing(walk.document, operation, one, number), goal)


def _refusing(document: Mapping[str, Any], operation: str, code: str, number: int) -> dict[str, Any]:
    """Give a story in which an outside system refuses one call; number: after how many answers."""
    changed = copy.deepcopy(dict(document))
    parts = [changed, *changed["steps"]]
    given: list[Any] = []
    for part in parts:
        if operation in part.get("outside", {}):
            told = part["outside"].pop(operation)
            given += told if isinstance(told, list) else [told]
    refused = [*given[:number], {"error": code}, *given[number:]]
    changed.setdefault("outside", {})[operation] = refused
    return changed


def _refuses(given: Any) -> bool:
    return any(is_error(one) for one in (given if isinstance(given, list) else [given]))


def _cells(table: Table, row: int) -> list[tuple[str, Any]]:
    rule = table.rows[row]
    return [
        (column.expression.text.strip(), test)
        for column, test in zip(table.inputs, rule.tests, strict=True)
        if test is not None
    ]


def _fits(cell: Any, value: Any, environment: feel.Environment) -> bool:
    try:
        return cell.evaluate({}, environment, value=value) is True
    except EngineError:
        return False


def _change(site: Site, value: Any) -> Change:
    return site.number, tuple(site.path.split(".")), value


def _changed(document: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """Give a story with other answers; in a list the first rows get them."""
    changed = copy.deepcopy(dict(document))
    for number, path, value in changes:
        part = changed.setdefault("start", {}) if number == -1 else changed["steps"][number]
        _set(part.setdefault("answers", {}), path, value)
    return changed


def _part(document: dict[str, Any], number: int) -> dict[str, Any]:
    if number == WHOLE:
        return document
    found: dict[str, Any] = document.get("start", {}) if number == -1 else document["steps"][number]
    return found


def _set(part: Any, path: tuple[str | int, ...], value: Any) -> None:
    for name in path[:-1]:
        inner = part.setdefault(name, {})
        if isinstance(inner, list):
            if not inner:
                inner.append({})
            for row in inner[:_MOST_ROWS]:
                _set(row, path[path.index(name) + 1 :], value)
            return
        part = inner
    part[path[-1]] = value


def _get(part: Any, path: Sequence[str]) -> list[Any]:
    """Give what stands at a path, in the rows of a list each."""
    for position, name in enumerate(path):
        if isinstance(part, list):
            return [one for row in part for one in _get(row, path[position:])]
        part = part.get(name) if isinstance(part, dict) else None
    return [part]


def _ways(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Iterate over every value within an answer with the way to it."""
    if isinstance(part, dict):
        for key, item in part.items():
            yield from _ways(item, (*path, key))
    elif isinstance(part, list):
        if path and part:
            yield path, part
        for number, item in enumerate(part[:_MOST_ROWS]):
            yield from _ways(item, (*path, number))
    else:
        yield path, part


def _with(part: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Give an answer with another value somewhere in it."""
    if not path:
        return value
    found = copy.deepcopy(part)
    here = found
    for name in path[:-1]:
        here = here[name]
    here[path[-1]] = value
    return found


def _in_turns(groups: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """Iterate over the first of each, then the second of each, and so on."""
    for row in itertools.zip_longest(*groups):
        yield from (one for one in row if one is not None)
