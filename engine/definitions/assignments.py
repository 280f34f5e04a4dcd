"""Variables that an element sets when it is entered or left: script tasks that nobody has to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.sentences import Sentence

from .xml import B, L, local, strip_sign

if TYPE_CHECKING:
    from .findings import Findings

ENTERING, LEAVING = "entering", "leaving"
_NEVER_ENTERED = frozenset({"startEvent", "boundaryEvent"})
_NEVER_LEFT = frozenset({"endEvent"})


def check_assignments(node: etree._Element, file: str, findings: Findings) -> None:
    """Check the assignments of one node."""
    for item in assignments(node):
        name, when, kind = item.get("name", ""), _when(item), local(node)
        if not name.isidentifier():
            message = Sentence("Expected linbang:assign to name a variable, but got {name!r}.", name=name)
            findings.add(file, "assign_broken", message, "Give it a name of letters and digits.", node=item)
        if not item.get("value"):
            findings.add(file, "assign_broken", "Expected linbang:assign to have a value.", node=item)
        wrong = (
            when not in (ENTERING, LEAVING)
            or kind.endswith("Gateway")
            or (when == ENTERING and (kind in _NEVER_ENTERED or _follows_events(node)))
            or (when == LEAVING and kind in _NEVER_LEFT)
        )
        if wrong:
            message = Sentence(
                "Expected linbang:assign where a token comes by, but the {kind} has none at {when!r}.",
                kind=kind,
                when=when,
            )
            findings.add(
                file, "assign_misplaced", message, "Put it on a task, or on an event beside it.", node=item
            )


def write_assignments(scope: etree._Element) -> None:
    """Put script tasks before and behind the nodes of a scope that set variables."""
    flows = scope.findall(f"{B}sequenceFlow")
    for node in [node for node in scope if node.get("id") and assignments(node)]:
        node_id = node.get("id")
        entering = _script(node, ENTERING)
        if entering is not None:
            scope.append(entering)
            for item in flows:
                if item.get("targetRef") == node_id:
                    item.set("targetRef", entering.get("id"))
            scope.append(_flow(entering.get("id"), node_id))
        leaving = _script(node, LEAVING)
        if leaving is not None:
            scope.append(leaving)
            if "default" in node.attrib:
                leaving.set("default", node.attrib.pop("default"))
            for item in flows:
                if item.get("sourceRef") == node_id:
                    item.set("sourceRef", leaving.get("id"))
            scope.append(_flow(node_id, leaving.get("id")))


def assignments(node: etree._Element) -> list[etree._Element]:
    """Give the assignments that stand on a node."""
    holder = node.find(f"{B}extensionElements")
    return [] if holder is None else holder.findall(f"{L}assign")


def _script(node: etree._Element, when: str) -> etree._Element | None:
    """Write what is set at one moment as one context, whose later entries know the earlier ones."""
    entries = [
        f'"{item.get("name")}": {strip_sign(item.get("value", "null"))}'
        for item in assignments(node)
        if _when(item) == when
    ]
    if not entries:
        return None
    task = etree.Element(f"{B}scriptTask", id=f"{node.get('id')}__{when}")
    etree.SubElement(task, f"{B}script").text = "{" + ", ".join(entries) + "}"
    return task


def _flow(source: str, target: str) -> etree._Element:
    return etree.Element(f"{B}sequenceFlow", id=f"{source}__to__{target}", sourceRef=source, targetRef=target)


def _when(item: etree._Element) -> str:
    return str(item.get("when", LEAVING))


def _follows_events(node: etree._Element) -> bool:
    """Say whether an event-based gateway leads here: it waits at the event itself."""
    scope = node.getparent()
    sources = {
        item.get("sourceRef")
        for item in scope.iterfind(f"{B}sequenceFlow")
        if item.get("targetRef") == node.get("id")
    }
    return any(gate.get("id") in sources for gate in scope.iterfind(f"{B}eventBasedGateway"))
