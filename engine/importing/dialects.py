"""The words that Camunda 7, Flowable and Activiti add to BPMN, each by the one name that is used here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.definitions.xml import B, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

NAMESPACES = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda 7",
    "http://activiti.org/bpmn": "Activiti",
    "http://flowable.org/bpmn": "Flowable",
}
CAMUNDA_8 = "http://camunda.org/schema/zeebe/1.0"


def dialect_of(root: etree._Element) -> str | None:
    """Give the engine for which a diagram was drawn; None where nothing of another engine is in it."""
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        for name in (node.tag, *node.attrib):
            if name.startswith("{"):
                found = NAMESPACES.get(name[1:].partition("}")[0])
                if found is not None:
                    return found
    return None


def take(node: etree._Element, name: str) -> str | None:
    """Take an attribute of another engine off an element, and give its text."""
    for namespace in NAMESPACES:
        found = node.attrib.pop(f"{{{namespace}}}{name}", None)
        if found is not None:
            return str(found)
    return None


def attributes(node: etree._Element) -> Iterator[str]:
    """Iterate over the names of other engines' attributes that an element has left."""
    for name in node.attrib:
        text = str(name)
        if text.startswith("{") and text[1:].partition("}")[0] in NAMESPACES:
            yield text.partition("}")[2]


def is_foreign(node: etree._Element) -> bool:
    """Say whether an element is of another engine."""
    return isinstance(node.tag, str) and node.tag[1:].partition("}")[0] in NAMESPACES


def extensions(node: etree._Element, name: str) -> list[etree._Element]:
    """Give the elements of another engine that stand on a node, by their name."""
    holder = node.find(f"{B}extensionElements")
    return [] if holder is None else [one for one in holder if is_foreign(one) and local(one) == name]
