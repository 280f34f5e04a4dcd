"""Ids that cannot stay: those that are reserved here, and those of another diagram of the same service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.definitions.xml import B, local

if TYPE_CHECKING:
    from collections.abc import Collection

    from .record import Diagram

_RESERVED = frozenset({"Start", "End"})


def rename(diagram: Diagram, taken: Collection[str]) -> None:
    """Give elements other ids, wherever they are named; each change is noted. taken: ids of other diagrams."""
    renamed = _new_ids(diagram, taken)
    for node in diagram.root.iter() if renamed else ():
        if not isinstance(node.tag, str):
            continue
        for name, text in node.attrib.items():
            if text in renamed and name != "name":
                node.set(name, renamed[text])
        if node.text in renamed:
            node.text = renamed[node.text]


def _new_ids(diagram: Diagram, taken: Collection[str]) -> dict[str, str]:
    nodes = [node for node in diagram.root.iter() if isinstance(node.tag, str) and node.get("id")]
    known = {node.get("id") for node in nodes}.union(taken)
    renamed: dict[str, str] = {}
    for node in nodes:
        old = str(node.get("id"))
        if not node.tag.startswith(B) or local(node) == "process":
            continue
        if old in _RESERVED or "__" in old or old in taken:
            new = re.sub("__+", "_", f"{diagram.main}_{old}")
            while new in known:
                new += "_2"
            renamed[old] = new
            known.add(new)
            diagram.notes.translated(node, "renamed", "The id {old} is {new} here.", old=old, new=new)
    return renamed
