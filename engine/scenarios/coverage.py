"""What the stories of a service passed, against everything that there is in it and in its shared parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import decisions
from engine.definitions.mend import FLOW_NODES

if TYPE_CHECKING:
    from engine.definitions import Definition

    from .story import Story

_Names = dict[str, set[str]]
_SHARED = "shared/"


@dataclass(slots=True)
class Coverage:
    """Names of nodes, flows, timers and rules: the service's own, those of shared parts, those passed."""

    every: _Names
    shared: _Names
    passed: _Names = field(default_factory=dict)
    by_story: dict[str, _Names] = field(default_factory=dict)
    """The same by the file of the story."""

    @classmethod
    def of(cls, definition: Definition) -> Coverage:
        """Begin with nothing passed."""
        every, shared = _everything(definition), _shared(definition)
        return cls({kind: names - shared[kind] for kind, names in every.items()}, shared)

    def note(self, story: Story, file: str) -> None:
        """Add what a story passed. file: in which it is written."""
        found = self.by_story.setdefault(file, {kind: set() for kind in self.every})
        flows = story.definition.flows
        for link in story.links():
            for element_id, *sources in link.payload.get("passed", ()):
                found["nodes"].add(element_id)
                found["timers"].add(element_id)
                found["flows"].update(
                    flows[source, element_id] for source in sources if (source, element_id) in flows
                )
            found["rules"].update(link.payload.get("rules", ()))
        for kind, names in found.items():
            names.intersection_update(self.every[kind] | self.shared[kind])
            self.passed.setdefault(kind, set()).update(names)

    def missing(self) -> dict[str, list[str]]:
        """List what of the service's own no story passes."""
        return _missing(self.every, self.passed)

    def missing_shared(self) -> dict[str, list[str]]:
        """List what of the shared parts no story of this service passes."""
        return _missing(self.shared, self.passed)

    def summary(self) -> dict[str, dict[str, Any]]:
        """Give counts and what is missing of the service's own, by kind."""
        return _summary(self.every, self.passed)


def summary_of_shared(coverages: Iterable[Coverage]) -> dict[str, dict[str, Any]]:
    """Give counts and what is missing of shared parts, by kind, over the stories of several services."""
    every: _Names = {}
    passed: _Names = {}
    for coverage in coverages:
        for total, names in ((every, coverage.shared), (passed, coverage.passed)):
            for kind, found in names.items():
                total.setdefault(kind, set()).update(found)
    return _summary(every, passed)


def _missing(every: Mapping[str, set[str]], passed: Mapping[str, set[str]]) -> dict[str, list[str]]:
    return {kind: sorted(names - passed.get(kind, set())) for kind, names in every.items()}


def _summary(every: _Names, passed: _Names) -> dict[str, dict[str, Any]]:
    missing = _missing(every, passed)
    return {
        kind: {"covered": len(names) - len(missing[kind]), "of": len(names), "missing": missing[kind]}
        for kind, names in every.items()
    }


def _everything(definition: Definition) -> _Names:
    return {
        "nodes": {key for key, element in definition.elements.items() if element.kind in FLOW_NODES},
        "flows": set(definition.flows.values()),
        "timers": set(definition.timers),
        "rules": {rule for decision in definition.decisions.values() for rule in decision.rules},
    }


def _shared(definition: Definition) -> _Names:
    elements = definition.elements
    bundle = definition.bundle
    tables = [
        decisions.read(bundle.files[file], filename=file, beside=bundle.files)
        for file in bundle.parts(".dmn")
        if file.startswith(_SHARED)
    ]
    inside = {key for key, element in elements.items() if element.file.startswith(_SHARED)}
    return {
        "nodes": {key for key in inside if elements[key].kind in FLOW_NODES},
        "flows": {flow for (source, _), flow in definition.flows.items() if source in inside},
        "timers": inside & set(definition.timers),
        "rules": {rule for model in tables for one in model.decisions.values() for rule in one.rules},
    }
