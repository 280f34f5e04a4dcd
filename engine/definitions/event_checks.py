"""Checks that every event can do what it is drawn for, and that flows lead only where tokens can go.

What stands here would be passed over without a word when it is run: a throwing timer, a catching error, a
flow behind an end, a link that leads nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .mend import FLOW_NODES, GATEWAYS
from .xml import B, local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from .findings import Findings

_HEARD = {"message", "timer", "signal"}
_CAN = {
    "startEvent": _HEARD,
    "eventSubprocess": _HEARD | {"error", "escalation"},
    "boundaryEvent": _HEARD | {"error", "escalation"},
    "intermediateCatchEvent": _HEARD | {"link"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "link"},
    "endEvent": {"message", "signal", "error", "escalation", "terminate"},
}
"""The events that each kind of element can wait for or throw."""
_REFUSED_ELSEWHERE = {"compensate", "cancel", "conditional"}
_EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
_ONE_BY_ONE = ("startQuantity", "completionQuantity")


def check_events(scope: etree._Element, file: str, findings: Findings) -> None:
    """Check the events and the flows of one scope as the designer drew it."""
    nodes = {node.get("id"): node for node in scope if local(node) in FLOW_NODES and node.get("id")}
    for node in nodes.values():
        if local(node) in _EVENTS:
            _check_definitions(node, file, findings)
        if local(node) == "boundaryEvent":
            _check_host(node, nodes.get(node.get("attachedToRef")), file, findings)
        _check_extras(node, file, findings)
    _check_links(nodes, file, findings)
    flows = [
        (nodes[item.get("sourceRef")], nodes[item.get("targetRef")], item)
        for item in scope.iterfind(f"{B}sequenceFlow")
        if item.get("sourceRef") in nodes and item.get("targetRef") in nodes
    ]
    for source, target, item in flows:
        _check_flow(source, target, item, file, findings)
    _check_event_gateways(flows, nodes, file, findings)


def _watches(node: etree._Element) -> bool:
    """Say whether an element is an event subprocess."""
    return bool(node.get("triggeredByEvent") == "true")


def _definitions(node: etree._Element) -> list[str]:
    found = (local(child) for child in node if child.tag != f"{B}eventDefinitionRef")
    return [name.removesuffix("EventDefinition") for name in found if name.endswith("EventDefinition")]


def _check_definitions(node: etree._Element, file: str, findings: Findings) -> None:
    """Check that an event waits for one thing or throws one, and can do that."""
    reference = node.find(f"{B}eventDefinitionRef")
    if reference is not None:
        message = "Expected the event to say by itself what it waits for or throws, not to refer to that."
        findings.add(file, "event_reference", message, "Choose it in the properties.", node=reference)
        return
    kind, definitions = local(node), _definitions(node)
    can = _CAN["eventSubprocess" if kind == "startEvent" and _watches(node.getparent()) else kind]
    for name in definitions:
        if name not in can | _REFUSED_ELSEWHERE:
            message = Sentence(
                "Expected one of {listed} here, which this kind of event can do, but it is {name}.",
                listed=", ".join(sorted(can)),
                name=name,
            )
            hint = "Draw it as another kind of event."
            findings.add(file, "event_cannot", message, hint, node=node)
    if len(definitions) > 1:
        message = Sentence(
            "Expected the event to wait for one thing or throw one, but it names {count}.",
            count=len(definitions),
        )
        hint = "Draw an event for each; an event gateway waits for whichever comes first."
        findings.add(file, "event_several", message, hint, node=node)
    if kind == "intermediateCatchEvent" and not definitions:
        message = "Expected the event to say what it waits for; a token would pass it at once."
        findings.add(file, "event_plain", message, "Choose it in the properties.", node=node)
    if kind == "boundaryEvent" and "error" in definitions and node.get("cancelActivity") == "false":
        findings.add(file, "error_not_interrupting", "Expected an error to interrupt.", node=node)


def _check_host(node: etree._Element, host: etree._Element | None, file: str, findings: Findings) -> None:
    """Check that an event sits on the border of an activity."""
    if host is not None and (local(host) in _EVENTS | GATEWAYS or _watches(host)):
        message = Sentence(
            "Expected the event to sit on an activity, but {target!r} is none here.", target=host.get("id")
        )
        findings.add(file, "boundary_dangling", message, "Draw it onto the activity again.", node=node)


def _check_extras(node: etree._Element, file: str, findings: Findings) -> None:
    """Refuse attributes that would change what happens, and that the engine does not look at."""
    odd = [name for name in _ONE_BY_ONE if node.get(name, "1") != "1"]
    if node.get("eventGatewayType") == "Parallel":
        odd.append("eventGatewayType")
    if local(node) in {"eventBasedGateway", "receiveTask"} and node.get("instantiate") == "true":
        odd.append("instantiate")
    loop = node.find(f"{B}multiInstanceLoopCharacteristics")
    if loop is not None and loop.get("behavior", "All") != "All":
        odd.append("behavior")
    for name in odd:
        message = Sentence(
            "Expected no other {name} than the usual one, which is all Linbang runs.", name=name
        )
        findings.add(
            file, "not_supported", message, "Draw it with subprocesses, gateways and events.", node=node
        )


def _check_links(nodes: Mapping[str, etree._Element], file: str, findings: Findings) -> None:
    """Check that every link leads to one place of its scope."""
    links = {"intermediateCatchEvent": Counter[str](), "intermediateThrowEvent": Counter[str]()}
    linked = [
        (node, link.get("name") or "")
        for node in nodes.values()
        if local(node) in links and (link := node.find(f"{B}linkEventDefinition")) is not None
    ]
    for node, name in linked:
        links[local(node)][name] += 1
    catches = links["intermediateCatchEvent"]
    for node, name in linked:
        if catches[name] > 1:
            message = Sentence(
                "Expected one place to which the link {name!r} leads, but there are {count}.",
                name=name,
                count=catches[name],
            )
            findings.add(file, "link_twice", message, "Give each its own name.", node=node)
        elif not name or not catches[name]:
            message = Sentence(
                "Expected the link {name!r} to lead to a catching link event of its name in the same scope.",
                name=name,
            )
            findings.add(file, "link_dangling", message, "Draw that event, or a flow.", node=node)


def _check_flow(
    source: etree._Element, target: etree._Element, item: etree._Element, file: str, findings: Findings
) -> None:
    """Check that tokens can leave the one end of a flow and come to the other."""
    leaps = local(source) == "intermediateThrowEvent" and source.find(f"{B}linkEventDefinition") is not None
    if leaps or local(source) == "endEvent" or _watches(source):
        message = Sentence(
            "Expected no flow to leave {element!r}: no token goes on from there.", element=source.get("id")
        )
        findings.add(file, "flow_misplaced", message, "Delete the flow.", node=item)
    if local(target) in {"startEvent", "boundaryEvent"} or _watches(target):
        message = Sentence(
            "Expected no flow to lead to {element!r}: tokens only begin there.", element=target.get("id")
        )
        hint = "Let it lead to the element behind."
        findings.add(file, "flow_misplaced", message, hint, node=item)


def _check_event_gateways(
    flows: list[tuple[etree._Element, etree._Element, etree._Element]],
    nodes: Mapping[str, etree._Element],
    file: str,
    findings: Findings,
) -> None:
    """Check that what an event gateway waits for is reached from there only, and waits by itself."""
    into = Counter(target.get("id") for _, target, _ in flows)
    watched = {node.get("attachedToRef") for node in nodes.values() if local(node) == "boundaryEvent"}
    for source, target, item in flows:
        if local(source) != "eventBasedGateway":
            continue
        if into[target.get("id")] > 1:
            message = Sentence(
                "Expected {element!r} to be reached from its event gateway only.", element=target.get("id")
            )
            hint = "Join the ways before the gateway, or draw the event twice."
            findings.add(file, "event_gateway_shared", message, hint, node=item)
        if target.get("id") in watched or target.find(f"{B}linkEventDefinition") is not None:
            message = Sentence(
                "Expected {element!r} to wait by itself behind the event gateway, with no event on its border and no link.",
                element=target.get("id"),
            )
            hint = "Draw what is on its border as another way behind the gateway."
            findings.add(file, "event_gateway_target", message, hint, node=item)
