"""Decisions of the DMN standard: read once from a file, then made as often as asked; pure."""

from __future__ import annotations

from engine.decisions.errors import DecisionError
from engine.decisions.model import Decision, DecisionResult, Model
from engine.decisions.reading import read

__all__ = ["Decision", "DecisionError", "DecisionResult", "Model", "read"]
