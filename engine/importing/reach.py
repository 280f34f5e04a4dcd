"""What is decided behind a task before the next one: the variables of which somebody has to say the value there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions.assignments import assignments
from engine.definitions.xml import B, S, local

from .feel_of import OTHERWISE, Said

if TYPE_CHECKING:
    from lxml import etree

Compared = dict[str, frozenset[str | bool]]
_ASKS = frozenset({"userTask", "startEvent"})


@dataclass(slots=True)
class Decided:
    """The conditions of a diagram, by the id of their flow, and what they compare with what."""

    conditions: dict[str, Said] = field(default_factory=dict)

    def compared(self) -> Mapping[str, frozenset[str | bool]]:
        """Give every value with which each variable is compared anywhere."""
        found: dict[str, set[str | bool]] = defaultdict(set)
        for said in self.conditions.values():
            for name, values in said.compared.items():
                found[name] |= values
        return {name: frozenset(values) for name, values in found.items()}


def asked_at(node: etree._Element, decided: Decided) -> Compared:
    """Give what is decided between an element and the next one at which people answer, with the values it may have.

    What something on the way sets is not asked.
    """
    known = decided.compared()
    found: Compared = {}
    seen: set[str] = set()
    ahead = [(node, _set_by(node, leaving=True))]
    while ahead:
        place, written = ahead.pop()
        for item in _flows_from(place):
            said = decided.conditions.get(item.get("id") or "")
            for name in said.reads - written if said is not None else ():
                values = known.get(name, frozenset())
                asks_more = place.get("default") and any(isinstance(value, str) for value in values)
                found[name] = found.get(name, values) | ({OTHERWISE} if asks_more else set())
            target = _target(item)
            if target is None or target.get("id") in seen or local(target) in _ASKS:
                continue
            seen.add(target.get("id", ""))
            ahead.append((target, written | _set_by(target)))
    return found


def _flows_from(node: etree._Element) -> list[etree._Element]:
    scope = node.getparent()
    own = node.get("id")
    found = [item for item in scope.iterfind(f"{B}sequenceFlow") if item.get("sourceRef") == own]
    for boundary in scope.iterfind(f"{B}boundaryEvent"):
        if boundary.get("attachedToRef") == own:
            found += [
                item
                for item in scope.iterfind(f"{B}sequenceFlow")
                if item.get("sourceRef") == boundary.get("id")
            ]
    return found


def _target(item: etree._Element) -> etree._Element | None:
    return next((one for one in item.getparent() if one.get("id") == item.get("targetRef")), None)


def _set_by(node: etree._Element, *, leaving: bool = False) -> frozenset[str]:
    """Give the variables that passing an element sets. leaving: only those that are set when it is left."""
    names = {
        item.get("name", "")
        for item in assignments(node)
        if not leaving or item.get("when", "leaving") == "leaving"
    }
    names |= {one.get("resultVariable", "") for one in node.iter(f"{S}serviceTaskOperator")}
    return frozenset(names - {""})
