"""Stories that prove a service: played with a moved clock, compared with what they expect, covered or not."""

from .confined import record_of
from .coverage import Coverage, summary_of_shared
from .outside import Outside, StoryError, outside_answers
from .runner import StoryResult, run_service
from .story import Story
from .writing import story_text

__all__ = [
    "Coverage",
    "Outside",
    "Story",
    "StoryError",
    "StoryResult",
    "outside_answers",
    "record_of",
    "run_service",
    "story_text",
    "summary_of_shared",
]
