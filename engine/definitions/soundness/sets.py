"""Which variables an element sets, everything inside of it included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .uses import before, done, leaving, loop_names

if TYPE_CHECKING:
    from .graph import Graph, Node
    from .uses import Bundled

Setters = Mapping[str, str]
"""The variables that are set, each with the name of an element that does."""


class Sets:
    """What elements set, with everything inside of them."""

    def __init__(self, graphs: Mapping[str, Graph], bundled: Bundled) -> None:
        self._graphs, self._bundled = graphs, bundled
        self._of: dict[str, Setters] = {}

    def of(self, node: Node) -> Setters:
        """Give what a node sets for what comes behind it; ANYTHING among it where nobody can foresee that."""
        if node.id not in self._of:
            self._of[node.id] = {}  # a process that calls itself is refused elsewhere
            self._of[node.id] = self._found(node)
        return self._of[node.id]

    def inside(self, scope: str) -> Setters:
        """Give what the elements of a scope set."""
        graph = self._graphs.get(scope)
        if graph is None:
            return {}
        found = {name: who for node in graph.nodes.values() for name, who in self.of(node).items()}
        for watcher in graph.watchers:
            found |= self.inside(watcher)
        return found

    def work(self, node: Node) -> Setters:
        """Give what one instance of the work of a node sets."""
        found = {name: node.name for use in done(node, self._bundled) for name in use.sets}
        found |= self.inside(node.inside)
        own, _ = loop_names(node)
        return {name: who for name, who in found.items() if name not in own}

    def _found(self, node: Node) -> Setters:
        _, gathered = loop_names(node)
        around = [*before(node, self._bundled), *leaving(node, self._bundled)]
        found = {name: node.name for use in around for name in use.sets}
        return found | (dict(self.work(node)) if gathered is None else {gathered: node.name})
