"""Runs a workflow in memory with SpiffWorkflow: tokens, data, events. No I/O, no clock of its own."""

from .correct import correct, corrections
from .errors import StepError
from .events import ClockEvent, MessageEvent
from .parser import Specs, parse
from .run import (
    Resting,
    Scope,
    answer,
    caught_codes,
    complete,
    deliver_message,
    fail,
    fire,
    parameters,
    resting,
    retry,
    scopes_of,
    start,
)
from .script_engine import ScriptEngine
from .specs import newest_data
from .workflow import Passed, Workflow

__all__ = [
    "ClockEvent",
    "MessageEvent",
    "Passed",
    "Resting",
    "Scope",
    "ScriptEngine",
    "Specs",
    "StepError",
    "Workflow",
    "answer",
    "caught_codes",
    "complete",
    "correct",
    "corrections",
    "deliver_message",
    "fail",
    "fire",
    "newest_data",
    "parameters",
    "parse",
    "resting",
    "retry",
    "scopes_of",
    "start",
]
