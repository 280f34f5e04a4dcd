"""Plays the stories of services in a process of its own, keeps how they went by the bundle's digest, says what is wrong."""

from .findings import no_stories, problems_of, skipped
from .keeping import JOB, Run, ask, has_stories, known, play, run
from .player import Player
from .record import KINDS, Record, StoryRecord

__all__ = [
    "JOB",
    "KINDS",
    "Player",
    "Record",
    "Run",
    "StoryRecord",
    "ask",
    "has_stories",
    "known",
    "no_stories",
    "play",
    "problems_of",
    "run",
    "skipped",
]
