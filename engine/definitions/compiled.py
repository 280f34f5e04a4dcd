"""A bundle compiled: what cases run on. Compiled once per digest, shared by threads, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

from engine import decisions as dmn
from engine import spiff
from engine.sentences import Sentence

from .alerts import AlertRules, read_alerts
from .calls import check_evidence, check_operations
from .declarations import (
    DeadlineDeclaration,
    Declarations,
    Element,
    MessageDeclaration,
    NoticeDeclaration,
    PauseReason,
    read_deadlines,
    read_element,
    read_message,
)
from .expressions import check_expressions
from .extensions import ExtensionRule, Named, read_extensions
from .findings import Findings
from .main_process import check_main, start_timer
from .mend import FLOW_NODES, mend
from .notice_checks import check_notices
from .places import Places
from .reach import check_reach
from .references import Known, check_calls, check_references
from .renames import read_renames
from .soundness import Parts, check_soundness
from .sources import (
    check_letters,
    check_shadows,
    expand_forms,
    included_letters,
    read_decisions,
    read_diagrams,
    read_forms,
    read_pause_reasons,
    read_recipients,
)
from .texts import Texts, check_texts, read_texts
from .variables import variables_read
from .wording import form_keys, needed_texts, optional_texts, own_words
from .xml import B, L, S, local, strip_sign

if TYPE_CHECKING:
    from lxml import etree

    from engine.ports import OperationShape
    from engine.problems import Problem

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
    correlates: bool
    """Whether the diagrams send messages to other cases, or wait for them, by a key."""
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
    calls: Mapping[str, str]
    """Process ids by the id of the call activity that runs them."""
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
    notices: Mapping[str, NoticeDeclaration] = field(default_factory=dict)
    extensions: Mapping[str, ExtensionRule] = field(default_factory=dict)
    """Which clocks a person may extend, by their ids."""
    alerts: AlertRules = field(default_factory=AlertRules)
    """Who hears of which clock."""
    start_timer: str | None = None
    """The cycle by which the main start event starts cases by itself."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The ids that elements of earlier versions have in this one, where they are others."""
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of the variables that the expressions of an element read, by its id."""

    def variables_read(self, element_id: str) -> frozenset[str]:
        """Give the names of the variables that the expressions of one element read.

        That is the conditions of the flows that leave it, its script, parameters, timers, limits and loops, and
        what its decision needs.
        """
        return self.reads.get(element_id, frozenset())


def compile_bundle(
    bundle: Bundle,
    groups: Groups,
    *,
    operations: Mapping[str, OperationShape] | None = None,
    accepted: bool = False,
) -> tuple[Definition | None, list[Problem]]:
    """Check and compile a bundle; None and the problems when anything forbids to run it.

    operations: what the connectors offer, as `connector.operation`; None leaves that unchecked. accepted: only what
    compiling needs is checked, and not what the model may lead to: somebody has judged that before.
    """
    findings = Findings(Places(bundle.files))
    trees = read_diagrams(bundle, findings)
    found = _collect(trees)
    written = read_forms(bundle, findings)
    schemas, included = expand_forms(written, bundle, findings)
    decisions = read_decisions(bundle, findings, analysed=not accepted)
    names = frozenset(name for name in _variable_names(trees, schemas, decisions) if not name.isidentifier())
    pauses = read_pause_reasons(bundle, findings)
    notices = read_recipients(bundle, findings)
    check_shadows(bundle, findings)
    check_letters(bundle, findings)
    processes = {process.get("id", ""): file for file, root in trees for process in root.iter(f"{B}process")}
    letters = {path.split("/")[-1].removesuffix(".html") for path in bundle.parts(".html", "letters")}
    known = Known(groups, schemas, letters, decisions, processes, pauses, notices, found)
    for file, root in trees:
        check_references(root, file, known, findings)
        check_evidence(root, file, findings)
        if operations is not None:
            check_operations(root, file, operations, findings)
        check_expressions(root, file, names, findings)
    check_calls(trees, findings)
    check_reach(trees, findings)
    if not accepted:
        parts = Parts(bundle, trees, schemas, decisions, found.deadlines, names, operations)
        check_soundness(parts, findings)
    texts = read_texts(bundle, own_words(trees, schemas), findings, included)
    extensions = read_extensions(bundle, Named(found.deadlines, groups, letters, notices), findings)
    reasons = [reason for rule in extensions.values() for reason in rule.reasons.values()]
    issued = {one.letter for one in found.elements.values()} | {one.letter for one in reasons}
    titled = letters - (included_letters(bundle) - issued)
    needed = chain(
        needed_texts(found, processes, written, titled, notices),
        (("reasons", reason.key) for reason in reasons),
    )
    check_texts(texts, needed, optional_texts(found), findings)
    alerts = read_alerts(bundle, groups, found.deadlines, findings)
    check_notices(notices, bundle, texts, schemas, names, findings)
    renamed = read_renames(bundle, found.elements, findings)
    main = check_main(bundle.key, trees, found, groups, findings)
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
        correlates=any(node.get(f"{L}correlation") for _, root in trees for node in root.iter()),
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
        calls={
            call.get("id", ""): call.get("calledElement", "")
            for _, root in trees
            for call in root.iter(f"{B}callActivity")
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
        notices=notices,
        extensions=extensions,
        alerts=alerts,
        start_timer=start_timer(main),
        renamed=renamed,
        reads=variables_read(trees, decisions, names),
    )
    return definition, findings.sorted()


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


def _compile(key: str, trees: list[tuple[str, etree._Element]], findings: Findings) -> spiff.Specs | None:
    mended = []
    for file, root in trees:
        tree, notes = mend(root, file)
        findings.problems.extend(notes)
        mended.append((file, tree))
    try:
        return spiff.parse(mended, key)
    except MemoryError:
        raise  # a limit of this process, and no fault of the diagram's
    except Exception as exc:  # noqa: BLE001 - whatever the library trips on must become a sentence
        findings.add(
            f"{key}.bpmn",
            "not_runnable",
            Sentence("Expected diagrams that can be run, but {reason}", reason=exc),
        )
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
