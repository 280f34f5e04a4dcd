"""Finds variables that branches set side by side, so that one of them is lost when they are joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .graph import ONE
from .uses import ANYTHING, loop_names

if TYPE_CHECKING:
    from engine.definitions.findings import Findings

    from .graph import Graph, Node
    from .sets import Sets


def check_branches(graphs: Mapping[str, Graph], sets: Sets, findings: Findings) -> None:
    """Note the variables that two branches behind one gateway set, and those that every instance of a loop sets."""
    for graph in graphs.values():
        for node in graph.nodes.values():
            if node.split != ONE and len(node.out) > 1:
                _check_split(graph, node, sets, findings)
            loop = node.loop
            if loop is not None and loop.get("isSequential") == "false" and loop_names(node)[1] is None:
                _check_instances(graph, node, sets, findings)


def _check_split(graph: Graph, split: Node, sets: Sets, findings: Findings) -> None:
    reached = [graph.reachable([way.target], without=[split.id]) for way in split.out]
    told: set[str] = set()
    for one, other in combinations(reached, 2):
        for name, first, second in _both(graph, one - other, other - one, sets):
            if name not in told:
                told.add(name)
                message = Sentence(
                    "Expected one branch behind {split!r} to set the variable {name!r}, but {first!r} and {second!r} "
                    "both do: when they are joined, the later one counts.",
                    split=split.name,
                    name=name,
                    first=first,
                    second=second,
                )
                hint = "Give each branch a variable of its own."
                findings.add(
                    graph.file, "branches_write_same", message, hint, node=split.element, severity="warning"
                )


def _both(graph: Graph, one: set[str], other: set[str], sets: Sets) -> Iterator[tuple[str, str, str]]:
    first = {name: who for key in sorted(one) for name, who in sets.of(graph.nodes[key]).items()}
    second = {name: who for key in sorted(other) for name, who in sets.of(graph.nodes[key]).items()}
    for name in sorted(first.keys() & second.keys() - {ANYTHING}):
        yield name, first[name], second[name]


def _check_instances(graph: Graph, node: Node, sets: Sets, findings: Findings) -> None:
    names = sorted(sets.work(node).keys() - {ANYTHING})
    if names:
        message = Sentence(
            "Expected the results of {element!r} to be gathered, but every instance sets {names}: the last one counts.",
            element=node.name,
            names=", ".join(map(repr, names)),
        )
        hint = "Name an output item and the list that gathers it."
        findings.add(graph.file, "instances_write_same", message, hint, node=node.element, severity="warning")
