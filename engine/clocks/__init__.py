"""Deadlines as facts, and everything that follows from them: due dates, states, warnings, day ledgers.

Pure: the present moment is always given. Nothing is stored that can be computed, so every answer can be
given again from history. Refuses limits, pauses and moments that cannot be.
"""

from engine.clocks.course import DeadlineState, Due, Remaining, due_at, end_of_limit, remaining, state_of
from engine.clocks.facts import NEW_VERSION, DeadlineEnd, DeadlineFacts, DeadlineKind, Extension, Pause
from engine.clocks.ledger import LedgerDay, LedgerReason, ledger
from engine.clocks.levels import Share, WarningLevel, business_hour, parse_warnings, warning_moments
from engine.clocks.limits import Limit, Unit, parse_limit, parse_limits
from engine.clocks.planning import latest_start

__all__ = [
    "NEW_VERSION",
    "DeadlineEnd",
    "DeadlineFacts",
    "DeadlineKind",
    "DeadlineState",
    "Due",
    "Extension",
    "LedgerDay",
    "LedgerReason",
    "Limit",
    "Pause",
    "Remaining",
    "Share",
    "Unit",
    "WarningLevel",
    "business_hour",
    "due_at",
    "end_of_limit",
    "latest_start",
    "ledger",
    "parse_limit",
    "parse_limits",
    "parse_warnings",
    "remaining",
    "state_of",
    "warning_moments",
]
