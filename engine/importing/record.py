"""What is known while a diagram is rewritten, and what it becomes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from engine.definitions.xml import B

if TYPE_CHECKING:
    from .report import Notes


@dataclass
class Setting:
    """What is known beside the diagram: processes and decisions that come along, groups, and who works by default."""

    group: str
    groups: Collection[str]
    processes: Collection[str] = ()
    decisions: Collection[str] = ()
    form_files: Collection[str] = ()

    def known_group(self, text: str | None) -> str | None:
        """Give the first of the groups in a list that is one here."""
        names = [name.strip() for name in (text or "").split(",")]
        return next((name for name in names if name in self.groups), None)


@dataclass
class Diagram:
    """A rewritten diagram. forms: the schemas of its forms by name. main: the id of the process that is carried out."""

    root: etree._Element
    main: str
    notes: Notes
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    copied_forms: set[str] = field(default_factory=set)
    """Names of forms that are files of the other engine, to be copied."""
    operations: set[str] = field(default_factory=set)

    def to_xml(self) -> bytes:
        """Write the file."""
        etree.cleanup_namespaces(self.root, keep_ns_prefixes=["linbang", "spiffworkflow"])
        written: bytes = etree.tostring(self.root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
        return written


def extension_elements(node: etree._Element) -> etree._Element:
    """Give the place of a node's extensions, made where there is none."""
    holder = node.find(f"{B}extensionElements")
    if holder is None:
        holder = etree.Element(f"{B}extensionElements")
        documented = node.find(f"{B}documentation")
        node.insert(0 if documented is None else 1, holder)
    return holder
