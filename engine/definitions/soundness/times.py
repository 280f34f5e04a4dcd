"""Finds clocks that cannot be met because of what the diagram itself waits for, and pauses that no clock hears of.

Days are compared as they are in ordinary weeks: five working days in seven. What is found is late in all of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import clocks
from engine.definitions.xml import B, L
from engine.errors import InvalidInput
from engine.sentences import Sentence
from engine.timers import seconds_of

from .graph import ALL

if TYPE_CHECKING:
    from engine.definitions.declarations import DeadlineDeclaration
    from engine.definitions.findings import Findings

    from .graph import Graph, Node

_WEEK, _WORK = 7, 5
_REST = _WEEK - _WORK
_DAY_S, _DAY_H = 86_400, 24


@dataclass(frozen=True, slots=True)
class Span:
    """How many days something takes: at least, and at most."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class _Clock:
    """A clock with the scope that it watches; a task's is the task alone."""

    declared: DeadlineDeclaration
    limit: clocks.Limit
    graph: Graph
    node: Node | None
    """The activity that it stands on; None on a process."""


def span(limit: clocks.Limit) -> Span:
    """Give how many days a limit is in ordinary weeks, counted from the day of its start."""
    count = limit.count
    if limit.unit is clocks.Unit.WORKING_DAY:
        return Span(count + _REST * ((count - 1) // _WORK), count + _REST * -(-count // _WORK))
    if limit.unit is clocks.Unit.CALENDAR_DAY:
        return Span(count, count + _REST)
    return Span(count / _DAY_H, count / _DAY_H)


def check_times(
    graphs: Mapping[str, Graph], deadlines: Mapping[str, DeadlineDeclaration], findings: Findings
) -> None:
    """Note clocks that others around them cut short, clocks shorter than their work waits, and idle pauses."""
    around = _around(graphs)
    found = list(_read(graphs, deadlines))
    for inner in found:
        for outer in found:
            if _is_inside(inner, outer, around) and _is_longer(inner.limit, outer.limit):
                _tell_longer(inner, outer, findings)
    waits = _Waits(graphs)
    for clock in found:
        least = waits.least(clock)
        if least is not None and least > span(clock.limit).most:
            _tell_unmet(clock, least, findings)
    _check_pauses(graphs, deadlines, around, findings)


def _read(graphs: Mapping[str, Graph], deadlines: Mapping[str, DeadlineDeclaration]) -> Iterator[_Clock]:
    """Iterate over the clocks whose limits are written out."""
    nodes = {key: (graph, node) for graph in graphs.values() for key, node in graph.nodes.items()}
    for declared in deadlines.values():
        try:
            limit = clocks.parse_limit(declared.limit)
        except InvalidInput:
            continue  # FEEL, known when a case runs; what is neither is said elsewhere
        if declared.scope in graphs and declared.scope not in nodes:
            yield _Clock(declared, limit, graphs[declared.scope], None)
        elif declared.scope in nodes:
            graph, node = nodes[declared.scope]
            yield _Clock(declared, limit, graphs.get(declared.scope, graph), node)


def _around(graphs: Mapping[str, Graph]) -> dict[str, set[str]]:
    """Give what is directly around each element and scope; around a called process is whatever calls it."""
    found: dict[str, set[str]] = {}
    for graph in graphs.values():
        for key, node in graph.nodes.items():
            found.setdefault(key, set()).add(graph.id)
            if node.kind == "callActivity":
                found.setdefault(node.element.get("calledElement", ""), set()).add(key)
        for key in graph.watchers:
            found.setdefault(key, set()).add(graph.id)
    return found


def _everything_around(name: str, around: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for one in around.get(waiting.pop(), set()) - found:
            found.add(one)
            waiting.append(one)
    return found


def _is_inside(inner: _Clock, outer: _Clock, around: Mapping[str, set[str]]) -> bool:
    """Say whether one clock surely runs within another: it starts later and ends before."""
    scope, named = outer.declared.scope, (outer.declared.ends_on, outer.declared.hands_over_on)
    own = inner.declared
    if own.starts_on or own.ends_on or own.hands_over_on or scope == own.scope:
        return False
    inside = _everything_around(own.scope, around)
    if scope not in inside or any(named):
        return False
    begins = set(outer.declared.starts_on)
    if not begins:
        return True
    # The clock has begun when nothing leads to the inner one but over an element that starts it.
    graph = outer.graph
    here = {key for key in {own.scope, *inside} if key in graph.nodes}
    return bool(here) and not here & graph.reachable([graph.start], without=begins)


def _is_longer(inner: clocks.Limit, outer: clocks.Limit) -> bool:
    if inner.unit is outer.unit:
        return inner.count > outer.count
    return span(inner).least > span(outer).most


class _Waits:
    """How long the diagrams wait at least by themselves, whatever people do."""

    def __init__(self, graphs: Mapping[str, Graph]) -> None:
        self._graphs = graphs
        self._of: dict[str, float] = {}

    def least(self, clock: _Clock) -> float | None:
        """Give the least days from a clock's start to its end; None when nobody can say."""
        graph, declared = clock.graph, clock.declared
        if clock.node is not None and clock.node.kind not in {"subProcess", "callActivity"}:
            return None  # a person's own task, or an event that is its own clock
        begins = [key for key in declared.starts_on if key in graph.nodes] or [graph.start]
        ends = {*declared.ends_on, *declared.hands_over_on}
        if (declared.starts_on and begins == [graph.start]) or not ends <= graph.nodes.keys():
            return None
        if clock.node is not None and clock.node.kind == "callActivity":
            return self.through(clock.node.inside)
        return self._shortest(graph, begins, ends, paused=declared.kind == "promised")

    def through(self, scope: str) -> float:
        """Give the least days that a whole scope takes."""
        if scope not in self._of:
            self._of[scope] = 0  # a process that calls itself is refused elsewhere
            graph = self._graphs.get(scope)
            found = None if graph is None else self._shortest(graph, [graph.start], set(), paused=False)
            self._of[scope] = found or 0
        return self._of[scope]

    def _shortest(self, graph: Graph, begins: list[str], ends: set[str], *, paused: bool) -> float | None:
        """Give the days of the quickest way; None when none leads to an end."""
        best = dict.fromkeys(begins, 0.0)
        waiting = [(0.0, key) for key in begins]
        while waiting:
            days, key = heapq.heappop(waiting)
            node = graph.nodes[key]
            if key in ends or (not ends and not node.out):
                return days
            behind = days + self._of_node(node, paused=paused)
            following = [
                *((way.target, behind) for way in node.out),
                *((event, days) for event in node.stopping),
            ]
            for target, at in following:
                if at < best.get(target, float("inf")):
                    best[target] = at
                    heapq.heappush(waiting, (at, target))
        return None

    def _of_node(self, node: Node, *, paused: bool) -> float:
        if paused and node.element.find(f"{B}extensionElements/{L}pause") is not None:
            return 0
        if node.inside:
            return self.through(node.inside)
        if node.kind == "intermediateCatchEvent" and node.join != ALL:
            return _timer(node)
        return 0


def _timer(node: Node) -> float:
    """Give the days that a timer waits, where its text says so."""
    text = (node.element.findtext(f"{B}timerEventDefinition/{B}timeDuration") or "").strip()
    if (
        not text
        or text.startswith("=")
        or node.element.find(f"{B}extensionElements/{L}onDeadline") is not None
    ):
        return 0
    try:
        return span(clocks.parse_limit(text)).least
    except InvalidInput:
        pass
    try:
        return seconds_of(text) / _DAY_S
    except InvalidInput:
        return 0  # months and years, or what is said elsewhere


def _tell_longer(inner: _Clock, outer: _Clock, findings: Findings) -> None:
    message = Sentence(
        "Expected the clock {inner!r} ({inner_limit}) to end within the clock {outer!r} ({outer_limit}) around it, but it "
        "is longer: it can be kept, and the one around it is missed all the same.",
        inner=inner.declared.id,
        inner_limit=str(inner.limit),
        outer=outer.declared.id,
        outer_limit=str(outer.limit),
    )
    element = inner.node.element if inner.node is not None else inner.graph.element
    hint = "Shorten it, or lengthen the one around it."
    findings.add(
        inner.graph.file, "deadline_longer_than_outer", message, hint, node=element, severity="warning"
    )


def _tell_unmet(clock: _Clock, least: float, findings: Findings) -> None:
    message = Sentence(
        "Expected the clock {clock!r} to leave time for what its work waits for, but its limit is {limit}, and the quickest "
        "way through waits {days} days.",
        clock=clock.declared.id,
        limit=str(clock.limit),
        days=f"{least:.3g}",
    )
    element = clock.node.element if clock.node is not None else clock.graph.element
    hint = "Lengthen it, let it end before the wait, or let it stand still there."
    findings.add(clock.graph.file, "deadline_cannot_be_met", message, hint, node=element, severity="warning")


def _check_pauses(
    graphs: Mapping[str, Graph],
    deadlines: Mapping[str, DeadlineDeclaration],
    around: Mapping[str, set[str]],
    findings: Findings,
) -> None:
    promised = {one.scope for one in deadlines.values() if one.kind == "promised"}
    for graph in graphs.values():
        for key, node in graph.nodes.items():
            if node.element.find(f"{B}extensionElements/{L}pause") is None:
                continue
            if not promised & {key, *_everything_around(key, around)}:
                message = Sentence(
                    "Expected a promised clock around {element!r} that can stand still, but there is none.",
                    element=node.name,
                )
                hint = "Remove the pause, or put a promised clock around it."
                findings.add(
                    graph.file, "pause_without_clock", message, hint, node=node.element, severity="warning"
                )
