"""Turns event subprocesses into boundary events around the work that they watch.

    scope: start → [ body ] → end          the body as a subprocess of its own
                      ◇ event → [ handler ] → end

With handlers that do not interrupt, and others that do (or a terminate end), two levels are needed: the
quiet ones sit on the body inside an inner scope, the interrupting ones on that scope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from .xml import B, L, local

if TYPE_CHECKING:
    from collections.abc import Iterable

TERMINATE_CODE = "linbang:terminate"
_STAYS = {
    "documentation",
    "extensionElements",
    "ioSpecification",
    "laneSet",
    "property",
    "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics",
    "incoming",
    "outgoing",
}


def wrap_event_subprocesses(scope: etree._Element) -> None:
    """Rewrite one scope; its nested scopes are done already."""
    handlers = [node for node in scope.iterfind(f"{B}subProcess") if node.get("triggeredByEvent") == "true"]
    if not handlers:
        return
    scope_id = scope.get("id")
    body = [node for node in scope if local(node) and local(node) not in _STAYS and node not in handlers]
    outer_start = _outer_start(scope, body)
    interrupting = [
        node for node in handlers if node.find(f"{B}startEvent").get("isInterrupting", "true") == "true"
    ]
    quiet = [node for node in handlers if node not in interrupting]
    ends = [node for node in body if node.find(f"{B}terminateEventDefinition") is not None]
    work = _subprocess(f"{scope_id}__body", body)
    if quiet and (interrupting or ends):
        inner = _subprocess(f"{scope_id}__scope", [])
        _line_up(
            inner,
            etree.Element(f"{B}startEvent", id=f"{scope_id}__scope_start"),
            work,
            f"{scope_id}__scope_end",
        )
        _attach(inner, work.get("id"), quiet, cancel=False)
        work = inner
        if ends:
            _terminate_scope(scope, inner.get("id"), ends)
    else:
        _attach(scope, work.get("id"), quiet, cancel=False)
    _attach(scope, work.get("id"), interrupting, cancel=True)
    _line_up(scope, outer_start, work, f"{scope_id}__end")


def _outer_start(scope: etree._Element, body: list[etree._Element]) -> etree._Element:
    """Make the scope's own start; that of an event subprocess, with all it says, stays outside the body."""
    if scope.get("triggeredByEvent") != "true":
        return etree.Element(f"{B}startEvent", id=f"{scope.get('id')}__start")
    start = next(node for node in body if local(node) == "startEvent")
    inside = etree.Element(f"{B}startEvent", id=f"{start.get('id')}__begin")
    body[body.index(start)] = inside
    _leave_from(body, start.get("id"), inside.get("id"))
    return start


def _subprocess(element_id: str, nodes: list[etree._Element]) -> etree._Element:
    made = etree.Element(f"{B}subProcess", id=element_id)
    made.extend(nodes)
    return made


def _line_up(holder: etree._Element, start: etree._Element, work: etree._Element, end_id: str) -> None:
    holder.append(start)
    holder.append(work)
    etree.SubElement(holder, f"{B}endEvent", id=end_id)
    for source, target in ((start.get("id"), work.get("id")), (work.get("id"), end_id)):
        etree.SubElement(holder, f"{B}sequenceFlow", id=f"{source}__to", sourceRef=source, targetRef=target)


def _attach(holder: etree._Element, target: str, handlers: list[etree._Element], *, cancel: bool) -> None:
    """Make each handler the work behind a boundary event; its start event's id stays on that boundary."""
    for handler in handlers:
        start = handler.find(f"{B}startEvent")
        handler_id, event_id = handler.get("id"), start.get("id")
        boundary = etree.SubElement(
            holder, f"{B}boundaryEvent", id=event_id, attachedToRef=target, cancelActivity=str(cancel).lower()
        )
        boundary.set("name", start.get("name") or "")
        for child in [
            node for node in start if local(node).endswith(("EventDefinition", "extensionElements"))
        ]:
            boundary.append(child)
        for name in [name for name in start.attrib if name.startswith(L)]:
            boundary.set(name, start.attrib.pop(name))
        _rename_start(handler, start, f"{event_id}__inside")
        del handler.attrib["triggeredByEvent"]
        holder.append(handler)
        end_id = f"{handler_id}__out"
        etree.SubElement(holder, f"{B}endEvent", id=end_id)
        for source, goal in ((event_id, handler_id), (handler_id, end_id)):
            etree.SubElement(
                holder, f"{B}sequenceFlow", id=f"{source}__then", sourceRef=source, targetRef=goal
            )


def _rename_start(handler: etree._Element, start: etree._Element, new_id: str) -> None:
    old_id = start.get("id")
    start.set("id", new_id)
    start.attrib.pop("isInterrupting", None)
    _leave_from(handler, old_id, new_id)


def _leave_from(nodes: Iterable[etree._Element], old_id: str | None, new_id: str) -> None:
    """Let the flows that leave one element leave another."""
    for item in nodes:
        if local(item) == "sequenceFlow" and item.get("sourceRef") == old_id:
            item.set("sourceRef", new_id)


def _terminate_scope(scope: etree._Element, inner_id: str, ends: list[etree._Element]) -> None:
    """Let a terminate end in the body end the whole scope, quiet handlers included."""
    root = scope.getroottree().getroot()
    if root.find(f"{B}error[@id='terminate__error']") is None:
        root.insert(0, etree.Element(f"{B}error", id="terminate__error", errorCode=TERMINATE_CODE))
    for end in ends:
        end.remove(end.find(f"{B}terminateEventDefinition"))
        etree.SubElement(end, f"{B}errorEventDefinition", errorRef="terminate__error")
    scope_id = scope.get("id")
    boundary_id, end_id = f"{scope_id}__terminated", f"{scope_id}__terminated_end"
    boundary = etree.SubElement(scope, f"{B}boundaryEvent", id=boundary_id, attachedToRef=inner_id)
    etree.SubElement(boundary, f"{B}errorEventDefinition", errorRef="terminate__error")
    final = etree.SubElement(scope, f"{B}endEvent", id=end_id)
    etree.SubElement(final, f"{B}terminateEventDefinition")
    etree.SubElement(
        scope, f"{B}sequenceFlow", id=f"{boundary_id}__to", sourceRef=boundary_id, targetRef=end_id
    )
