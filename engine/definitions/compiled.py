"""A bundle compiled: what cases run on. Compiled once per digest, shared by threads, never changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import decisions as dmn
from engine import forms, spiff
from engine.errors import InvalidInput
from engine.problems import Problem

from .declarations import (
    DeadlineDeclaration,
    Declarations,
    Element,
    MessageDeclaration,
    PauseReason,
    read_deadlines,
    read_element,
    read_message,
    read_pauses,
)
from .expressions import check_expressions, strip_sign
from .findings import Findings
from .mend import FLOW_NODES, mend
from .references import Known, check_calls, check_references
from .structure import check_structure
from .texts import Texts, check_texts, read_texts
from .wording import form_keys, needed_texts, optional_texts, own_words
from .xml import B, L, S, local, read_xml

if TYPE_CHECKING:
    from lxml import etree

    from .bundle import Bundle
    from .declarations import Groups


@dataclass(frozen=True)
class Definition:
    """One version of a service."""

    key: str
    digest: str
    bundle: Bundle
    specs: spiff.Specs
    elements: Mapping[str, Element]
    flows: Mapping[tuple[str, str], str]
    """Flow ids by the ids of source and target."""
    deadlines: Mapping[str, DeadlineDeclaration]
    messages: Mapping[str, MessageDeclaration]
    pauses: Mapping[str, PauseReason]
    forms: Mapping[str, Any]
    decisions: Mapping[str, dmn.Decision]
    texts: Texts
    names: frozenset[str]
    """Names of variables that FEEL must know beforehand: those with blanks or signs in them."""
    processes: Mapping[str, str]
    """File of each diagram by its process id; the main one first."""
    pools: Mapping[str, str]
    """Process ids by the id of the participant that is drawn around them."""
    case_number: str
    title: str
    subject: str | None
    start_groups: tuple[str, ...]
    start_event: str
    start_form: str | None
    outcomes: frozenset[str]
    timers: tuple[str, ...]
    """Ids of the events that a clock fires."""
    reacts: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """What passing an element does to deadlines: element id → (start | end | hand_over, deadline id)."""


def compile_bundle(
    bundle: Bundle, groups: Groups, *, operations: Collection[str] | None = None
) -> tuple[Definition | None, list[Problem]]:
    """Check and compile a bundle; None and the problems when anything forbids to run it.

    operations: names of the operations that the connectors offer; None leaves them unchecked.
    """
    findings = Findings()
    trees = _read_diagrams(bundle, findings)
    found = _collect(trees)
    schemas = _read_forms(bundle, findings)
    decisions = _read_decisions(bundle, findings)
    names = frozenset(name for name in _variable_names(trees, schemas, decisions) if not name.isidentifier())
    pauses = _read_pauses(bundle, findings)
    processes = {process.get("id", ""): file for file, root in trees for process in root.iter(f"{B}process")}
    letters = {path.split("/")[-1].removesuffix(".html") for path in bundle.names(".html", "letters")}
    known = Known(groups, schemas, letters, decisions, processes, pauses, operations, found)
    for file, root in trees:
        check_references(root, file, known, findings)
        check_expressions(root, file, names, findings)
    check_calls(trees, findings)
    texts = read_texts(bundle, own_words(trees, schemas), findings)
    check_texts(texts, needed_texts(found, processes, schemas, letters), optional_texts(found), findings)
    main = next(
        (node for _, root in trees for node in root.iter(f"{B}process") if node.get("id") == bundle.key), None
    )
    _check_main(bundle, main, groups, findings)
    specs = None if findings.failed else _compile(bundle.key, trees, findings)
    if main is None or specs is None:
        return None, findings.sorted()
    definition = Definition(
        key=bundle.key,
        digest=bundle.digest,
        bundle=bundle,
        specs=specs,
        elements=found.elements,
        flows=_flows(trees),
        deadlines=found.deadlines,
        messages=found.messages,
        pauses=pauses,
        forms=schemas,
        decisions=decisions,
        texts=texts,
        names=names,
        processes=dict(sorted(processes.items(), key=lambda item: item[0] != bundle.key)),
        pools={
            pool.get("id", ""): pool.get("processRef", "")
            for _, root in trees
            for pool in root.iter(f"{B}participant")
        },
        case_number=main.get(f"{L}caseNumber", ""),
        title=strip_sign(main.get(f"{L}title", "")),
        subject=strip_sign(main.get(f"{L}subject", "")) or None,
        start_groups=tuple(main.get(f"{L}startGroups", "").replace(",", " ").split()),
        start_event=main.find(f"{B}startEvent").get("id"),
        start_form=main.find(f"{B}startEvent").get(f"{L}form"),
        outcomes=frozenset(_outcomes(main)),
        timers=tuple(_timers(trees)),
        reacts=_reactions(found.deadlines.values()),
    )
    return definition, findings.sorted()


def _read_diagrams(bundle: Bundle, findings: Findings) -> list[tuple[str, etree._Element]]:
    trees = []
    seen: dict[str, str] = {}
    for file in bundle.names(".bpmn"):
        root, problems = read_xml(bundle.files[file], file)
        findings.problems.extend(problems)
        if root is None:
            continue
        if root.tag != f"{B}definitions":
            findings.add(file, "not_bpmn", "Expected a BPMN 2.0 diagram.", node=root)
            continue
        check_structure(root, file, findings)
        for node in root.iter():
            element_id = node.get("id") if local(node) in FLOW_NODES else None
            if element_id and seen.setdefault(element_id, file) != file:
                message = f"Expected the id {element_id!r} in one diagram only, but it also stands in {seen[element_id]}."
                findings.add(file, "id_twice", message, "Rename one of them.", node=node)
        trees.append((file, root))
    return trees


def _collect(trees: list[tuple[str, etree._Element]]) -> Declarations:
    found = Declarations()
    for file, root in trees:
        for message in root.iter(f"{B}message"):
            found.messages[message.get("name", "")] = read_message(message)
        for process in root.iter(f"{B}process"):
            lanes = _lanes(process)
            process_id = process.get("id", "")
            for node in process.iter():
                if local(node) in FLOW_NODES | {"lane", "sequenceFlow", "process"} and node.get("id"):
                    group = lanes.get(node.get("id")) or _inherited_lane(node, lanes)
                    found.elements[node.get("id")] = read_element(node, process_id, file, group)
                for deadline in read_deadlines(node):
                    found.deadlines[deadline.id] = deadline
    return found


def _lanes(process: etree._Element) -> dict[str, str]:
    """Give the innermost lane's id by node id."""
    lanes = {}
    for lane in process.iter(f"{B}lane"):  # document order: an inner lane comes after the outer one
        for reference in lane.iterfind(f"{B}flowNodeRef"):
            lanes[(reference.text or "").strip()] = lane.get("id", "")
    return lanes


