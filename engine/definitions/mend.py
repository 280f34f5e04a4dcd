"""Rewrites what SpiffWorkflow would misrun into what it runs rightly, before anything is compiled.

Works on a copy of the tree, innermost scope first. Synthetic ids carry a double underscore, so that a
display never shows them; the elements that a designer drew keep their ids.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from engine.problems import Problem

from .assignments import write_assignments
from .event_subprocesses import wrap_event_subprocesses
from .xml import B, local

if TYPE_CHECKING:
    from collections.abc import Iterator

GATEWAYS = {
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "eventBasedGateway",
}
FLOW_NODES = GATEWAYS | {
    "task",
    "userTask",
    "manualTask",
    "scriptTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
    "callActivity",
    "subProcess",
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
}
_SCOPES = {"process", "subProcess"}
_DOCUMENTATION = {
    "dataObject",
    "dataObjectReference",
    "dataStore",
    "dataStoreReference",
    "dataInputAssociation",
    "dataOutputAssociation",
    "textAnnotation",
    "association",
    "group",
}
"""Elements that only tell people something; the engine passes variables by itself."""


def mend(root: etree._Element, file: str) -> tuple[etree._Element, list[Problem]]:
    """Give the mended copy of a diagram, and a warning for every mend."""
    root = deepcopy(root)
    notes: list[Problem] = []
    for element in [node for node in root.iter() if _only_tells(node)]:
        element.getparent().remove(element)
    _drop_start_triggers(root, file, notes)
    _name_flows(root, file, notes)
    for scope in reversed([node for node in root.iter() if local(node) in _SCOPES]):
        _join_links(scope, file, notes)
        write_assignments(scope)
        _split_tasks(scope, file, notes)
        _add_ends(scope, file, notes)
        wrap_event_subprocesses(scope)
    return root, notes


def flow(source: str, target: str, flow_id: str, condition: str | None = None) -> etree._Element:
    """Make a sequence flow."""
    made = etree.Element(f"{B}sequenceFlow", id=flow_id, sourceRef=source, targetRef=target)
    if condition is not None:
        etree.SubElement(made, f"{B}conditionExpression").text = condition
    return made


def flow_nodes(scope: etree._Element) -> Iterator[etree._Element]:
    """Iterate over the nodes drawn directly in a scope."""
    return (node for node in scope if local(node) in FLOW_NODES)


def _only_tells(node: etree._Element) -> bool:
    """Say whether an element only tells people something; what a process takes and gives is obeyed, a task has all."""
    if local(node) == "ioSpecification":
        return local(node.getparent()) != "process"
    return local(node) in _DOCUMENTATION


def _drop_start_triggers(root: etree._Element, file: str, notes: list[Problem]) -> None:
    """Take the trigger from the start of a process: it says when a case is started, which has happened then."""
    for start in root.findall(f".//{B}process/{B}startEvent"):
        for trigger in [child for child in start if local(child).endswith("EventDefinition")]:
            start.remove(trigger)
            if local(trigger) != "timerEventDefinition":
                message = (
                    "People, programs and other cases start a case, not this event: the case goes on at once."
                )
                notes.append(_note(file, start, "start_trigger_dropped", message))


def _name_flows(root: etree._Element, file: str, notes: list[Problem]) -> None:
    """Give every flow an id; the library drops those without one."""
    taken = {node.get("id") for node in root.iter() if node.get("id")}
    for index, node in enumerate(root.iter(f"{B}sequenceFlow")):
        if not node.get("id"):
            flow_id = f"flow__{index}"
            while flow_id in taken:
                flow_id += "_"
            node.set("id", flow_id)
            notes.append(_note(file, node, "flow_without_id", "The flow has no id; it was given one."))


def _join_links(scope: etree._Element, file: str, notes: list[Problem]) -> None:
    """Turn link events into a flow between two plain events."""
    catches = {}
    for node in scope.iterfind(f"{B}intermediateCatchEvent"):
        link = node.find(f"{B}linkEventDefinition")
        if link is not None:
            catches[link.get("name")] = node.get("id")
            node.remove(link)
            node.tag = f"{B}intermediateThrowEvent"
    for node in scope.findall(f"{B}intermediateThrowEvent"):
        link = node.find(f"{B}linkEventDefinition")
        if link is not None and link.get("name") in catches:
            node.remove(link)
            scope.append(flow(node.get("id"), catches[link.get("name")], f"{node.get('id')}__link"))
            notes.append(_note(file, node, "link_joined", "The link events are run as one flow."))


def _split_tasks(scope: etree._Element, file: str, notes: list[Problem]) -> None:
    """Put a gateway behind a node that is no gateway but has several flows or a condition."""
    outgoing = _outgoing(scope)
    for node in list(flow_nodes(scope)):
        flows = outgoing.get(node.get("id"), [])
        conditional = any(item.find(f"{B}conditionExpression") is not None for item in flows)
        conditional = conditional or (node.get("default") is not None and len(flows) > 1)
        if local(node) in GATEWAYS or (len(flows) < 2 and not conditional):  # noqa: PLR2004 - several
            continue
        gate_id = f"{node.get('id')}__split"
        gate = etree.SubElement(
            scope, f"{B}{'inclusiveGateway' if conditional else 'parallelGateway'}", id=gate_id
        )
        default = node.attrib.pop("default", None)
        for item in flows:
            item.set("sourceRef", gate_id)
            if conditional and item.find(f"{B}conditionExpression") is None and item.get("id") != default:
                etree.SubElement(item, f"{B}conditionExpression").text = "true"
        if conditional:
            gate.set("default", default or _flow_to_nowhere(scope, gate_id))
        scope.append(flow(node.get("id"), gate_id, f"{gate_id}_in"))
        notes.append(
            _note(file, node, "gateway_added", "Several or conditional flows leave it; a gateway does that.")
        )


def _flow_to_nowhere(scope: etree._Element, gate_id: str) -> str:
    """Add the end that a token takes when no condition holds; an inclusive gateway needs a default."""
    end_id, flow_id = f"{gate_id}_none", f"{gate_id}_default"
    etree.SubElement(scope, f"{B}endEvent", id=end_id)
    scope.append(flow(gate_id, end_id, flow_id))
    return flow_id


def _add_ends(scope: etree._Element, file: str, notes: list[Problem]) -> None:
    """End every path; the library waits for ever on a node without an outgoing flow."""
    outgoing = _outgoing(scope)
    for node in list(flow_nodes(scope)):
        if local(node) == "endEvent" or node.get("id") in outgoing or node.get("triggeredByEvent") == "true":
            continue
        end_id = f"{node.get('id')}__end"
        etree.SubElement(scope, f"{B}endEvent", id=end_id)
        scope.append(flow(node.get("id"), end_id, f"{end_id}_in"))
        notes.append(_note(file, node, "end_added", "No flow leaves it; the path ends there."))


def _outgoing(scope: etree._Element) -> dict[str, list[etree._Element]]:
    found: dict[str, list[etree._Element]] = {}
    for item in scope.iterfind(f"{B}sequenceFlow"):
        found.setdefault(item.get("sourceRef"), []).append(item)
    return found


def _note(file: str, node: etree._Element, code: str, message: str) -> Problem:
    return Problem(
        file, node.sourceline, node.get("id"), code, "warning", message, "Nothing needs to be done."
    )
