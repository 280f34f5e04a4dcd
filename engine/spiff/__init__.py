"""Runs a workflow in memory with SpiffWorkflow: tokens, data, events. No I/O, no clock of its own."""

from .correct import correct, corrections
from .errors import StepError
from .events import MAX_KEY, ClockEvent, MessageEvent, correlation_key
from .move import move, move_targets
from .parser import Specs, parse
from .pruning import forget_finished
from .resting import Resting, Scope, resting, rests, rests_in, scopes_of
from .run import (
    answer,
    caught_codes,
    complete,
    deliver_message,
    fail,
    fire,
    messages_awaited,
    parameters,
    retry,
    start,
)
from .script_engine import ScriptEngine
from .specs import newest_data
from .standstill import notice_standstill
from .subprocesses import Packed
from .workflow import Passed, Workflow

__all__ = [
    "MAX_KEY",
    "ClockEvent",
    "MessageEvent",
    "Packed",
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
    "correlation_key",
    "deliver_message",
    "fail",
    "fire",
    "forget_finished",
    "messages_awaited",
    "move",
    "move_targets",
    "newest_data",
    "notice_standstill",
    "parameters",
    "parse",
    "resting",
    "rests",
    "rests_in",
    "retry",
    "scopes_of",
    "start",
]
