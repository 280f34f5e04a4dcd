"""What a decision table does with every input there may be: gaps, overlaps, rules that nothing reaches; pure.

What a cell says beyond values, ranges and lists of them is not decided: it closes no gap, and opens none.
"""

from __future__ import annotations

from engine.decisions.analysis.findings import Analysis, Finding
from engine.decisions.analysis.tables import analyse, analyse_decision

__all__ = ["Analysis", "Finding", "analyse", "analyse_decision"]