def _inherited_lane(node: etree._Element, lanes: dict[str, str]) -> str | None:
    """Give the lane of the subprocess around a node."""
    for ancestor in node.iterancestors(f"{B}subProcess"):
        if ancestor.get("id") in lanes:
            return lanes[ancestor.get("id")]
    return None


def _read_forms(bundle: Bundle, findings: Findings) -> dict[str, Any]:
    schemas = {}
    for file in bundle.names(".form.json"):
        try:
            schema = json.loads(bundle.files[file], parse_float=Decimal)
        except (ValueError, RecursionError) as exc:
            findings.add(file, "json_broken", f"Expected JSON, but {exc}", line=getattr(exc, "lineno", None))
            continue
        findings.problems.extend(forms.check_schema(schema, filename=file))
        if isinstance(schema, dict):
            schemas[file.removesuffix(".form.json")] = schema
    return schemas


def _read_decisions(bundle: Bundle, findings: Findings) -> dict[str, dmn.Decision]:
    found: dict[str, dmn.Decision] = {}
    for file in bundle.names(".dmn"):
        try:
            model = dmn.read(bundle.files[file], filename=file)
        except InvalidInput as exc:
            listed = exc.details.get("problems") or [
                Problem(file, None, None, exc.code, "error", exc.message)
            ]
            findings.problems.extend(listed)
            continue
        for key, decision in model.decisions.items():
            if key in found:
                findings.add(
                    file, "decision_twice", f"Expected one decision with the id {key!r} in the bundle."
                )
            found[key] = decision
    return found


