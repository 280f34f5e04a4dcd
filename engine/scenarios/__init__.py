"""Stories that prove a service: played with a moved clock, compared with what they expect, covered or not."""

from .coverage import Coverage, summary_of_shared
from .outside import Outside, StoryError, outside_answers
from .runner import StoryResult, run_service
from .story import Story

__all__ = [
    "Coverage",
    "Outside",
    "Story",
    "StoryError",
    "StoryResult",
    "outside_answers",
    "run_service",
    "summary_of_shared",
]
