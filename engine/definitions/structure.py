"""Checks that a diagram can be run as it is drawn: references, gateways, ways in and out of every node."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .assignments import check_assignments
from .event_checks import check_events
from .mend import FLOW_NODES
from .xml import B, L, S, local

if TYPE_CHECKING:
    from lxml import etree

    from .findings import Findings

REFUSED = {
    "complexGateway": "a complex gateway",
    "transaction": "a transaction",
    "adHocSubProcess": "an ad-hoc subprocess",
    "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "a cancel event",
    "conditionalEventDefinition": "a conditional event",
    "choreographyTask": "a choreography",
}
_KNOWN_ATTRIBUTES = {
    "language", "caseNumber", "title", "subject", "startGroups", "form", "candidateGroup", "notDoneBy",
    "secondSigner", "sendBack", "latestFor", "leaving", "letter", "notice", "retry", "timeout", "messageGroups",
    "matches", "timeToLive", "onExpiry", "correlation", "content",
}  # fmt: skip
_KNOWN_ELEMENTS = {"deadline", "pause", "extend", "onDeadline", "evidence", "assign"}
_CATCHERS = {"intermediateCatchEvent", "receiveTask"}
_FEEL = frozenset({"feel", "text/feel", "application/feel", ""})
_RESERVED_IDS = {"Start", "End"}


def check_structure(root: etree._Element, file: str, findings: Findings) -> None:
    """Check one diagram as the designer drew it."""
    _check_ids(root, file, findings)
    for node in root.iter():
        _check_node(node, file, findings)
    for scope in root.iter(f"{B}process", f"{B}subProcess"):
        _check_scope(scope, file, findings)
        check_events(scope, file, findings)


def _check_ids(root: etree._Element, file: str, findings: Findings) -> None:
    counts = Counter(
        node.get("id") for node in root.iter() if local(node) and node.tag.startswith(B) and node.get("id")
    )
    for node in root.iter():
        element_id = node.get("id") if local(node) else None
        if local(node) in FLOW_NODES and not element_id:
            findings.add(
                file,
                "id_missing",
                Sentence("Expected the {kind} to have an id.", kind=local(node)),
                "Give it an id.",
                node=node,
            )
        elif element_id and node.tag.startswith(B) and counts[element_id] > 1:
            message = Sentence(
                "Expected the id {element_id!r} once, but it stands {counts} times in the diagram.",
                element_id=element_id,
                counts=counts[element_id],
            )
            findings.add(file, "id_twice", message, "Rename one of them.", node=node)
        elif local(node) in FLOW_NODES and (element_id in _RESERVED_IDS or "__" in str(element_id)):
            message = Sentence(
                "Expected another id than {element_id!r}: 'Start', 'End' and double underscores are reserved.",
                element_id=element_id,
            )
            findings.add(file, "id_reserved", message, "Rename it.", node=node)


def _check_node(node: etree._Element, file: str, findings: Findings) -> None:
    name = local(node)
    if name in REFUSED and node.tag.startswith(B):
        message = Sentence(
            "Expected only what Linbang can run, but this is {refused}.", refused=REFUSED[name]
        )
        findings.add(
            file, "not_supported", message, "Draw it with subprocesses, gateways and events.", node=node
        )
    if name in FLOW_NODES:
        check_assignments(node, file, findings)
    if name == "scriptTask" and node.get("scriptFormat", "feel").lower() not in _FEEL:
        message = Sentence(
            "Expected a script in FEEL, but it says that it is {script_format!r}.",
            script_format=node.get("scriptFormat"),
        )
        findings.add(file, "script_foreign", message, "Write it as a FEEL context.", node=node)
    if name == "scriptTask" and not (node.findtext(f"{B}script") or "").strip():
        findings.add(file, "script_missing", "Expected a script.", "Write it as a FEEL context.", node=node)
    if node.get("isForCompensation") == "true":
        findings.add(file, "not_supported", "Expected no compensation, which Linbang cannot run.", node=node)
    if node.tag in (f"{S}preScript", f"{S}postScript"):
        hint = "Put a script task before or behind it."
        findings.add(
            file,
            "not_supported",
            Sentence("Expected no {name}: it runs at unforeseen moments.", name=name),
            hint,
            node=node,
        )
    if isinstance(node.tag, str) and node.tag.startswith(L) and name not in _KNOWN_ELEMENTS:
        message = Sentence(
            "Expected one of {listed}, but got linbang:{name}.",
            listed=", ".join(sorted(_KNOWN_ELEMENTS)),
            name=name,
        )
        findings.add(file, "unknown_extension", message, "See processes/FORMAT.md.", node=node)
    for attribute in node.attrib:
        if attribute.startswith(L) and attribute.removeprefix(L) not in _KNOWN_ATTRIBUTES:
            message = Sentence(
                "Expected a known attribute, but got linbang:{attribute}.",
                attribute=attribute.removeprefix(L),
            )
            findings.add(file, "unknown_extension", message, "See processes/FORMAT.md.", node=node)
    _check_event(node, file, findings)
    _check_repeats(node, file, findings)


def _check_repeats(node: etree._Element, file: str, findings: Findings) -> None:
    """Check that a repeating activity says for what, or how long."""
    if local(node) == "multiInstanceLoopCharacteristics":
        said = [child for child in node if local(child) in {"loopCardinality", "loopDataInputRef"}]
        if len(said) != 1 or not (said[0].text or "").strip():
            message = "Expected a collection or a number of instances, one of the two."
            findings.add(file, "collection_missing", message, "Write it in FEEL.", node=node)
    if local(node) in {"inputDataItem", "outputDataItem"} and node.get("name", node.get("id")) != node.get(
        "id"
    ):
        message = Sentence(
            "Expected the item's id to be the variable's name {name!r}, but it is {id!r}.",
            name=node.get("name"),
            id=node.get("id"),
        )
        findings.add(file, "item_name", message, "Give both the same text.", node=node)
    if local(node) == "standardLoopCharacteristics":
        maximum, condition = node.get("loopMaximum"), (node.findtext(f"{B}loopCondition") or "").strip()
        if maximum is not None and not re.fullmatch(r"[1-9]\d{0,5}", maximum):
            message = Sentence(
                "Expected the loop's maximum to be a whole number, but got {maximum!r}.", maximum=maximum
            )
            findings.add(file, "loop_maximum", message, node=node)
        if maximum is None and not condition:
            message = "Expected the loop to have a condition or a maximum."
            findings.add(file, "loop_endless", message, "Write the condition in FEEL.", node=node)


def _check_event(node: etree._Element, file: str, findings: Findings) -> None:
    """Check that an event names what it waits for or throws."""
    root = node.getroottree().getroot()
    for kind in ("message", "signal", "error", "escalation"):
        reference = f"{kind}Ref"
        needs = local(node) == f"{kind}EventDefinition" and (
            kind not in {"error", "escalation"} or (kind == "error" and local(node.getparent()) == "endEvent")
        )
        needs = needs or (kind == "message" and local(node) in {"receiveTask", "sendTask"})
        target = node.get(reference)
        known = {found.get("id") for found in root.iterfind(f"{B}{kind}")} if target else set()
        if (needs and not target) or (target and target not in known):
            message = Sentence(
                "Expected the element to name a {kind} of this file, but it names {target!r}.",
                kind=kind,
                target=target,
            )
            findings.add(
                file,
                f"{kind}_missing",
                message,
                Sentence("Choose the {kind} in the properties.", kind=kind),
                node=node,
            )


def _check_scope(scope: etree._Element, file: str, findings: Findings) -> None:
    nodes = {node.get("id"): node for node in scope if local(node) in FLOW_NODES and node.get("id")}
    flows = []
    for item in scope.iterfind(f"{B}sequenceFlow"):
        ends = [item.get("sourceRef"), item.get("targetRef")]
        if any(end not in nodes for end in ends):
            message = Sentence(
                "Expected the flow to join two elements of one scope, but it joins {source!r} and {target!r}.",
                source=ends[0],
                target=ends[1],
            )
            findings.add(file, "flow_dangling", message, "Draw the flow again.", node=item)
        else:
            flows.append(item)
    _check_starts(scope, nodes, file, findings)
    _check_boundaries(nodes, file, findings)
    _check_gateways(nodes, flows, file, findings)
    _check_reach(scope, nodes, flows, file, findings)


def _check_starts(
    scope: etree._Element, nodes: dict[str, etree._Element], file: str, findings: Findings
) -> None:
    starts = [node for node in nodes.values() if local(node) == "startEvent"]
    if len(starts) != 1:
        several = Sentence("Expected exactly one start event, but there are {count}.", count=len(starts))
        findings.add(file, "start_missing" if not starts else "starts_several", several, node=scope)
    triggers = [child for start in starts for child in start if local(child).endswith("EventDefinition")]
    watches = scope.get("triggeredByEvent") == "true"
    if watches and len(triggers) != 1:
        message = "Expected the start of an event subprocess to name the one event that it waits for."
        findings.add(file, "event_subprocess_trigger", message, node=scope)
    if triggers and not watches and local(scope) == "subProcess":
        findings.add(
            file, "subprocess_trigger", "Expected a plain start event inside a subprocess.", node=scope
        )
    for start in starts:
        if (
            watches
            and start.get("isInterrupting") == "false"
            and start.find(f"{B}errorEventDefinition") is not None
        ):
            findings.add(file, "error_not_interrupting", "Expected an error to interrupt.", node=start)


def _check_boundaries(nodes: dict[str, etree._Element], file: str, findings: Findings) -> None:
    for node in nodes.values():
        if local(node) != "boundaryEvent":
            continue
        if node.get("attachedToRef") not in nodes:
            message = Sentence(
                "Expected the event to sit on an activity, but {target!r} is none here.",
                target=node.get("attachedToRef"),
            )
            findings.add(file, "boundary_dangling", message, "Draw it onto the activity again.", node=node)
        if not any(local(child).endswith("EventDefinition") for child in node):
            findings.add(
                file, "boundary_plain", "Expected the boundary event to say what it waits for.", node=node
            )


def _check_gateways(
    nodes: dict[str, etree._Element], flows: list[etree._Element], file: str, findings: Findings
) -> None:
    pairs = Counter((item.get("sourceRef"), item.get("targetRef")) for item in flows)
    leaving = Counter(item.get("sourceRef") for item in flows)
    for item in flows:
        source = nodes[item.get("sourceRef")]
        condition = item.findtext(f"{B}conditionExpression")
        alone = leaving[item.get("sourceRef")] == 1
        is_default = source.get("default") is not None and source.get("default") == item.get("id")
        if pairs[item.get("sourceRef"), item.get("targetRef")] > 1:
            message = "Expected one flow between two elements; two cannot be told apart in the history."
            findings.add(file, "flows_parallel", message, "Join their conditions with `or`.", node=item)
        if local(source) in {"exclusiveGateway", "inclusiveGateway"} and not alone:
            if not is_default and not (condition or "").strip():
                message = "Expected a condition on every flow but the default one."
                findings.add(file, "condition_missing", message, "Write the condition in FEEL.", node=item)
        elif local(source) == "eventBasedGateway" and local(nodes[item.get("targetRef")]) not in _CATCHERS:
            message = "Expected only catching events or receive tasks behind an event gateway."
            findings.add(file, "event_gateway_target", message, node=item)
        elif local(source) in {"parallelGateway", "eventBasedGateway"} and condition:
            findings.add(
                file, "condition_ignored", "Expected no condition behind this kind of gateway.", node=item
            )
    for node in nodes.values():
        default = node.get("default")
        own = {item.get("id") for item in flows if item.get("sourceRef") == node.get("id")}
        if default and default not in own:
            findings.add(
                file,
                "default_dangling",
                Sentence("Expected the default flow {default!r} to leave here.", default=default),
                node=node,
            )


def _check_reach(
    scope: etree._Element,
    nodes: dict[str, etree._Element],
    flows: list[etree._Element],
    file: str,
    findings: Findings,
) -> None:
    """Every node must be reachable from the start, and an end from every node."""
    forward: dict[str, set[str]] = {key: set() for key in nodes}
    for item in flows:
        forward[item.get("sourceRef")].add(item.get("targetRef"))
    for key, node in nodes.items():
        if local(node) == "boundaryEvent" and node.get("attachedToRef") in forward:
            forward[node.get("attachedToRef")].add(key)
    _join_link_events(nodes, forward)
    watchers = {key for key, node in nodes.items() if node.get("triggeredByEvent") == "true"}
    starts = {key for key, node in nodes.items() if local(node) == "startEvent"}
    reached = _closure(starts, forward)
    backward: dict[str, set[str]] = {key: set() for key in nodes}
    for source, targets in forward.items():
        for target in targets:
            backward[target].add(source)
    # A node without an outgoing flow is an end too: the mend adds one.
    ends = {key for key, targets in forward.items() if not targets or local(nodes[key]) == "endEvent"}
    ending = _closure(ends, backward)
    for key, node in nodes.items():
        if starts and key not in reached and key not in watchers:
            message = Sentence("Expected a way from the start to {key!r}, but there is none.", key=key)
            findings.add(file, "unreachable", message, "Connect it or delete it.", node=node)
        elif key not in ending and key not in watchers:
            message = Sentence("Expected a way from {key!r} to an end, but it goes round for ever.", key=key)
            findings.add(file, "never_ends", message, "Add a way out of the loop.", node=node)
    if not nodes:
        findings.add(file, "scope_empty", "Expected a start event and something to do.", node=scope)


def _join_link_events(nodes: dict[str, etree._Element], forward: dict[str, set[str]]) -> None:
    catches = {}
    for key, node in nodes.items():
        link = node.find(f"{B}linkEventDefinition")
        if link is not None and local(node) == "intermediateCatchEvent":
            catches[link.get("name")] = key
    for key, node in nodes.items():
        link = node.find(f"{B}linkEventDefinition")
        if link is not None and local(node) == "intermediateThrowEvent" and link.get("name") in catches:
            forward[key].add(catches[link.get("name")])


def _closure(begin: set[str], edges: dict[str, set[str]]) -> set[str]:
    found, waiting = set(begin), list(begin)
    while waiting:
        for target in edges[waiting.pop()] - found:
            found.add(target)
            waiting.append(target)
    return found
