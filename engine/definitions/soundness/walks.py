"""Every way a case can go, through called processes and subprocesses, as one graph. Knows no conditions.

A place is an element together with the calls around it, so that a process called from two elements is gone
through twice. Events that stop work lead away from every element inside of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING, TypeAlias

from engine.definitions.xml import B

from .graph import ALL, ONE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from .graph import Graph, Node, Way

MAX_PLACES = 20_000
MAX_LOOKS = 4_000_000
"""How many forks are looked at, times the number of places."""

Place: TypeAlias = tuple[str, str]
"""The calls and subprocesses around an element, as a path, and the element."""


class TooManyWays(Exception):  # noqa: N818 - it says what there is, and never leaves the check
    """Expected at most MAX_PLACES places, but there are more."""


@dataclass(slots=True)
class Walks:
    """The ways of a case from the start of its main process."""

    graphs: Mapping[str, Graph]
    start: Place
    when: str = ""
    nodes: dict[Place, Node] = field(default_factory=dict)
    after: dict[Place, list[Place]] = field(default_factory=dict)
    """Where one token can go on, by place; nothing behind the end of the case."""
    splits: set[Place] = field(default_factory=set)
    """Places from which every way is taken at once."""
    stops: dict[Place, list[Place]] = field(default_factory=dict)
    """Where events can lead that stop what is going on."""
    beside: dict[Place, list[Place]] = field(default_factory=dict)
    """Where events can lead beside what is going on."""
    kills: dict[Place, str] = field(default_factory=dict)
    """The ends at which other branches end too, each with the path of the scope that ends there."""

    def places_of(self, elements: Collection[str]) -> set[Place]:
        """Give the places of some elements."""
        return {place for place in self.nodes if place[1] in elements}

    def following(self, place: Place, *, beside: bool = True) -> Iterator[Place]:
        """Iterate over the places at which the case can be next. beside: those beside its own way, too."""
        yield from self.after[place]
        yield from self.stops[place]
        if beside:
            yield from self.beside[place]

    def forks(
        self, these: Collection[Place], others: Collection[Place]
    ) -> Iterator[tuple[Place, str, Place, Place]]:
        """Iterate over the places from which a case goes on two ways at once, to some places and to others.

        Gives the place, the scope in which both ways are, and where the one and the other go on. Raises
        TooManyWays.
        """
        this, other = self._leading_to(these), self._leading_to(others)
        seen = set[tuple[Place, Place]]()
        for place in _closure([self.start], self.following):
            for scope, first, second in self._together(place):
                if first in this and second in other and (first, second) not in seen:
                    seen.add((first, second))
                    if len(seen) * len(self.nodes) > MAX_LOOKS:
                        raise TooManyWays
                    yield place, scope, first, second

    def apart(
        self, scope: str, first: Place, second: Place
    ) -> tuple[tuple[set[Place], set[Place]], tuple[set[Place], set[Place]]]:
        """Give what two tokens of a scope reach before they may be joined, and before they surely are.

        Each of them for the one and for the other. At an inclusive join one token may go on without the other.
        """

        def reached(begin: Place, without: Collection[Place] = ()) -> set[Place]:
            def inside(place: Place) -> Iterator[Place]:
                ways = self.following(place)
                return (way for way in ways if f"{way[0]}/".startswith(f"{scope}/") and way not in without)

            return _closure([begin], inside)

        shared = reached(first) & reached(second)
        may = {place for place in shared if self.nodes[place].join != ONE}
        must = {place for place in may if self.nodes[place].join == ALL}
        return (reached(first, may), reached(second, may)), (reached(first, must), reached(second, must))

    def _together(self, place: Place) -> Iterator[tuple[str, Place, Place]]:
        """Iterate over pairs of places to which a case can go on from one at once, each in both orders."""
        ways = self.after[place]
        if self.nodes[place].split != ONE:
            for first, second in permutations(ways, 2):
                yield min(first[0], second[0], key=len), first, second
        for event in self.beside[place]:
            scope = event[0]
            if self.nodes[event].kind == "startEvent":
                scope = scope.rpartition("/")[0]
            for way in (*ways, *self.stops[place]):
                if f"{way[0]}/".startswith(f"{scope}/"):
                    yield from ((scope, event, way), (scope, way, event))

    def _leading_to(self, goal: Iterable[Place]) -> set[Place]:
        """Give the places from which a case can come to one of some, these included."""
        came: dict[Place, list[Place]] = {place: [] for place in self.nodes}
        for place in self.nodes:
            for following in self.following(place):
                came[following].append(place)
        return _closure(goal, came.__getitem__)

    def before(self) -> dict[Place, list[Place]]:
        """Give the places from which a token comes to each, by itself or because an event stops the work there."""
        found: dict[Place, list[Place]] = {place: [] for place in self.nodes}
        for place in self.nodes:
            for following in self.following(place, beside=False):
                found[following].append(place)
        return found

    def way(
        self,
        begin: Iterable[Place],
        goal: Collection[Place],
        without: Collection[Place] = (),
        *,
        beside: bool = True,
    ) -> list[Place] | None:
        """Give the shortest way from one of some places to one of others, not over some; None when there is none."""
        came: dict[Place, Place | None] = {place: None for place in begin if place not in without}
        waiting = list(came)
        for place in waiting:
            if place in goal:
                return _back(came, place)
            for following in self.following(place, beside=beside):
                if following not in came and following not in without:
                    came[following] = place
                    waiting.append(following)
        return None

    def names(self, way: Iterable[Place]) -> list[str]:
        """Give the names of the elements of a way, without gateways that have none."""
        nodes = [self.nodes[place] for place in way]
        return [node.name for node in nodes if node.element.get("name") or not node.kind.endswith("Gateway")]


def walk(graphs: Mapping[str, Graph], main: str, when: str = "") -> Walks:
    """Make the graph of all ways from the main process; raises TooManyWays.

    when: a condition; the ways are left out on which something that asks exactly this finds that it is not so.
    """
    walks = Walks(graphs, ("", graphs[main].start), when)
    _Builder(walks).scope("", graphs[main], [], [], frozenset({main}))
    return walks


def ways_when(node: Node, condition: str) -> list[Way]:
    """Give the ways out of an element that a case may go when a condition holds there."""
    asked = {way.condition for way in node.out}
    negation = f"not({condition})"
    opposite = (
        {condition.removeprefix("not(").removesuffix(")")} if condition.startswith("not(") else {negation}
    )
    return [
        way
        for way in node.out
        if not condition
        or not (
            way.condition in opposite or (way.default and condition in asked and way.condition != condition)
        )
    ]


def _closure(begin: Iterable[Place], after: Callable[[Place], Iterable[Place]]) -> set[Place]:
    found, waiting = set[Place](), list(begin)
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting.extend(after(place))
    return found


def _back(came: Mapping[Place, Place | None], place: Place) -> list[Place]:
    way: list[Place] = []
    current: Place | None = place
    while current is not None:
        way.append(current)
        current = came[current]
    return way[::-1]


@dataclass(frozen=True, slots=True)
class _Catch:
    """An event that is heard while work goes on inside: where it leads, and by which error, if by one."""

    place: Place
    error: str | None
    """A code; an empty text for every error; None for an event that is none."""
    quiet: bool = False
    """Whether the work goes on beside it."""


class _Builder:
    def __init__(self, walks: Walks) -> None:
        self._walks = walks

    def scope(
        self, path: str, graph: Graph, behind: list[Place], around: list[_Catch], open_: frozenset[str]
    ) -> None:
        """Add the places of a scope. behind: where one goes on after it. around: what may stop it, innermost first."""
        walks = self._walks
        if len(walks.nodes) + len(graph.nodes) > MAX_PLACES:
            raise TooManyWays
        inner = [*self._watching(path, graph, behind, around, open_), *around]
        for key, node in graph.nodes.items():
            place = (path, key)
            walks.nodes[place] = node
            walks.after[place] = [(path, way.target) for way in ways_when(node, walks.when)]
            own = [
                *(_Catch((path, event), _error_of(graph.nodes[event])) for event in node.stopping),
                *(_Catch((path, event), None, quiet=True) for event in node.quiet),
            ]
            heard = [*own, *inner]
            if not node.out:
                walks.after[place] = self._ended(node, behind, inner)
                if node.kills:
                    walks.kills[place] = self._killed(path, walks.after[place], node)
            elif node.split == ALL and len(node.out) > 1:
                walks.splits.add(place)
            if self._has_inside(node, open_):
                self._inside(place, node, heard, open_)
            fails = node.kind == "serviceTask"
            stops = [one for one in heard if not one.quiet and (one.error is None or fails)]
            walks.stops[place] = [one.place for one in stops]
            walks.beside[place] = [one.place for one in heard if one.quiet]

    def _has_inside(self, node: Node, open_: frozenset[str]) -> bool:
        return node.inside in self._walks.graphs and node.inside not in open_

    def _inside(self, place: Place, node: Node, heard: list[_Catch], open_: frozenset[str]) -> None:
        """Put the places of the work of a node between it and what is behind it."""
        graph = self._walks.graphs[node.inside]
        path = f"{place[0]}/{node.id}"
        begin, behind = (path, graph.start), self._walks.after[place]
        repeats = node.loop is not None
        self.scope(path, graph, [*behind, begin] if repeats else behind, heard, open_ | {node.inside})
        self._walks.after[place] = [begin, *behind] if repeats else [begin]
        self._walks.splits.discard(place)

    def _watching(
        self, path: str, graph: Graph, behind: list[Place], around: list[_Catch], open_: frozenset[str]
    ) -> Iterator[_Catch]:
        """Add the event subprocesses of a scope, and give what they wait for."""
        for key in graph.watchers:
            handler = self._walks.graphs.get(key)
            if handler is None:
                continue
            inside = f"{path}/{key}"
            self.scope(inside, handler, behind, around, open_)
            start = handler.nodes[handler.start]
            quiet = start.element.get("isInterrupting") == "false"
            yield _Catch((inside, handler.start), None if quiet else _error_of(start), quiet)

    def _ended(self, node: Node, behind: list[Place], catches: list[_Catch]) -> list[Place]:
        """Give where a case goes on behind an end: behind the scope, or to what catches the error that it throws."""
        definition = node.element.find(f"{B}errorEventDefinition")
        if definition is None:
            return list(behind)
        code = _code(node, definition.get("errorRef"))
        caught = next((one for one in catches if one.error in (code, "")), None)
        return [] if caught is None else [caught.place]

    def _killed(self, path: str, after: list[Place], node: Node) -> str:
        """Give the path of the scope that ends as a whole: that of a terminate end, or what an error stops."""
        if node.element.find(f"{B}errorEventDefinition") is None or not after:
            return path
        ((caught, event),) = after
        around, _, inner = caught.rpartition("/")
        handler = self._walks.graphs.get(inner)
        if handler is not None and handler.start == event:  # an event subprocess of that scope
            return around
        return "/".join(path.split("/")[: len(caught.split("/")) + 1])


def _error_of(event: Node) -> str | None:
    definition = event.element.find(f"{B}errorEventDefinition")
    return None if definition is None else _code(event, definition.get("errorRef"))


def _code(node: Node, reference: str | None) -> str:
    root = node.element.getroottree().getroot()
    found = next((error for error in root.iterfind(f"{B}error") if error.get("id") == reference), None)
    return "" if found is None else found.get("errorCode") or ""
