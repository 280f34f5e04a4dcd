"""Stories proposed for what no story of a service covers: searched by playing, written as a designer writes them."""

from __future__ import annotations

from .proposing import Proposal, Suggestions, suggest
from .searching import KINDS, Limits, Unreached

__all__ = ["KINDS", "Limits", "Proposal", "Suggestions", "Unreached", "suggest"]
