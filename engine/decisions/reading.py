"""A DMN file to a model: collects everything that is wrong before it refuses; compiles each cell once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.decisions.box_reading import LOGIC
from engine.decisions.documents import Element, Problems, child, children, kind, load
from engine.decisions.item_reading import read_types
from engine.decisions.knowledge import KnowledgeFunction
from engine.decisions.logic_reading import LogicReader
from engine.decisions.model import Decision, InputData, Model
from engine.decisions.services import ServiceFunction
from engine.decisions.tables import Table
from engine.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.decisions.items import Types
    from engine.decisions.logic import Logic
    from engine.feel.values import FeelFunction

MAX_REQUIRED = 50  # decisions that require each other in a row


def read(xml: bytes, *, filename: str) -> Model:
    """Give the decisions of a DMN file.

    Raises InvalidInput (`dmn_invalid`) with everything that is wrong: `details["problems"]` is a list of
    Problem, each with line, element id, code, message and hint.
    """
    problems = Problems(filename)
    root = load(xml, problems)
    model = None if root is None else _Reader(root, problems).model()
    if problems.found or model is None:
        first = problems.found[0]
        more = f" (and {len(problems.found) - 1} more)" if len(problems.found) > 1 else ""
        where = filename if first.line is None else f"{filename}, line {first.line}"
        raise InvalidInput(f"{where}: {first.message}{more}", code="dmn_invalid", problems=problems.found)
    return model


class _Reader:
    def __init__(self, root: Element, problems: Problems) -> None:
        self.root = root
        self.problems = problems
        self.elements = self._by_id()
        self.types: Types = read_types(root, problems)
        self.logic = LogicReader(problems, self.types, self._known_names())
        self.made: dict[str, Decision] = {}
        self.functions: dict[str, FeelFunction | None] = {}

    def model(self) -> Model:
        self._refuse_imports()
        for element in children(self.root, "decision"):
            self._decision(element, ())
        if not children(self.root, "decision"):
            self.problems.add(
                "dmn_no_decision",
                "Expected a decision in the file, but there is none.",
                "Add one.",
                at=self.root,
            )
        return Model(self.root.get("name") or self.problems.filename, self.made)

    def _by_id(self) -> dict[str, Element]:
        found: dict[str, Element] = {}
        for element in self.root.iter(etree.Element):
            name = element.get("id")
            if not name:
                continue
            if name in found and etree.QName(element).namespace == etree.QName(self.root).namespace:
                self.problems.add(
                    "dmn_double_id",
                    f"Expected each id once, but {name!r} comes twice.",
                    "Rename one.",
                    at=element,
                )
            found.setdefault(name, element)
        return found

    def _known_names(self) -> frozenset[str]:
        named = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
        elements = [*children(self.root, *named), *self.root.iter("{*}itemComponent")]
        return frozenset(element.get("name") for element in elements if element.get("name"))

    def _refuse_imports(self) -> None:
        for element in children(self.root, "import"):
            self.problems.add(
                "dmn_import",
                "Expected everything in one file, but it imports another.",
                "Copy what it needs.",
                at=element,
            )

    def _decision(self, element: Element, path: tuple[str, ...]) -> Decision | None:
        """Read a decision after those it requires; path: the decisions that led here."""
        name, identifier = element.get("name"), element.get("id")
        if not identifier or not name:
            self.problems.add(
                "dmn_no_name", "Expected an id and a name, but one is missing.", "Set both.", at=element
            )
            return None
        if identifier in path or len(path) > MAX_REQUIRED:
            way = " → ".join([*path[-5:], identifier])
            self.problems.add(
                "dmn_cycle",
                f"Expected decisions that do not require each other in a circle, but: {way}.",
                at=element,
            )
            return None
        if identifier in self.made:
            return self.made[identifier]
        before = len(self.problems.found)
        requires = [
            self._decision(found, (*path, identifier))
            for found in self._required(element, "requiredDecision")
        ]
        functions = self._functions(element, (*path, identifier))
        logic = self._logic_of(element, name)
        if logic is None or None in requires or len(self.problems.found) > before:
            return None
        decision = Decision(
            identifier,
            name,
            logic,
            _output_names(logic, name),
            self._variable_type(element),
            self.types,
            tuple(self._input_data(found) for found in self._required(element, "requiredInput")),
            tuple(required for required in requires if required is not None),
            functions,
        )
        self.made[identifier] = decision
        return decision

    def _logic_of(self, element: Element, name: str) -> Logic | None:
        expression = child(element, *LOGIC)
        if expression is None:
            self.problems.add(
                "dmn_no_logic",
                f"Expected the decision {name!r} to have a table or an expression.",
                "Add one.",
                at=element,
            )
            return None
        return self.logic.read(expression, name)

    def _variable_type(self, element: Element) -> str | None:
        variable = child(element, "variable")
        return None if variable is None else self.logic.type_of(variable)

    def _input_data(self, element: Element) -> InputData:
        return InputData(element.get("name") or "", self._variable_type(element))

    def _required(self, element: Element, reference: str) -> Iterable[Element]:
        """Give the elements that a decision or a knowledge model requires in one way."""
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            yield from self._linked(requirement, reference)

    def _linked(self, element: Element, reference: str) -> Iterable[Element]:
        for link in children(element, reference):
            target = self.elements.get((link.get("href") or "").rpartition("#")[2])
            if target is None:
                self.problems.add(
                    "dmn_no_target",
                    f"Expected {link.get('href')!r} in the file, but nothing has that id.",
                    "Draw the requirement again.",
                    at=link,
                )
            else:
                yield target

    def _functions(self, element: Element, path: tuple[str, ...]) -> dict[str, FeelFunction]:
        """Give the knowledge models and services that an element requires, as functions."""
        found: dict[str, FeelFunction] = {}
        for target in self._required(element, "requiredKnowledge"):
            function = self._knowledge(target, path)
            if function is not None:
                found[function.name] = function
        return found

    def _knowledge(self, element: Element, path: tuple[str, ...]) -> FeelFunction | None:
        identifier = element.get("id")
        if identifier not in self.functions:
            self.functions[identifier] = None  # so that one that requires itself is not read for ever
            service = kind(element) == "decisionService"
            self.functions[identifier] = (
                self._service(element, path) if service else self._model(element, path)
            )
        return self.functions[identifier]

    def _model(self, element: Element, path: tuple[str, ...]) -> KnowledgeFunction | None:
        name, body = element.get("name"), child(element, "encapsulatedLogic")
        expression = None if body is None else child(body, *LOGIC)
        if kind(element) != "businessKnowledgeModel" or not name or expression is None:
            self.problems.add(
                "dmn_no_logic",
                f"Expected logic in a knowledge model, but found a {kind(element)} without.",
                "Give it one, or put its logic into the decision.",
                at=element,
            )
            return None
        parameters = [
            (str(part.get("name")), self.logic.type_of(part)) for part in children(body, "formalParameter")
        ]
        below = self._functions(element, path)
        logic = self.logic.read(expression, name, further=[parameter for parameter, _ in parameters])
        if logic is None:
            return None
        wanted = self._result_type(element)
        return KnowledgeFunction(name, parameters, logic, self.types, below, type_name=wanted)

    def _service(self, element: Element, path: tuple[str, ...]) -> ServiceFunction | None:
        data = [self._input_data(found) for found in self._linked(element, "inputData")]
        given = list(self._linked(element, "inputDecision"))
        outputs = [self._decision(found, path) for found in self._linked(element, "outputDecision")]
        made = [output for output in outputs if output is not None]
        if not made or len(made) < len(outputs):
            self.problems.add(
                "dmn_service", "Expected a service whose output decisions can be made.", at=element
            )
            return None
        return ServiceFunction(
            element.get("name") or "",
            [(part.name, part.type_name) for part in data],
            [(part.get("name"), self._variable_type(part), part.get("id")) for part in given],
            made,
            self.types,
            type_name=self._result_type(element),
        )

    def _result_type(self, element: Element) -> str | None:
        """Give the type of what a function gives; its variable names that type, or a type of functions."""
        name = self._variable_type(element)
        definition = self.types.definitions.get(name or "")
        return definition.returns if definition is not None and definition.returns else name


def _output_names(logic: Logic, name: str) -> tuple[str, ...]:
    if isinstance(logic, Table) and len(logic.outputs) > 1:
        return tuple(output.name for output in logic.outputs)
    return (name,)
