"""Finds variables that are read before anything has set them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions.xml import B, L
from engine.sentences import Sentence

from .assigned import Follower, Known
from .uses import ANYTHING, answers_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.definitions.findings import Findings

    from .asked_again import AskedAgain
    from .graph import Graph, Node
    from .uses import Bundled, Use

OF_ENGINE = frozenset({"case_office"})
"""Variables that every case has from its start."""
MAX_TEXT = 80


@dataclass(slots=True)
class _Seen:
    """What was seen of one variable at one element."""

    graph: Graph
    node: Node
    written: str
    needed: bool
    never: int = 0
    maybe: int = 0
    surely: int = 0
    decision: bool = False


@dataclass(slots=True)
class _Reads:
    """Every read by element and name, and whatever is set anywhere."""

    sets: set[str] = field(default_factory=set)
    seen: dict[tuple[str, str], _Seen] = field(default_factory=dict)

    def note(self, graph: Graph, node: Node, use: Use, known: Known) -> None:
        self.sets |= use.sets
        if use.reads is None:
            return
        for name in use.reads.reads - use.reads.tolerates:
            needed = name in use.reads.needs or use.strict
            one = self.seen.setdefault((node.id, name), _Seen(graph, node, use.written, needed))
            one.needed = one.needed or needed
            one.decision = use.decides
            if name in known.surely or ANYTHING in known.maybe:
                one.surely += 1
            elif name in known.maybe:
                one.maybe += 1
            else:
                one.never += 1


def check_variables(
    key: str, graphs: Mapping[str, Graph], bundled: Bundled, again: AskedAgain, findings: Findings
) -> None:
    """Note every variable that is read where nothing has set it yet, or on some ways nothing has.

    again: looks at the same moments for what is asked though it is known.
    """
    if key not in graphs:
        return
    reads = _Reads()

    def report(graph: Graph, node: Node, use: Use, known: Known) -> None:
        reads.note(graph, node, use, known)
        again.note(graph, node, use, known)

    Follower(graphs, bundled, report).follow(key, begun(graphs[key], bundled))
    again.tell(findings)
    for (_, name), one in sorted(reads.seen.items()):
        if one.never and not one.maybe and not one.surely:
            # A table may be asked before all of its columns are known, if they are at another time.
            if one.decision and not reads.sets.isdisjoint({name, ANYTHING}):
                continue
            _tell_never(one, name, findings)
        elif (one.never or one.maybe) and one.needed:
            _tell_maybe(one, name, findings)


def begun(main: Graph, bundled: Bundled) -> Known:
    """Give what is known when a case begins: the answers to its first form; without one, anything may be given."""
    start = main.nodes[main.start].element
    form = start.get(f"{L}form")
    answers = answers_of(bundled, form) if form is not None else frozenset({ANYTHING})
    by_itself = start.find(f"{B}timerEventDefinition") is not None
    surely = OF_ENGINE if by_itself else OF_ENGINE | answers - {ANYTHING}
    return Known(surely, OF_ENGINE | answers)


def _tell_never(one: _Seen, name: str, findings: Findings) -> None:
    message = Sentence(
        "Expected something to set the variable {name!r} before {element!r} reads it, but nothing does: {text}",
        name=name,
        element=one.node.name,
        text=_short(one.written),
    )
    hint = "Set it before, correct its name, or say what counts without it: if x = null then … else …"
    findings.add(
        one.graph.file, "variable_never_written", message, hint, node=one.node.element, severity="warning"
    )


def _tell_maybe(one: _Seen, name: str, findings: Findings) -> None:
    message = Sentence(
        "Expected the variable {name!r} to be set on every way to {element!r}, but on some it is not: {text}",
        name=name,
        element=one.node.name,
        text=_short(one.written),
    )
    hint = "Set it on the other ways, too, or say what counts without it: if x = null then … else …"
    findings.add(
        one.graph.file, "variable_maybe_unwritten", message, hint, node=one.node.element, severity="warning"
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
