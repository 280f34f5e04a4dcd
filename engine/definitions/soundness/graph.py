"""The ways through one scope as a graph: what a token may do at each element. Knows no variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions.mend import FLOW_NODES
from engine.definitions.xml import B, local, strip_sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml import etree

ONE, ALL, SOME = "one", "all", "some"
"""How many of the ways out a token takes."""
_SPLITS = {
    "exclusiveGateway": ONE,
    "eventBasedGateway": ONE,
    "parallelGateway": ALL,
    "inclusiveGateway": SOME,
}
_KILLING = ("terminateEventDefinition", "errorEventDefinition")


@dataclass(frozen=True, slots=True)
class Way:
    """A flow, or the jump between two link events. condition: FEEL without its sign."""

    id: str
    source: str
    target: str
    condition: str | None = None
    default: bool = False


@dataclass(slots=True)
class Node:
    """One element of a scope with the ways into and out of it."""

    id: str
    kind: str
    element: etree._Element
    out: list[Way] = field(default_factory=list)
    into: list[Way] = field(default_factory=list)
    stopping: list[str] = field(default_factory=list)
    """The events on its border that stop it."""
    quiet: list[str] = field(default_factory=list)
    """The events on its border that do not."""
    loop: etree._Element | None = None
    """What makes it repeat."""

    @property
    def name(self) -> str:
        """Give what people call it."""
        return " ".join((self.element.get("name") or self.id).split())

    @property
    def inside(self) -> str:
        """Give the scope that is gone through here; an empty text for none."""
        if self.kind == "callActivity":
            return str(self.element.get("calledElement", ""))
        return self.id if self.kind == "subProcess" else ""

    @property
    def split(self) -> str:
        """Say how many ways out a token takes: ONE, ALL or SOME."""
        if self.kind in _SPLITS:
            return _SPLITS[self.kind] if len(self.out) > 1 else ALL
        return SOME if any(way.condition or way.default for way in self.out) else ALL

    @property
    def join(self) -> str:
        """Say for how many ways in tokens wait for each other: ONE, ALL or SOME."""
        waits = self.kind in {"parallelGateway", "inclusiveGateway"} and len(self.into) > 1
        return _SPLITS[self.kind] if waits else ONE

    @property
    def kills(self) -> bool:
        """Say whether a token that comes here ends everything in the scope."""
        return self.kind == "endEvent" and any(self.element.find(f"{B}{tag}") is not None for tag in _KILLING)

    @property
    def acts(self) -> bool:
        """Say whether anything happens here beside that a token passes."""
        if self.kind in _SPLITS or self.kind == "startEvent":
            return False
        plain = self.kind in {"endEvent", "intermediateThrowEvent"}
        return not plain or any(local(child).endswith("Definition") for child in self.element)

    @property
    def may_take_none(self) -> bool:
        """Say whether a token may end here because no condition holds."""
        conditional = self.kind not in _SPLITS and self.split == SOME
        return conditional and all(way.condition and not way.default for way in self.out)


@dataclass(slots=True)
class Graph:
    """One process or subprocess: its nodes by id, and where a token begins."""

    id: str
    file: str
    element: etree._Element
    nodes: dict[str, Node]
    start: str
    watchers: tuple[str, ...] = ()
    """Its event subprocesses: they begin by themselves while a token is in the scope."""

    def after(self, node_id: str) -> Iterator[str]:
        """Iterate over the nodes directly behind one, those behind the events on its border included."""
        node = self.nodes[node_id]
        for way in node.out:
            yield way.target
        yield from node.stopping
        yield from node.quiet

    def order(self) -> list[str]:
        """Give the nodes that can be reached, each behind what leads to it, as far as no way leads back."""
        found: list[str] = []
        seen = {self.start}
        open_ = [(self.start, iter(tuple(self.after(self.start))))]
        while open_:
            current, rest = open_[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                found.append(current)
                open_.pop()
            else:
                seen.add(following)
                open_.append((following, iter(tuple(self.after(following)))))
        return found[::-1]

    def ways_back(self) -> frozenset[str]:
        """Give the ways that lead back to where a token was before."""
        place = {key: index for index, key in enumerate(self.order())}
        ways = (way for key in place for way in self.nodes[key].out)
        return frozenset(way.id for way in ways if place[way.target] <= place[way.source])

    def reachable(self, begin: Iterable[str], without: Iterable[str] = ()) -> set[str]:
        """Give the nodes that a token at one of these can reach, these included, not passing some."""
        stop = set(without)
        found: set[str] = set()
        waiting = list(begin)
        while waiting:
            current = waiting.pop()
            if current not in found and current not in stop:
                found.add(current)
                waiting.extend(self.after(current))
        return found


def read_graphs(trees: Iterable[tuple[str, etree._Element]]) -> dict[str, Graph]:
    """Give the graph of every process and subprocess by its id; those that have no one start are left out."""
    found: dict[str, Graph] = {}
    for file, root in trees:
        for scope in root.iter(f"{B}process", f"{B}subProcess"):
            graph = _read(scope, file)
            if graph is not None:
                found[graph.id] = graph
    return found


def _read(scope: etree._Element, file: str) -> Graph | None:
    nodes = {
        node.get("id", ""): Node(node.get("id", ""), local(node), node, loop=_loop(node))
        for node in scope
        if local(node) in FLOW_NODES
    }
    watchers = tuple(key for key, node in nodes.items() if node.element.get("triggeredByEvent") == "true")
    for key in watchers:
        del nodes[key]
    starts = [key for key, node in nodes.items() if node.kind == "startEvent"]
    if len(starts) != 1:
        return None
    for way in (*_flows(scope, nodes), *_links(nodes)):
        if way.source not in nodes or way.target not in nodes:
            return None
        nodes[way.source].out.append(way)
        nodes[way.target].into.append(way)
    for key, node in nodes.items():
        if node.kind == "boundaryEvent":
            host = nodes.get(node.element.get("attachedToRef", ""))
            if host is None:
                return None
            quiet = node.element.get("cancelActivity") == "false"
            (host.quiet if quiet else host.stopping).append(key)
    return Graph(scope.get("id", ""), file, scope, nodes, starts[0], watchers)


def _loop(node: etree._Element) -> etree._Element | None:
    return next((child for child in node if local(child).endswith("LoopCharacteristics")), None)


def _flows(scope: etree._Element, nodes: Mapping[str, Node]) -> Iterator[Way]:
    for index, item in enumerate(scope.iterfind(f"{B}sequenceFlow")):
        source = item.get("sourceRef", "")
        condition = strip_sign(item.findtext(f"{B}conditionExpression") or "") or None
        default = source in nodes and nodes[source].element.get("default") == item.get("id") is not None
        flow_id = item.get("id") or f"flow__{index}"
        yield Way(flow_id, source, item.get("targetRef", ""), condition, default)


def _links(nodes: Mapping[str, Node]) -> Iterator[Way]:
    """Iterate over the jumps between link events of one name."""
    catches = {}
    for key, node in nodes.items():
        link = node.element.find(f"{B}linkEventDefinition")
        if link is not None and node.kind == "intermediateCatchEvent":
            catches[link.get("name")] = key
    for key, node in nodes.items():
        link = node.element.find(f"{B}linkEventDefinition")
        if link is not None and node.kind == "intermediateThrowEvent" and link.get("name") in catches:
            yield Way(f"{key}__link", key, catches[link.get("name")])
