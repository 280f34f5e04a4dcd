"""Says of each scope where tokens wait for ever, or come twice, with the way that leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .game import MAX_MARKINGS, Game
from .graph import ALL
from .net import Net

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.definitions.findings import Findings

    from .game import Step, Stuck
    from .graph import Graph

MAX_SHOWN = 12
"""How many elements of a way are told."""


def check_tokens(graph: Graph, findings: Findings) -> None:
    """Play the moves of one scope, and note where they do not end as they should."""
    net = Net(graph)
    if not net.start:
        return  # everything in it was drawn together
    outcome = Game(net).play()
    told: set[str] = set()
    for stuck in sorted(outcome.stuck, key=lambda one: (not one.certain, len(one.way))):
        _tell_stuck(net, stuck, told, findings)
    if outcome.doubled:
        # What is begun anew in every round of a loop may well be there several times.
        once = Net(graph, rounds=False)
        for place, steps in Game(once).play().doubled.items():
            _tell_doubled(once, place, steps, told, findings)
    if not outcome.decided:
        message = Sentence(
            "Expected at most {limit} positions of the tokens in {scope!r}, but there are more: whether all of them end "
            "is not decided.",
            limit=MAX_MARKINGS,
            scope=graph.id,
        )
        hint = "Put a part of the diagram into a subprocess or a diagram of its own."
        findings.add(
            graph.file, "soundness_not_decided", message, hint, node=graph.element, severity="warning"
        )


def _tell_stuck(net: Net, stuck: Stuck, told: set[str], findings: Findings) -> None:
    graph = net.graph
    waiting = {join for join, places in net.joins.items() if stuck.marking.intersection(places.values())}
    # An inclusive join waits because of a token that stands still elsewhere, if there is one.
    causes = {join for join in waiting if graph.nodes[join].join == ALL} or waiting
    for join in sorted(causes - told):
        told.add(join)
        places = net.joins[join]
        missing = [way for way, place in places.items() if place not in stuck.marking]
        node = graph.nodes[join]
        from_where = [graph.nodes[way.source].name for way in node.into if way.id in missing]
        values = {
            "sources": ", ".join(map(repr, from_where)),
            "join": node.name,
            "way": way_in_words(graph, [*_elements(net, stuck.way), join]),
        }
        if stuck.certain:
            message = Sentence(
                "Expected a token to come from {sources} to {join!r}, but on this way it never does, and the case "
                "stands still: {way}.",
                **values,
            )
            hint = "Join the ways of a choice with an exclusive gateway, or let every branch lead here."
            findings.add(graph.file, "deadlock", message, hint, node=node.element)
        else:
            message = Sentence(
                "Expected a token to come from {sources} to {join!r} always, but on this way it may not, and the case "
                "stands still: {way}.",
                **values,
            )
            hint = "Let the branches lead here under every condition, or join them with an inclusive gateway."
            findings.add(
                graph.file, "deadlock_possible", message, hint, node=node.element, severity="warning"
            )


def _tell_doubled(net: Net, place: str, steps: list[Step], told: set[str], findings: Findings) -> None:
    graph = net.graph
    join = _where_they_meet(net, place)
    if join in told:
        return
    told.add(join)
    node = graph.nodes[join]
    message = Sentence(
        "Expected one token at a time at {element!r}, but two can be there, and what follows is done twice: {way}.",
        element=node.name,
        way=way_in_words(graph, [*_elements(net, steps), join]),
    )
    hint = "Join the branches with a parallel or inclusive gateway before it."
    findings.add(graph.file, "not_synchronised", message, hint, node=node.element, severity="warning")


def _where_they_meet(net: Net, place: str) -> str:
    """Give the first element with several ways in among those that were drawn together with a place."""
    graph = net.graph
    meeting = {key for key, node in graph.nodes.items() if len(node.into) > 1 and net.place(key) == place}
    element = place.partition("<")[0]
    return next((key for key in _outwards(graph, graph.start) if key in meeting), element)


def _elements(net: Net, steps: Iterable[Step]) -> list[str]:
    """Give the elements that the tokens pass on their way, in an order in which they may."""
    graph = net.graph
    targets = {way.id: way.target for node in graph.nodes.values() for way in node.out}
    found = [graph.start]
    for place, label in steps:
        found.extend(_between(graph, found[-1], place.partition("<")[0]))
        found.extend(targets.get(one, one) for one in label)
    return found


def _between(graph: Graph, begin: str, end: str) -> list[str]:
    """Give the nodes behind one up to another by the shortest way; the other alone where none leads there."""
    came = _outwards(graph, begin)
    if end not in came:
        return [end]
    way = []
    while end != begin:
        way.append(end)
        end = came[end]
    return way[::-1]


def _outwards(graph: Graph, begin: str) -> dict[str, str]:
    """Give the nodes that can be reached from one, the nearest first, each with the one before it."""
    came = {begin: ""}
    waiting = [begin]
    for current in waiting:
        for after in graph.after(current):
            if after not in came:
                came[after] = current
                waiting.append(after)
    return came


def way_in_words(graph: Graph, elements: Iterable[str]) -> str:
    """Write a way down by the names of its elements."""
    return " → ".join(shortened([graph.nodes[element].name for element in elements]))


def shortened(names: Iterable[str]) -> list[str]:
    """Give the names of a way, each once in a row; of a long one without its middle."""
    found: list[str] = []
    for name in names:
        if not found or found[-1] != name:
            found.append(name)
    if len(found) <= MAX_SHOWN:
        return found
    half = MAX_SHOWN // 2
    return [*found[:half], "…", *found[-half:]]
