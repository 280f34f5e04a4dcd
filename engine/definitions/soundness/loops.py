"""Finds loops that go round for ever, because nothing in them changes what their ways out ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from engine.definitions.xml import B
from engine.sentences import Sentence

from .graph import ONE
from .tokens import way_in_words
from .uses import ANYTHING

if TYPE_CHECKING:
    from engine.definitions.findings import Findings

    from .graph import Graph, Node
    from .sets import Sets
    from .uses import Bundled

_OF_TIME = re.compile(r"\b(now|today)\s*\(")


def check_loops(graphs: Mapping[str, Graph], sets: Sets, bundled: Bundled, findings: Findings) -> None:
    """Refuse a loop that a case, once it has gone back, can never leave; warn where an event may still stop it."""
    stopped = _stopped(graphs)
    for graph in graphs.values():
        for loop in _loops(graph):
            if _is_same_again(graph, loop, sets, bundled):
                _tell(graph, loop, certain=graph.id not in stopped, findings=findings)
        for node in graph.nodes.values():
            _check_standard(graph, node, sets, bundled, findings)


def _loops(graph: Graph) -> Iterator[list[str]]:
    """Iterate over the largest parts of a scope in which every node can be reached from every other."""
    done: set[str] = set()
    order = graph.order()
    ahead = {key: graph.reachable(graph.after(key)) for key in order}
    for key in order:
        if key in done or key not in ahead[key]:
            continue
        loop = [other for other in order if other in ahead[key] and key in ahead[other]]
        done.update(loop)
        yield loop


def _is_same_again(graph: Graph, loop: list[str], sets: Sets, bundled: Bundled) -> bool:
    """Say whether every round of a loop is like the one before it: no event, and no condition that may change."""
    nodes = [graph.nodes[key] for key in loop]
    chosen = [node for node in nodes if node.split == ONE and len(node.out) > 1]
    if not any(way.target not in loop for node in chosen for way in node.out):
        return False  # without a way out at all, which is said elsewhere
    if any(not _is_plain(node) for node in nodes):
        return False
    texts = [way.condition for node in chosen for way in node.out if way.condition]
    asked = {name for text in texts for name in bundled.text(text).reads}
    changed = {name for node in nodes for name in sets.of(node)}
    return ANYTHING not in changed and not asked & changed and not any(map(_OF_TIME.search, texts))


def _is_plain(node: Node) -> bool:
    """Say whether a token goes on from a node by conditions alone, on one way."""
    events = node.stopping or node.quiet or node.kind in {"eventBasedGateway", "boundaryEvent"}
    return not events and (node.split == ONE or len(node.out) == 1)


def _check_standard(graph: Graph, node: Node, sets: Sets, bundled: Bundled, findings: Findings) -> None:
    """Note an activity that repeats while a condition holds which nothing in it changes."""
    loop = node.loop
    text = "" if loop is None else (loop.findtext(f"{B}loopCondition") or "").strip()
    if loop is None or not text or loop.get("loopMaximum") or _OF_TIME.search(text):
        return
    changed = sets.of(node).keys()
    if ANYTHING not in changed and not bundled.text(text).reads & changed:
        _tell(graph, [node.id], certain=False, findings=findings)  # the condition may never hold


def _stopped(graphs: Mapping[str, Graph]) -> set[str]:
    """Give the scopes that some event may stop, there or around them."""
    found = {
        graph.id
        for graph in graphs.values()
        if any(_interrupts(graphs[key]) for key in graph.watchers if key in graphs)
    }
    found |= {node.inside for graph in graphs.values() for node in graph.nodes.values() if node.stopping}
    waiting = list(found)
    while waiting:
        graph = graphs.get(waiting.pop())
        inside = {*graph.watchers, *(node.inside for node in graph.nodes.values())} if graph else set()
        waiting.extend(inside - found)
        found |= inside
    return found


def _interrupts(handler: Graph) -> bool:
    return bool(handler.nodes[handler.start].element.get("isInterrupting") != "false")


def _tell(graph: Graph, loop: list[str], *, certain: bool, findings: Findings) -> None:
    message = Sentence(
        "Expected something in the loop to change what its way out asks, but nothing does: once a case goes back, it goes "
        "round for ever: {way}.",
        way=way_in_words(graph, [*loop, loop[0]] if len(loop) > 1 else loop),
    )
    hint = "Let a step of the loop set what the condition reads."
    node = graph.nodes[loop[0]].element
    severity: Literal["error", "warning"] = "error" if certain else "warning"
    findings.add(graph.file, "loop_same_again", message, hint, node=node, severity=severity)
