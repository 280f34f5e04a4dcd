"""What goes wrong when a decision is made."""

from __future__ import annotations

from engine.errors import InvalidInput


class DecisionError(InvalidInput):
    """Expected the decision to have an answer, but it has none."""

    code = "decision_failed"
