"""What the stories of a service passed, against everything that there is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.definitions.mend import FLOW_NODES

if TYPE_CHECKING:
    from engine.definitions import Definition

    from .story import Story


@dataclass(slots=True)
class Coverage:
    """Names of nodes, flows, timers and rules: all of them, and those that a story passed."""

    every: dict[str, set[str]]
    passed: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, definition: Definition) -> Coverage:
        """Begin with nothing passed."""
        return cls(_everything(definition))

    def note(self, story: Story) -> None:
        """Add what a story passed."""
        flows = story.definition.flows
        for link in story.links():
            for element_id, *sources in link.payload.get("passed", ()):
                self._add("nodes", element_id)
                self._add("timers", element_id)
                for source in sources:
                    if (source, element_id) in flows:
                        self._add("flows", flows[source, element_id])
            for rule in link.payload.get("rules", ()):
                self._add("rules", rule)

    def missing(self) -> dict[str, list[str]]:
        """List what no story passes."""
        return {kind: sorted(names - self.passed.get(kind, set())) for kind, names in self.every.items()}

    def summary(self) -> dict[str, dict[str, Any]]:
        """Give counts and what is missing, by kind."""
        missing = self.missing()
        return {
            kind: {"covered": len(names) - len(missing[kind]), "of": len(names), "missing": missing[kind]}
            for kind, names in self.every.items()
        }

    def _add(self, kind: str, name: str) -> None:
        self.passed.setdefault(kind, set()).add(name)


def _everything(definition: Definition) -> dict[str, set[str]]:
    nodes = {key for key, element in definition.elements.items() if element.kind in FLOW_NODES}
    return {
        "nodes": nodes,
        "flows": set(definition.flows.values()),
        "timers": set(definition.timers),
        "rules": {rule for decision in definition.decisions.values() for rule in decision.rules},
    }
