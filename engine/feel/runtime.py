"""What one evaluation carries along: its environment, its budget, its warnings, its variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from engine.feel.errors import FeelBudgetExceeded
from engine.feel.text import masked

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

MAX_STRING = 200_000  # characters of one string
MAX_LIST = 50_000  # items of one list
MAX_CALLS = 60  # functions of the expression inside each other
MAX_WARNINGS = 50


class WorkingDays(Protocol):
    """The calendar that the functions about working days ask."""

    def is_working_day(self, day: date, /) -> bool:
        """Tell whether people work on that day, make-up weekends included."""
        ...

    def add_working_days(self, day: date, n: int, /) -> date:
        """Give the n-th working day after the day, which itself is day 0."""
        ...

    def working_days_between(self, a: date, b: date, /) -> int:
        """Count the working days in (a, b]."""
        ...

    def public_notice_end(self, day: date, days: int, /) -> date:
        """Give the last day of a notice posted on the day."""
        ...


@dataclass(frozen=True, slots=True)
class Environment:
    """All that an expression may learn of the world beside its variables.

    now: the clock of the application, aware. zone: the business zone. calendar: None where no
    expression asks for working days. functions: further functions by FEEL name, called by position.
    steps: the budget; about one step for each part of the expression that is evaluated in a loop.
    """

    now: Callable[[], datetime]
    zone: ZoneInfo
    calendar: WorkingDays | None = None
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    steps: int = 100_000


class Run:
    """One evaluation: counts its steps and keeps its warnings.

    fits: tells whether a value is of a type of the file, by the type's name; only decisions have such.
    """

    __slots__ = ("calls", "environment", "fits", "steps", "warnings")

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.steps = environment.steps
        self.warnings: list[str] = []
        self.calls = 0
        self.fits: Callable[[str, Any, Run], bool] | None = None

    def spend(self, steps: int) -> None:
        """Take steps off the budget; raises FeelBudgetExceeded when it is used up."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelBudgetExceeded(
                f"Expected the expression to end within {self.environment.steps} steps, but it needs more."
            )

    def null(self, why: str) -> None:
        """Note why a part of the expression has no value; gives that null.

        Long numbers are masked: warnings end in logs, where no identity number belongs.
        """
        why = masked(why)
        if len(self.warnings) < MAX_WARNINGS and why not in self.warnings:
            self.warnings.append(why)

    def string(self, text: str) -> str:
        """Let a new string pass, or raise FeelBudgetExceeded when it is too long."""
        if len(text) > MAX_STRING:
            raise FeelBudgetExceeded(f"Expected at most {MAX_STRING} characters, but a text has {len(text)}.")
        self.spend(len(text) >> 4)
        return text

    def items(self, count: int) -> None:
        """Pay for a new list of so many items, or raise FeelBudgetExceeded when it is too long."""
        if count > MAX_LIST:
            raise FeelBudgetExceeded(f"Expected at most {MAX_LIST} items, but a list has {count}.")
        self.spend(count)


class Frame:
    """Variables by name, and the frame around them."""

    __slots__ = ("parent", "run", "variables")

    def __init__(self, variables: Mapping[str, Any], parent: Frame | None, run: Run) -> None:
        self.variables = variables
        self.parent = parent
        self.run = run


Code = Callable[[Frame], Any]
