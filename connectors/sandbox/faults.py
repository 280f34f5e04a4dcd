"""Faults on demand: what goes wrong with a question is drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from marshmallow import Schema, fields, post_load, validate

KINDS = ("slow", "down", "error", "busy", "wrong_answer", "doubled", "late")
"""slow: waits before it acts; late: acts, then waits; down: breaks off; error: a fault of its own; busy: asks
to come again; doubled: acts as if asked twice, and calls back twice; wrong_answer: acts, then talks nonsense."""
SYSTEMS = ("registry", "beds", "sms", "mail", "webhook")
MAX_WAIT_MS = 60_000
MAX_FAULTS = 100
SLOW_MS, LATE_MS = 2_000, 21_000
"""Of faults at random; the second is longer than a call waits unless its diagram says otherwise."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that may go wrong.

    probability: 0 to 1, drawn for each question; ms: for slow and late; system: with which, None for all.
    """

    kind: str
    probability: float = 1.0
    ms: int = 0
    system: str | None = None


class FaultSchema(Schema):
    """How a fault is written in `PUT /sandbox/faults`."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    probability = fields.Float(load_default=1.0, validate=validate.Range(0, 1))
    ms = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MAX_WAIT_MS))
    system = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(SYSTEMS))

    @post_load
    def _make(self, found: dict[str, object], **_: object) -> Fault:
        return Fault(**found)  # type: ignore[arg-type]  # checked above


class FaultsSchema(Schema):
    """The faults that hold until they are replaced."""

    seed = fields.Integer(load_default=0, strict=True)
    faults = fields.List(fields.Nested(FaultSchema), required=True, validate=validate.Length(max=MAX_FAULTS))


class Faults:
    """The faults that hold now, and the dice: one for each system. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.replace([], seed=0)

    def replace(self, faults: list[Fault], seed: int) -> None:
        """Let these faults hold, and begin to draw from the seed."""
        with self._lock:
            self._faults = tuple(faults)
            self._dice = {
                system: random.Random(f"{seed}:{system}")  # noqa: S311 - faults that can be repeated, not a secret
                for system in SYSTEMS
            }

    def draw(self, system: str) -> dict[str, int]:
        """Draw what goes wrong with one question to a system: milliseconds by kind."""
        with self._lock:
            dice = self._dice[system]
            drawn = [
                fault
                for fault in self._faults
                if fault.system in (None, system) and dice.random() < fault.probability
            ]
        return {fault.kind: fault.ms for fault in drawn}

    def listed(self) -> tuple[Fault, ...]:
        """Give the faults that hold now."""
        with self._lock:
            return self._faults


def at_random(share: float) -> list[Fault]:
    """Give faults of every kind, so that about this share of the questions meets one."""
    waits = {"slow": SLOW_MS, "late": LATE_MS}
    return [Fault(kind, share / len(KINDS), waits.get(kind, 0)) for kind in KINDS]
