"""Stories that prove a service: played with a moved clock, compared with what they expect, covered or not."""

from .coverage import Coverage
from .runner import StoryResult, run_service
from .story import Outside, Story, StoryError, outside_answers

__all__ = ["Coverage", "Outside", "Story", "StoryError", "StoryResult", "outside_answers", "run_service"]
