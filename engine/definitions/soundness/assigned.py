"""Follows variables through the diagrams: which have been set whenever a token comes to an element, and which may be.

Called processes and subprocesses are gone through for each place from which they are entered. Branches do
not see what others set before they are joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions.xml import B, local

from .graph import ALL
from .uses import ANYTHING, Use, before, done, given, leaving, loop_names

if TYPE_CHECKING:
    from .graph import Graph, Node
    from .uses import Bundled

MAX_ROUNDS = 60
"""How often a scope is gone through until nothing changes; each round adds what one more way back brings."""
Names = frozenset[str]
Report = Callable[["Graph", "Node", Use, "Known"], None]


@dataclass(frozen=True, slots=True)
class Known:
    """Variables at one moment. surely: set on every way that leads here. maybe: set on one at least."""

    surely: Names
    maybe: Names

    def and_set(self, names: Names) -> Known:
        """Give what is known when these have been set, too."""
        if names <= self.surely:
            return self
        return Known(self.surely | names - {ANYTHING}, self.maybe | names)

    def without(self, names: Names) -> Known:
        """Give what is known when these have been forgotten."""
        return Known(self.surely - names, self.maybe - names)


def either(found: Iterable[Known]) -> Known:
    """Give what is known where one of several ways was taken."""
    known = list(found)
    return Known(
        frozenset.intersection(*(one.surely for one in known)),
        frozenset().union(*(one.maybe for one in known)),
    )


def together(found: Iterable[Known]) -> Known:
    """Give what is known where all of several ways were taken."""
    known = list(found)
    return Known(
        frozenset().union(*(one.surely for one in known)), frozenset().union(*(one.maybe for one in known))
    )


@dataclass(frozen=True, slots=True)
class _Uses:
    """What a node does with variables: on entering, when its work begins and is done, on leaving."""

    before: tuple[Use, ...]
    given: tuple[Use, ...]
    done: tuple[Use, ...]
    leaving: tuple[Use, ...]


@dataclass(slots=True)
class Follower:
    """Goes through the scopes of a bundle, and reports every use with what is known at that moment."""

    graphs: Mapping[str, Graph]
    bundled: Bundled
    report: Report
    _behind: dict[tuple[str, Known], Known] = field(default_factory=dict)
    _told: set[tuple[str, Known]] = field(default_factory=set)
    _uses: dict[str, _Uses] = field(default_factory=dict)

    def follow(self, scope: str, known: Known, *, tell: bool = True) -> Known:
        """Go through a scope that is entered with this known, and give what is known behind it.

        tell: whether to report; not before it is certain that this is known where the scope is entered.
        """
        if scope not in self.graphs:
            return known
        key = (scope, known)
        if key not in self._behind or (tell and key not in self._told):
            self._behind.setdefault(key, known)  # a process that calls itself is refused elsewhere
            if tell:
                self._told.add(key)
            self._behind[key] = _Scope(self, self.graphs[scope], known).go(tell=tell)
        return self._behind[key]

    def uses(self, node: Node) -> _Uses:
        """Give what a node does with variables."""
        if node.id not in self._uses:
            moments = (tuple(moment(node, self.bundled)) for moment in (before, given, done, leaving))
            self._uses[node.id] = _Uses(*moments)
        return self._uses[node.id]


class _Scope:
    def __init__(self, follower: Follower, graph: Graph, entered: Known) -> None:
        self.follower, self.graph = follower, graph
        self.entered = entered
        self.nodes = [graph.nodes[key] for key in graph.order()]
        self.left: dict[str, Known] = {}
        """What is known when a node is left on the usual way, by its id."""
        self.stopped: dict[str, Known] = {}
        """What is known when a node is left by an event on its border."""

    def go(self, *, tell: bool) -> Known:
        """Go through the scope until nothing new is learned, then once more to report."""
        for _ in range(MAX_ROUNDS):
            if not sum(self._visit(node, tell=False) for node in self.nodes):
                break
        if tell:
            for node in self.nodes:
                self._visit(node, tell=True)
        return self._watched(self._behind(), tell=tell)

    def _visit(self, node: Node, *, tell: bool) -> bool:
        """Go through one node; say whether anything new is known behind it."""
        known = self._arrived(node)
        if known is None:
            return False
        uses = self.follower.uses(node)
        known = self._pass(node, uses.before, known, tell=tell)
        inside = self._pass(node, uses.given, _for_one(node, known), tell=tell)
        inside = self._pass(node, uses.done, self._worked(node, inside, tell=tell), tell=tell)
        stopped = Known(known.surely, known.maybe | inside.maybe)
        left = self._pass(node, uses.leaving, _gathered(node, known, inside), tell=tell)
        was = self.left.get(node.id), self.stopped.get(node.id)
        self.left[node.id], self.stopped[node.id] = left, stopped
        return was != (left, stopped)

    def _pass(self, node: Node, uses: Iterable[Use], known: Known, *, tell: bool) -> Known:
        for use in uses:
            if tell:
                self.follower.report(self.graph, node, use, known)
            known = known.and_set(use.sets)
        return known

    def _arrived(self, node: Node) -> Known | None:
        """Give what is known when a token comes; None while no way leads there that was gone."""
        if node.kind == "boundaryEvent":
            return self.stopped.get(node.element.get("attachedToRef", ""))
        if node.id == self.graph.start:
            return self.entered
        came = [self.left[way.source] for way in node.into if way.source in self.left]
        if not came:
            return None
        return together(came) if node.join == ALL else either(came)

    def _worked(self, node: Node, known: Known, *, tell: bool) -> Known:
        """Give what is known when the work inside of a node is done, for one instance of those that repeat."""
        if node.kind == "subProcess":
            return self.follower.follow(node.id, known, tell=tell)
        if node.kind == "callActivity":
            return self._called(node.inside, known, tell=tell)
        return known

    def _called(self, process: str, known: Known, *, tell: bool) -> Known:
        graph = self.follower.graphs.get(process)
        given, taken = _declared(graph)
        inside = Known(known.surely & given, known.maybe & given) if given else known
        behind = self.follower.follow(process, inside, tell=tell)
        if not taken:
            return behind
        return known.and_set(behind.surely & taken)

    def _behind(self) -> Known:
        """Give what is known when every token of the scope has ended."""
        known: dict[str, Known] = {}
        changed = True
        while changed:
            changed = False
            for node in reversed(self.nodes):
                found = self._ended(node, known)
                if found is not None and known.get(node.id) != found:
                    known[node.id] = found
                    changed = True
        return known.get(self.graph.start, self.entered)

    def _ended(self, node: Node, known: Mapping[str, Known]) -> Known | None:
        if node.id not in self.left:
            return None
        if not node.out:
            failed = node.element.find(f"{B}errorEventDefinition") is not None
            return None if failed else self.left[node.id]
        ways = [known[way.target] for way in node.out if way.target in known]
        stopping = [known[key] for key in node.stopping if key in known]
        usual = [together(ways) if node.split == ALL else either(ways)] if ways else []
        found = [*usual, *stopping]
        return either(found) if found else None

    def _watched(self, known: Known, *, tell: bool) -> Known:
        """Go through the event subprocesses: each may find whatever was set in the scope, and may take its place."""
        everything = frozenset().union(known.maybe, *(one.maybe for one in self.left.values()))
        for key in self.graph.watchers:
            graph = self.follower.graphs.get(key)
            if graph is not None:
                behind = self.follower.follow(key, Known(self.entered.surely, everything), tell=tell)
                quiet = graph.nodes[graph.start].element.get("isInterrupting") == "false"
                surely = known.surely if quiet else known.surely & behind.surely
                known = Known(surely, known.maybe | behind.maybe)
        return known


def _for_one(node: Node, known: Known) -> Known:
    """Give what one instance of a node knows: its item, and not what an earlier one had as its result."""
    own, _ = loop_names(node)
    if node.loop is None or not own:
        return known
    item = node.loop.find(f"{B}inputDataItem")
    return known.without(own).and_set(frozenset() if item is None else frozenset({item.get("id", "")}))


def _gathered(node: Node, known: Known, inside: Known) -> Known:
    """Give what is known behind all instances of a node; there may be none."""
    own, gathered = loop_names(node)
    loop = node.loop
    if loop is None or not local(loop).startswith("multi"):
        return inside
    if gathered is not None:
        return known.and_set(frozenset({gathered}))
    return Known(known.surely, known.maybe | inside.maybe - own)


def _declared(graph: Graph | None) -> tuple[Names, Names]:
    """Give the variables that a called process says it takes and gives; none where it takes and gives all."""
    io = None if graph is None else graph.element.find(f"{B}ioSpecification")
    if io is None:
        return frozenset(), frozenset()
    taken, given = (
        frozenset(item.get("id", "") for item in io.iterfind(f"{B}{tag}"))
        for tag in ("dataInput", "dataOutput")
    )
    return taken, given
