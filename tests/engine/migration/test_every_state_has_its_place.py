"""Every state that a real service comes to can stand in its own diagram, and rebinding it changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import codec, feel, spiff
from engine.spiff import rebinding
from engine.spiff.rebinding import foresee, rebind

from ..stories import played

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ENVIRONMENT = feel.Environment(now=lambda: NOW, zone=ZoneInfo("Asia/Shanghai"))


def told(workflow: Any) -> dict[int, Any]:
    """Give what people and clocks see of a workflow at rest."""
    return {
        number: (item.element_id, item.kind, item.scopes, item.data, len(item.waits))
        for number, item in spiff.resting(workflow).items()
    }


def test_every_state_of_every_story_has_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebinding, "_same_ways", lambda *_: False)  # look for a way even where all is equal
    found = played()
    engine = spiff.ScriptEngine(ENVIRONMENT, found.definition.names, found.definition.decisions)
    looked = 0
    for state in {saved.content: saved for saved in found.states}.values():
        workflow, extra = codec.load(state.content, found.definition.specs, engine)
        if workflow.completed:
            continue
        before = told(workflow)
        rebind(workflow, found.definition.specs, {})
        again, _ = codec.load(codec.dump(workflow, extra), found.definition.specs, engine)
        foresee(again)
        assert told(again) == before
        looked += 1
    assert looked > 100
