"""What a suggestion has to know of a service: how it hangs together, and which values its expressions speak of."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.decisions.tables import Table
from engine.definitions.soundness.graph import read_graphs
from engine.definitions.soundness.uses import Bundled, before, decision_id, done, leaving
from engine.definitions.xml import B, S, read_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

    from engine.definitions import Definition
    from engine.definitions.soundness.graph import Graph, Node, Way

_CONSTANT = r'("[^"\n]{0,80}"|-?\d+(?:\.\d+)?|true\b|false\b|date\("\d{4}-\d\d-\d\d"\))'
_COMPARED = re.compile(rf"([A-Za-z_]\w*)\s*(?:!=|<=|>=|=|<|>)\s*{_CONSTANT}")
_LISTED = re.compile(r"([A-Za-z_]\w*)\s+in\s+[\[(]([^\])]{1,400})[\])]")
_ANY_CONSTANT = re.compile(_CONSTANT)
MAX_CONSTANTS = 40


@dataclass
class Model:
    """A service's diagrams, forms and tables, read for one purpose: what has to be answered to come somewhere."""

    definition: Definition
    trees: list[tuple[str, etree._Element]] = field(init=False)
    graphs: dict[str, Graph] = field(init=False)

    def __post_init__(self) -> None:
        """Read the diagrams, which are known to be sound."""
        bundle = self.definition.bundle
        read = ((file, read_xml(bundle.files[file], file)[0]) for file in bundle.parts(".bpmn"))
        self.trees = [(file, root) for file, root in read if root is not None]
        self.graphs = read_graphs(self.trees)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every node by its id."""
        return {key: node for graph in self.graphs.values() for key, node in graph.nodes.items()}

    @cached_property
    def ways(self) -> dict[str, Way]:
        """Every flow by its id."""
        return {way.id: way for node in self.nodes.values() for way in node.out}

    @cached_property
    def scopes(self) -> dict[str, Node]:
        """What runs each scope: the subprocess or call activity by the id of what is inside it."""
        return {node.inside: node for node in self.nodes.values() if node.inside}

    @cached_property
    def rules(self) -> dict[str, tuple[Table, int]]:
        """Each rule's table and row, by the rule's id."""
        tables = (one.logic for one in self.definition.decisions.values())
        return {
            row.id: (table, index)
            for table in tables
            if isinstance(table, Table)
            for index, row in enumerate(table.rows)
        }

    @cached_property
    def deciding(self) -> dict[str, list[str]]:
        """The tasks that make a decision, by the id of each rule that it may come to."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for key, node in self.nodes.items():
            decision = self.definition.decisions.get(decision_id(node.element))
            waiting = [] if decision is None else [decision]
            while waiting:
                one = waiting.pop()
                waiting.extend(one.requires)
                for rule in one.rules:
                    found[rule].append(key)
        return found

    @cached_property
    def errors(self) -> dict[str, str]:
        """Error codes by the id of the error."""
        found = (item for _file, root in self.trees for item in root.iter(f"{B}error"))
        return {item.get("id", ""): item.get("errorCode", "") for item in found}

    @cached_property
    def messages(self) -> dict[str, str]:
        """Names of messages by their ids."""
        found = (item for _file, root in self.trees for item in root.iter(f"{B}message"))
        return {item.get("id", ""): item.get("name", "") for item in found}

    def inside(self, element_id: str) -> set[str]:
        """Give an activity and everything that runs in it."""
        found, waiting = {element_id}, [element_id]
        while waiting:
            node = self.nodes.get(waiting.pop())
            graph = None if node is None else self.graphs.get(node.inside)
            fresh = set() if graph is None else set(graph.nodes) - found
            found |= fresh
            waiting.extend(fresh)
        return found

    def result_of(self, element_id: str) -> str:
        """Give the variable that takes an outside system's answer; an empty text for none."""
        operator = self.nodes[element_id].element.find(f"{B}extensionElements/{S}serviceTaskOperator")
        return "" if operator is None else str(operator.get("resultVariable", ""))

    @cached_property
    def _uses(self) -> list[tuple[frozenset[str], frozenset[str]]]:
        """What each node sets, and what it reads for that."""
        definition = self.definition
        told = {
            key: definition.messages[name].form
            for key, name in self.messages.items()
            if name in definition.messages
        }
        bundled = Bundled(definition.forms, definition.decisions, told, definition.names)
        found = []
        for key, node in self.nodes.items():
            if node.kind == "userTask":
                continue
            uses = [*before(node, bundled), *done(node, bundled), *leaving(node, bundled)]
            sets = frozenset().union(*(use.sets for use in uses))
            found.append((sets, definition.variables_read(key)))
        return found

    def behind(self, names: Iterable[str]) -> frozenset[str]:
        """Give some variables and all from which they are worked out."""
        found = set(names)
        grown = True
        while grown:
            before_ = len(found)
            for sets, reads in self._uses:
                if sets & found:
                    found |= reads
            grown = len(found) > before_
        return frozenset(found)

    @cached_property
    def constants(self) -> dict[str, list[Any]]:
        """Values with which the service's expressions and tables compare a variable or an entry, by its name."""
        found: defaultdict[str, dict[Any, None]] = defaultdict(dict)
        for text in self._texts():
            for name, constant in _COMPARED.findall(text):
                found[name][_value(constant)] = None
            for name, listed in _LISTED.findall(text):
                for constant in _ANY_CONSTANT.findall(listed):
                    found[name][_value(constant)] = None
        for name, text in self._cells():
            for constant in _ANY_CONSTANT.findall(text):
                found[name][_value(constant)] = None
        return {name: list(values)[:MAX_CONSTANTS] for name, values in found.items()}

    def _texts(self) -> Iterator[str]:
        for _file, root in self.trees:
            for item in root.iter():
                if isinstance(item.tag, str):
                    yield from (text for text in (item.text, *item.attrib.values()) if text)
        for schema in self.definition.forms.values():
            yield from _strings(schema)

    def _cells(self) -> Iterator[tuple[str, str]]:
        for decision in self.definition.decisions.values():
            if isinstance(decision.logic, Table):
                for row in decision.logic.rows:
                    for column, test in zip(decision.logic.inputs, row.tests, strict=True):
                        if test is not None:
                            yield column.expression.text.strip().rpartition(".")[2], test.text


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for item in part.values():
            yield from _strings(item)
    elif isinstance(part, list):
        for item in part:
            yield from _strings(item)


def _value(constant: str) -> Any:
    if constant.startswith('"'):
        return constant.strip('"')
    if constant in {"true", "false"}:
        return constant == "true"
    if constant.startswith("date"):
        return date.fromisoformat(constant[6:16])
    return Decimal(constant) if "." in constant else int(constant)
