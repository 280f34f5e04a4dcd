"""A DMN file to a model: collects everything that is wrong before it refuses; compiles each cell once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from engine.decisions.box_reading import LOGIC
from engine.decisions.documents import Element, Problems, child, children, kind, load
from engine.decisions.imports import MAX_IMPORT_DEPTH, MAX_IMPORTS, Library, is_dmn
from engine.decisions.item_reading import read_types
from engine.decisions.items import Types
from engine.decisions.knowledge import KnowledgeFunction
from engine.decisions.logic import NoLogic
from engine.decisions.logic_reading import LogicReader
from engine.decisions.model import Borrowed, Decision, InputData, Model
from engine.decisions.services import ServiceFunction
from engine.decisions.tables import Table
from engine.errors import InvalidInput
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.decisions.logic import Logic

MAX_REQUIRED = 50  # decisions that require each other in a row


def read(
    xml: bytes, *, filename: str, beside: Mapping[str, bytes] | None = None, partly: bool = False
) -> Model:
    """Give the decisions of a DMN file.

    beside: the files by name among which imported ones are found. partly: give what can be read, and the
    problems with it. Raises InvalidInput (`dmn_invalid`) with everything that is wrong: `details["problems"]`
    is a list of Problem, each with line, element id, code, message and hint.
    """
    problems = Problems(filename)
    root = load(xml, problems)
    library = Library(beside or {}, filename)
    model = None if root is None else _Reader(root, problems, library, 0).model()
    if model is None or (problems.found and not partly):
        first = problems.found[0]
        more = (
            Sentence(" (and {count} more)", count=len(problems.found) - 1) if len(problems.found) > 1 else ""
        )
        where = (
            filename
            if first.line is None
            else Sentence("{filename}, line {line}", filename=filename, line=first.line)
        )
        raise InvalidInput(
            Sentence("{where}: {reason}{more}", where=where, reason=first.message, more=more),
            code="dmn_invalid",
            problems=problems.found,
        )
    return model


@dataclass(frozen=True, slots=True)
class _Imported:
    """Another file, by the name that the importing one gives it."""

    name: str
    namespace: str
    reader: _Reader


_Target = tuple[_Imported | None, Element]  # an element, and the file that it is imported from


class _Reader:
    def __init__(self, root: Element, problems: Problems, library: Library, depth: int) -> None:
        self.root = root
        self.problems = problems
        self.elements = self._by_id()
        self.imported = self._imports(library, depth)
        self.types = read_types(root, problems, self._imported_types())
        self.names = self._known_names()
        self.logic = LogicReader(problems, self.types, self.names)
        self.made: dict[str, Decision | None] = {}
        self.functions: dict[str, KnowledgeFunction | ServiceFunction | None] = {}
        self.handed_in = frozenset(
            (link.get("href") or "").rpartition("#")[2] for link in root.iter("{*}inputDecision")
        )

    def model(self) -> Model:
        for element in children(self.root, "decision"):
            self._decision(element, ())
        if not children(self.root, "decision"):
            self.problems.add(
                "dmn_no_decision",
                "Expected a decision in the file, but there is none.",
                "Add one.",
                at=self.root,
            )
        found = [
            self._knowledge(element, ())
            for element in children(self.root, "businessKnowledgeModel", "decisionService")
        ]
        return Model(
            self.root.get("name") or self.problems.filename,
            {key: decision for key, decision in self.made.items() if decision is not None},
            {function.name: function for function in found if function is not None},
            self.types,
            tuple(self.problems.found),
        )

    def _by_id(self) -> dict[str, Element]:
        found: dict[str, Element] = {}
        for element in self.root.iter(etree.Element):
            name = element.get("id")
            if not name:
                continue
            if name in found and etree.QName(element).namespace == etree.QName(self.root).namespace:
                self.problems.add(
                    "dmn_double_id",
                    Sentence("Expected each id once, but {name!r} comes twice.", name=name),
                    "Rename one.",
                    at=element,
                )
            found.setdefault(name, element)
        return found

    def _known_names(self) -> frozenset[str]:
        named = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
        elements = [*children(self.root, *named), *self.root.iter("{*}itemComponent")]
        own = frozenset(element.get("name") for element in elements if element.get("name"))
        return own.union(*({one.name, *one.reader.names} for one in self.imported)) - {""}

    def _imports(self, library: Library, depth: int) -> list[_Imported]:
        """Read the types and the names of the files that this one imports; their decisions when required."""
        found = []
        for element in children(self.root, "import")[:MAX_IMPORTS]:
            other = library.find(element) if is_dmn(element) and depth < MAX_IMPORT_DEPTH else None
            if other is None:
                self.problems.add(
                    "dmn_import",
                    Sentence(
                        "Expected {namespace!r} to be the namespace of a DMN file beside this one, but there is none.",
                        namespace=element.get("namespace"),
                    ),
                    "Put the file beside this one, or copy what it needs.",
                    at=element,
                )
                continue
            filename, root = other
            problems = Problems(filename)
            problems.found = self.problems.found
            reader = _Reader(root, problems, library, depth + 1)
            found.append(_Imported(element.get("name") or "", element.get("namespace") or "", reader))
        return found

    def _imported_types(self) -> Types:
        types = Types()
        for one in self.imported:
            types.borrow(f"{one.name}." if one.name else "", one.reader.types)
        return types

    def _decision(self, element: Element, path: tuple[str, ...]) -> Decision | None:
        """Read a decision, once, after those it requires; path: the decisions that led here."""
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
                Sentence(
                    "Expected decisions that do not require each other in a circle, but: {way}.", way=way
                ),
                at=element,
            )
            return None
        if identifier not in self.made:
            found = self._new_decision(element, name, (*path, identifier))
            self.made.setdefault(identifier, found)
        return self.made[identifier]

    def _new_decision(self, element: Element, name: str, path: tuple[str, ...]) -> Decision | None:
        before = len(self.problems.found)
        parts = _Parts()
        for imported, target in self._required(element, "requiredDecision"):
            reader = imported.reader if imported else self
            parts.decisions.append((imported, reader._decision(target, () if imported else path)))  # noqa: SLF001 - of the same kind
        for imported, target in self._required(element, "requiredInput"):
            reader = imported.reader if imported else self
            parts.data.append((imported, reader._input_data(target)))  # noqa: SLF001 - of the same kind
        functions = self._functions(element, path)
        logic = self._logic_of(element, name)
        if (
            logic is None
            or len(self.problems.found) > before
            or any(one is None for _, one in parts.decisions)
        ):
            return None
        return Decision(
            path[-1],
            name,
            logic,
            _output_names(logic, name),
            self._variable_type(element),
            self.types,
            tuple(parts.data_of(None)),
            tuple(parts.decisions_of(None)),
            functions,
            self._borrowed(parts, functions),
        )

    def _borrowed(self, parts: _Parts, functions: dict[str, Any]) -> tuple[Borrowed, ...]:
        """Take out of the functions, and put together, what comes from each imported file."""
        borrowed = []
        for one in self.imported:
            taken = functions.pop(one.name, {}) if one.name else {}
            decisions, data = tuple(parts.decisions_of(one)), tuple(parts.data_of(one))
            if taken or decisions or data:
                borrowed.append(Borrowed(one.name, one.reader.types, decisions, data, taken))
        return tuple(borrowed)

    def _logic_of(self, element: Element, name: str) -> Logic | None:
        expression = child(element, *LOGIC)
        if expression is None and element.get("id") in self.handed_in:
            return NoLogic(name)
        if expression is None:
            self.problems.add(
                "dmn_no_logic",
                Sentence("Expected the decision {name!r} to have a table or an expression.", name=name),
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

    def _required(self, element: Element, reference: str) -> Iterable[_Target]:
        """Give the elements that a decision or a knowledge model requires in one way."""
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            yield from self._linked(requirement, reference)

    def _linked(self, element: Element, reference: str) -> Iterable[_Target]:
        for link in children(element, reference):
            space, _, identifier = (link.get("href") or "").rpartition("#")
            imported = next((one for one in self.imported if space and one.namespace == space), None)
            target = (imported.reader if imported else self).elements.get(identifier)
            if target is None:
                self.problems.add(
                    "dmn_no_target",
                    Sentence(
                        "Expected {href!r} in the file, but nothing has that id.", href=link.get("href")
                    ),
                    "Draw the requirement again.",
                    at=link,
                )
            else:
                yield imported, target

    def _functions(self, element: Element, path: tuple[str, ...]) -> dict[str, Any]:
        """Give the knowledge models and services that an element requires, as functions.

        Those of an imported file stand in a context of the import's name.
        """
        found: dict[str, Any] = {}
        for imported, target in self._required(element, "requiredKnowledge"):
            reader = imported.reader if imported else self
            function = reader._knowledge(target, () if imported else path)  # noqa: SLF001 - of the same kind
            if function is not None:
                within = found.setdefault(imported.name, {}) if imported and imported.name else found
                within[function.name] = function
        return found

    def _knowledge(
        self, element: Element, path: tuple[str, ...]
    ) -> KnowledgeFunction | ServiceFunction | None:
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
                Sentence(
                    "Expected logic in a knowledge model, but found a {kind} without.", kind=kind(element)
                ),
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
        function = KnowledgeFunction(name, parameters, logic, self.types, below, type_name=wanted)
        below.setdefault(name, function)  # so that it may call itself
        return function

    def _service(self, element: Element, path: tuple[str, ...]) -> ServiceFunction | None:
        data = [self._input_data(found) for _, found in self._linked(element, "inputData")]
        given = [found for _, found in self._linked(element, "inputDecision")]
        outputs = [
            (imported.reader if imported else self)._decision(found, () if imported else path)  # noqa: SLF001 - of the same kind
            for imported, found in self._linked(element, "outputDecision")
        ]
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


class _Parts:
    """What a decision requires, each with the file that it comes from."""

    def __init__(self) -> None:
        self.decisions: list[tuple[_Imported | None, Decision | None]] = []
        self.data: list[tuple[_Imported | None, InputData]] = []

    def decisions_of(self, file: _Imported | None) -> list[Decision]:
        return [one for of, one in self.decisions if of is file and one is not None]

    def data_of(self, file: _Imported | None) -> list[InputData]:
        return [one for of, one in self.data if of is file]


def _output_names(logic: Logic, name: str) -> tuple[str, ...]:
    if isinstance(logic, Table) and len(logic.outputs) > 1:
        return tuple(output.name for output in logic.outputs)
    return (name,)
