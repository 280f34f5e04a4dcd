"""Finds fields that ask people what an outside system has surely said before in the same case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions.xml import B, S
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.definitions.findings import Findings
    from engine.ports import OperationShape

    from .assigned import Known
    from .graph import Graph, Node
    from .uses import Use


@dataclass(slots=True)
class AskedAgain:
    """What calls answer, by the variable of their result, and the fields that ask for an entry of it again."""

    answers: Mapping[str, frozenset[str]]
    found: dict[tuple[str, str], tuple[Graph, Node, str]] = field(default_factory=dict)

    def note(self, graph: Graph, node: Node, use: Use, known: Known) -> None:
        """Look at what one element asks, with what is known then."""
        if node.kind != "userTask":
            return
        for result in self.answers.keys() & known.surely:
            for name in use.sets & {
                *self.answers[result],
                *(f"{result}_{one}" for one in self.answers[result]),
            }:
                self.found[node.id, name] = (graph, node, result)

    def tell(self, findings: Findings) -> None:
        """Note every field that was found."""
        for (_, name), (graph, node, result) in sorted(self.found.items(), key=lambda item: item[0]):
            message = Sentence(
                "Expected {element!r} not to ask for {name!r}, which {result!r} holds already: an outside system has said "
                "it on every way here.",
                element=node.name,
                name=name,
                result=result,
            )
            hint = "Show it in a locked field, or take it over with linbang:assign."
            findings.add(graph.file, "field_asks_known", message, hint, node=node.element, severity="warning")


def answers_of_calls(
    graphs: Mapping[str, Graph], operations: Mapping[str, OperationShape] | None
) -> dict[str, frozenset[str]]:
    """Give the entries of the answers that calls leave, by the variable of the result; lists of them apart."""
    found: dict[str, frozenset[str]] = {}
    for graph in graphs.values():
        for node in graph.nodes.values():
            operator = node.element.find(f"{B}extensionElements/{S}serviceTaskOperator")
            result = None if operator is None or node.loop is not None else operator.get("resultVariable")
            shape = None if operator is None else (operations or {}).get(operator.get("id", ""))
            if result and shape is not None:
                found[result] = found.get(result, shape.answer) & shape.answer
    return found
