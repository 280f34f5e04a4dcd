"""Checks the soundness of a whole bundle, subject by subject; leaves alone what other checks have refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.definitions.xml import B, L
from engine.sentences import Sentence

from .asked_again import AskedAgain, answers_of_calls
from .branches import check_branches
from .fields import check_fields
from .graph import read_graphs
from .invariants import check_invariants
from .loops import check_loops
from .sets import Sets
from .times import check_times
from .tokens import check_tokens
from .unwritten import check_variables
from .uses import Bundled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lxml import etree

    from engine.decisions import Decision
    from engine.definitions.bundle import Bundle
    from engine.definitions.declarations import DeadlineDeclaration
    from engine.definitions.findings import Findings
    from engine.ports import OperationShape

    from .graph import Graph

UNREADABLE = frozenset(
    {
        "condition_ignored", "default_dangling", "event_gateway_target", "flow_dangling", "flows_parallel",
        "boundary_dangling", "id_missing", "id_twice", "never_ends", "not_supported", "start_missing",
        "starts_several", "unreachable",
    }
)  # fmt: skip
"""Codes of what makes a diagram's ways doubtful: where they are mended first, the rest can be told."""


MAX_DEPTH = 60
"""How many processes and subprocesses may stand in each other."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What of a bundle is checked. names: variables with blanks or signs in their names.

    operations: what the connectors offer; None where that is not known.
    """

    bundle: Bundle
    trees: list[tuple[str, etree._Element]]
    forms: Mapping[str, Any]
    decisions: Mapping[str, Decision]
    deadlines: Mapping[str, DeadlineDeclaration]
    names: frozenset[str]
    operations: Mapping[str, OperationShape] | None = None


def check_soundness(parts: Parts, findings: Findings) -> None:
    """Note where diagrams, each of which can be run, do not run well.

    What needs more than the ways of tokens is checked only when nothing else is wrong: variables and clocks
    of a diagram that cannot be read would give findings by the dozen, none of them true.
    """
    readable = not findings.failed
    doubtful = {problem.file for problem in findings.problems if problem.code in UNREADABLE}
    graphs = read_graphs(parts.trees)
    for graph in graphs.values():
        if graph.file not in doubtful:
            check_tokens(graph, findings)
    if not readable:
        return
    messages = {
        message.get("id", ""): message.get(f"{L}form")
        for _, root in parts.trees
        for message in root.iterfind(f"{B}message")
    }
    bundled = Bundled(parts.forms, parts.decisions, messages, parts.names)
    check_fields(parts.bundle, parts.trees, bundled, findings)
    check_times(graphs, parts.deadlines, findings)
    if _depth(graphs) > MAX_DEPTH:
        message = Sentence(
            "Expected calls at most {limit} deep, but they are deeper: variables and invariants are not looked at.",
            limit=MAX_DEPTH,
        )
        findings.add(f"{parts.bundle.key}.bpmn", "soundness_not_decided", message, severity="warning")
        return
    again = AskedAgain(answers_of_calls(graphs, parts.operations))
    check_variables(parts.bundle.key, graphs, bundled, again, findings)
    sets = Sets(graphs, bundled)
    check_branches(graphs, sets, findings)
    check_loops(graphs, sets, bundled, findings)
    check_invariants(parts.bundle, parts.bundle.key, graphs, findings)


def _depth(graphs: Mapping[str, Graph]) -> int:
    """Give how many scopes stand in each other at most; one more than MAX_DEPTH for any that are deeper."""
    inside = {
        graph.id: {*graph.watchers, *(node.inside for node in graph.nodes.values())} & graphs.keys()
        for graph in graphs.values()
    }
    depth, here = 0, set(graphs)
    while here and depth <= MAX_DEPTH:
        depth += 1
        here = {inner for scope in here for inner in inside[scope]}
    return depth