def _read_pauses(bundle: Bundle, findings: Findings) -> dict[str, PauseReason]:
    content = bundle.files.get("pauses.yaml")
    if content is None:
        return {}
    try:
        return read_pauses(content, "pauses.yaml")
    except InvalidInput as exc:
        findings.add("pauses.yaml", exc.code, exc.message, line=exc.details.get("line"))
        return {}


def _variable_names(
    trees: list[tuple[str, etree._Element]], schemas: Mapping[str, Any], decisions: Mapping[str, dmn.Decision]
) -> Iterator[str]:
    for schema in schemas.values():
        yield from form_keys(schema.get("components", []))
    for decision in decisions.values():
        yield from decision.outputs
    for _, root in trees:
        for operator in root.iter(f"{S}serviceTaskOperator"):
            if operator.get("resultVariable"):
                yield operator.get("resultVariable")
        for item in root.iter(f"{B}inputDataItem", f"{B}outputDataItem", f"{B}loopDataOutputRef"):
            yield item.get("id") or (item.text or "").strip()


def _check_main(bundle: Bundle, main: etree._Element | None, groups: Groups, findings: Findings) -> None:
    if main is None:
        message = f"Expected a diagram {bundle.key}.bpmn whose process has the id {bundle.key!r}."
        findings.add(f"{bundle.key}.bpmn", "main_missing", message, "Name process, file and folder alike.")
        return
    file = f"{bundle.key}.bpmn"
    for attribute in ("caseNumber", "title", "startGroups"):
        if not main.get(f"{L}{attribute}"):
            findings.add(
                file, "main_incomplete", f"Expected linbang:{attribute} on the main process.", node=main
            )
    for group in main.get(f"{L}startGroups", "").replace(",", " ").split():
        if group not in groups:
            findings.add(
                file, "group_unknown", f"Expected a known group in startGroups, but got {group!r}.", node=main
            )


def _compile(key: str, trees: list[tuple[str, etree._Element]], findings: Findings) -> spiff.Specs | None:
    mended = []
    for file, root in trees:
        tree, notes = mend(root, file)
        findings.problems.extend(notes)
        mended.append((file, tree))
    try:
        return spiff.parse(mended, key)
    except Exception as exc:  # noqa: BLE001 - whatever the library trips on must become a sentence
        findings.add(f"{key}.bpmn", "not_runnable", f"Expected diagrams that can be run, but {exc}")
        return None


def _flows(trees: list[tuple[str, etree._Element]]) -> dict[tuple[str, str], str]:
    return {
        (item.get("sourceRef", ""), item.get("targetRef", "")): item.get("id") or f"flow__{index}"
        for _, root in trees
        for index, item in enumerate(root.iter(f"{B}sequenceFlow"))
    }


def _outcomes(main: etree._Element) -> Iterator[str]:
    scopes = [
        main,
        *(node for node in main.iterfind(f"{B}subProcess") if node.get("triggeredByEvent") == "true"),
    ]
    for scope in scopes:
        for end in scope.iterfind(f"{B}endEvent"):
            yield end.get("id")


def _timers(trees: list[tuple[str, etree._Element]]) -> Iterator[str]:
    for _, root in trees:
        for event in root.iter(f"{B}timerEventDefinition"):
            yield event.getparent().get("id")


def _reactions(deadlines: Collection[DeadlineDeclaration]) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for deadline in deadlines:
        for action, elements in (
            ("start", deadline.starts_on),
            ("end", deadline.ends_on),
            ("hand_over", deadline.hands_over_on),
        ):
            for element_id in elements:
                found.setdefault(element_id, []).append((action, deadline.id))
    return {key: tuple(value) for key, value in found.items()}
