"""FEEL, the expression language of the DMN standard: pure, exact, bounded.

`compile` gives an `Expression`; `Expression.evaluate` its value. No other part of the application
reads expressions, and no expression reads anything but its variables and its `Environment`.
"""

from __future__ import annotations

from engine.feel.errors import FeelBudgetExceeded, FeelSyntaxError
from engine.feel.expression import Expression, Result, compile, compile_unary  # noqa: A004 - see there
from engine.feel.runtime import Environment, WorkingDays
from engine.feel.text import to_text
from engine.feel.values import Range, YearMonthDuration

__all__ = [
    "Environment",
    "Expression",
    "FeelBudgetExceeded",
    "FeelSyntaxError",
    "Range",
    "Result",
    "WorkingDays",
    "YearMonthDuration",
    "compile",
    "compile_unary",
    "to_text",
]
