"""Reads a file of decisions into tables, their rules as rows, and whatever else a decision says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.definitions.xml import local, read_xml

from .compare import Thing, Things

if TYPE_CHECKING:
    from lxml import etree

_DECIDES = {"decision", "businessKnowledgeModel", "decisionService", "inputData", "itemDefinition"}


def read_rules(content: bytes, file: str) -> Things:
    """Read decisions by id, and rules by decision and id; one without an id by what it says."""
    root, _problems = read_xml(content, file)
    found: dict[str, Thing] = {}
    for node in root if root is not None else ():
        if local(node) not in _DECIDES:
            continue
        key = node.get("id") or node.get("name") or ""
        found[key] = Thing(node.get("name", ""), local(node), dict(_facts(node, "")))
        for number, rule in enumerate(_below(node, "rule"), start=1):
            cells = dict(_cells(rule, _columns(rule.getparent())))
            place = rule.get("id") or " ".join(cells.values())
            found[f"{key}.{place}"] = Thing(str(number), "rule", cells, key)
    return found


def _columns(table: etree._Element) -> list[str]:
    """Name the columns of a table: inputs, outputs, annotations."""
    inputs = [
        node.get("label") or " ".join(text.text or "" for text in _below(node, "text"))
        for node in _children(table, "input")
    ]
    outputs = [node.get("label") or node.get("name") or "" for node in _children(table, "output")]
    notes = [node.get("name") or "" for node in _children(table, "annotation")]
    return [*inputs, *outputs, *notes]


def _cells(rule: etree._Element, columns: list[str]) -> Iterator[tuple[tuple[str, str], str]]:
    entries = [node for node in rule if local(node).endswith("Entry")]
    for index, entry in enumerate(entries):
        column = columns[index] if index < len(columns) else ""
        text = " ".join(" ".join((node.text or "").split()) for node in _below(entry, "text"))
        yield ("cell", column or str(index + 1)), text or "-"


def _facts(node: etree._Element, path: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Iterate over what a decision says beside its rules; ids that editors make up are left out."""
    for name, value in node.attrib.items():
        if name != "id":
            yield (f"{path}.{name}".lstrip("."), ""), value
    seen: dict[str, int] = {}
    for child in node:
        kind = local(child)
        if not kind or kind == "rule":
            continue
        seen[kind] = seen.get(kind, 0) + 1
        inner = f"{path}.{kind}".lstrip(".") + (f" {seen[kind]}" if seen[kind] > 1 else "")
        text = " ".join((child.text or "").split())
        if text:
            yield (inner, ""), text
        yield from _facts(child, inner)


def _below(node: etree._Element, kind: str) -> Iterator[etree._Element]:
    return (one for one in node.iter() if local(one) == kind)


def _children(node: etree._Element, kind: str) -> Iterator[etree._Element]:
    return (one for one in node if local(one) == kind)
