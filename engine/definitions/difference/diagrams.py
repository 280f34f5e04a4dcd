"""Reads a diagram into elements with everything that is declared on each, and into where each is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.definitions.mend import FLOW_NODES
from engine.definitions.xml import B, local, read_xml

from .compare import Thing, Things

if TYPE_CHECKING:
    from lxml import etree

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_ROOTS = {"message", "signal", "error", "escalation", "participant"}
_ELEMENTS = FLOW_NODES | {"sequenceFlow", "lane", "process", "transaction", "adHocSubProcess"} | _ROOTS
_ASIDE = {"incoming", "outgoing", "flowNodeRef", "laneSet", "childLaneSet"}
"""What only says again where flows and lanes are."""
_CONTAINERS = {"extensionElements", "parameters"}
_KEYS = ("id", "deadline", "name")
"""By which one of several declarations on an element is told from the others, the first that it has."""
_KEYED = {"deadline", "extend", "parameter"}
_REFERENCES = {"messageRef", "signalRef", "errorRef", "escalationRef"}


def read_elements(content: bytes, file: str) -> Things:
    """Read all elements by id; a flow without one by its ends. A broken file has none."""
    root, _problems = read_xml(content, file)
    if root is None:
        return {}
    lanes = _lanes(root)
    names = {node.get("id"): node.get("name") for node in root if node.get("id") and node.get("name")}
    found: dict[str, Thing] = {}
    for node in root.iter(f"{B}*"):
        if local(node) not in _ELEMENTS:
            continue
        key = node.get("id") or f"{node.get('sourceRef')} → {node.get('targetRef')}"
        facts = dict(_facts(node, names))
        if key in lanes:
            facts["lane", ""] = lanes[key]
        around = node.getparent()
        within = around.get("id", "") if around is not None and local(around) == "subProcess" else ""
        if within:
            facts["within", ""] = within
        found[key] = Thing(_blanks(node.get("name", "")), local(node), facts, within)
    return found


def match_flows(old: Things, new: Things) -> Things:
    """Give the old elements with the ids that the new version gives to flows between the same nodes."""
    gone: dict[tuple[str, str], list[str]] = {}
    for key, thing in old.items():
        if key not in new and thing.kind == "sequenceFlow":
            gone.setdefault(_ends(thing), []).append(key)
    renamed: dict[str, str] = {}
    for key, thing in new.items():
        if key not in old and thing.kind == "sequenceFlow" and gone.get(_ends(thing)):
            renamed[gone[_ends(thing)].pop(0)] = key
    return {renamed.get(key, key): thing for key, thing in old.items()}


def read_drawing(content: bytes, file: str) -> Mapping[str, tuple[str, ...]]:
    """Read where each element is drawn, by its id."""
    root, _problems = read_xml(content, file)
    found: dict[str, tuple[str, ...]] = {}
    for tag in ("BPMNShape", "BPMNEdge"):
        for shape in root.iter(f"{_DI}{tag}") if root is not None else ():
            place = tuple(f"{name}={value}" for node in shape.iter() for name, value in _plain(node))
            found[shape.get("bpmnElement", "")] = place
    return found


def _facts(node: etree._Element, names: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """Iterate over everything that is declared on an element itself."""
    for name, value in node.attrib.items():
        what = _local_name(name)
        if what != "id":
            yield (what, ""), _blanks(value)
    for child in node:
        if local(child) not in _ELEMENTS | _ASIDE:
            yield from _inner(child, local(child), "", names)


def _inner(
    node: etree._Element, path: str, of: str, names: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Iterate over what a declaration says, at any depth; ids that editors make up are left out."""
    kind = local(node)
    if not kind:
        return
    if kind in _KEYED:
        of = next((node.get(key) for key in _KEYS if node.get(key)), of)
    for name, value in node.attrib.items():
        what = _local_name(name)
        if what in _REFERENCES:
            value = names.get(value, value)  # noqa: PLW2901 - the name says more than the id
        if what == "type" or (what == "id" and kind != "serviceTaskOperator"):
            continue
        yield (f"{path}.{what}", of), _blanks(value)
    text = _blanks(node.text or "")
    if text or (not len(node) and not node.attrib):
        yield (path, of), text
    for child in node:
        inner = local(child) if kind in _CONTAINERS else f"{path}.{local(child)}"
        yield from _inner(child, inner, of, names)


def _lanes(root: etree._Element) -> dict[str, str]:
    """Give the innermost lane's id by the id of a node."""
    found = {}
    for lane in root.iter(f"{B}lane"):  # an inner lane comes after the outer one
        for reference in lane.iterfind(f"{B}flowNodeRef"):
            found[(reference.text or "").strip()] = lane.get("id", "")
    return found


def _plain(node: etree._Element) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in node.attrib.items() if name != "id")


def _ends(thing: Thing) -> tuple[str, str]:
    return thing.facts.get(("sourceRef", ""), ""), thing.facts.get(("targetRef", ""), "")


def _local_name(name: str) -> str:
    return name.rpartition("}")[2]


def _blanks(text: str) -> str:
    return " ".join(text.split())
