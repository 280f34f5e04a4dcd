"""Every way a case can go, through called processes and subprocesses, as one graph. Knows no conditions.

A place is an element together with the calls around it, so that a process called from two elements is gone
through twice. Events that stop work lead away from every element inside of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from engine.definitions.xml import B

from .graph import ALL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .graph import Graph, Node

MAX_PLACES = 20_000

Place: TypeAlias = tuple[str, str]
"""The calls and subprocesses around an element, as a path, and the element."""


class TooManyWays(Exception):  # noqa: N818 - it says what there is, and never leaves the check
    """Expected at most MAX_PLACES places, but there are more."""


@dataclass(slots=True)
class Walks:
    """The ways of a case from the start of its main process."""

    graphs: Mapping[str, Graph]
    start: Place
    nodes: dict[Place, Node] = field(default_factory=dict)
    after: dict[Place, list[Place]] = field(default_factory=dict)
    """Where one token can go on, by place; nothing behind the end of the case."""
    splits: set[Place] = field(default_factory=set)
    """Places from which every way is taken at once."""
    stops: dict[Place, list[Place]] = field(default_factory=dict)
    """Where events can lead that stop what is going on."""
    beside: dict[Place, list[Place]] = field(default_factory=dict)
    """Where events can lead beside what is going on."""

    def places_of(self, elements: Collection[str]) -> set[Place]:
        """Give the places of some elements."""
        return {place for place in self.nodes if place[1] in elements}

    def following(self, place: Place, *, beside: bool = True) -> Iterator[Place]:
        """Iterate over the places at which the case can be next. beside: those beside its own way, too."""
        yield from self.after[place]
        yield from self.stops[place]
        if beside:
            yield from self.beside[place]

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


def walk(graphs: Mapping[str, Graph], main: str) -> Walks:
    """Make the graph of all ways from the main process; raises TooManyWays."""
    walks = Walks(graphs, ("", graphs[main].start))
    _Builder(walks).scope("", graphs[main], [], [], frozenset({main}))
    return walks


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
            walks.after[place] = [(path, way.target) for way in node.out]
            own = [
                *(_Catch((path, event), _error_of(graph.nodes[event])) for event in node.stopping),
                *(_Catch((path, event), None, quiet=True) for event in node.quiet),
            ]
            heard = [*own, *inner]
            if not node.out:
                walks.after[place] = self._ended(node, behind, inner)
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


def _error_of(event: Node) -> str | None:
    definition = event.element.find(f"{B}errorEventDefinition")
    return None if definition is None else _code(event, definition.get("errorRef"))


def _code(node: Node, reference: str | None) -> str:
    root = node.element.getroottree().getroot()
    found = next((error for error in root.iterfind(f"{B}error") if error.get("id") == reference), None)
    return "" if found is None else found.get("errorCode") or ""
