"""Which variables the expressions of each element read, so that people know what to correct when one fails."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from engine import feel

from .expressions import expressions
from .mend import FLOW_NODES
from .xml import B, S, local

if TYPE_CHECKING:
    from lxml import etree

    from engine.decisions import Decision


def variables_read(
    trees: Iterable[tuple[str, etree._Element]], decisions: Mapping[str, Decision], names: Collection[str]
) -> dict[str, frozenset[str]]:
    """Give the names of the variables read, by element id; the diagrams' expressions are known to be sound."""
    found: dict[str, set[str]] = {}
    for _, root in trees:
        for node, text in expressions(root):
            owner = _owner(node)
            if owner is not None:
                found.setdefault(owner, set()).update(feel.compile(text, names=names).names)
        for task in root.iter(f"{B}businessRuleTask"):
            decision = task.findtext(f"{B}extensionElements/{S}calledDecisionId", "").strip()
            found.setdefault(task.get("id", ""), set()).update(decisions[decision].inputs)
    return {key: frozenset(read) for key, read in found.items()}


def _owner(node: etree._Element) -> str | None:
    """Give the id of the element that an expression belongs to: a condition to where its flow begins."""
    for holder in (node, *node.iterancestors()):
        if local(holder) == "sequenceFlow":
            return str(holder.get("sourceRef"))
        if local(holder) in FLOW_NODES | {"process"}:
            return str(holder.get("id"))
    return None
