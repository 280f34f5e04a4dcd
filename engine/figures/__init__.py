"""What became of the time: counts what began and ended, how long it took and where it waited. Changes no case."""

from .counting import count_again, roll_up
from .periods import MONTH, WEEK, Period
from .reading import (
    CaseFigures,
    Distribution,
    StepFigures,
    of_cases,
    of_offices,
    of_ratings,
    of_ratings_by_office,
    of_steps,
    over_time,
    versions_counted,
)

__all__ = [
    "MONTH",
    "WEEK",
    "CaseFigures",
    "Distribution",
    "Period",
    "StepFigures",
    "count_again",
    "of_cases",
    "of_offices",
    "of_ratings",
    "of_ratings_by_office",
    "of_steps",
    "over_time",
    "roll_up",
    "versions_counted",
]
