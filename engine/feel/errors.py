"""What goes wrong with an expression as a whole: it cannot be read, or it wants too much."""

from __future__ import annotations

from engine.errors import InvalidInput


class FeelSyntaxError(InvalidInput):
    """Expected a FEEL expression, but the text cannot be read as one.

    line, column: counted from 1, where reading stopped.
    """

    code = "feel_syntax"

    def __init__(self, message: str | None = None, *, line: int = 1, column: int = 1) -> None:
        super().__init__(message, line=line, column=column)
        self.line = line
        self.column = column


class FeelBudgetExceeded(InvalidInput):
    """Expected an expression that ends within its budget, but it needs more steps or room."""

    code = "feel_budget"


class Trouble(Exception):  # noqa: N818 - it never leaves the language: it becomes null and a warning
    """A call that has no value; the standard makes it null, the text becomes a warning."""
