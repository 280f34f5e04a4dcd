"""Faults on demand: what goes wrong with a question is drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from marshmallow import Schema, fields, post_load, validate

KINDS = ("slow", "down", "error", "wrong_answer", "doubled", "late")
"""slow: waits before it acts; late: acts, then waits; down: breaks off; doubled: acts as if asked twice."""
MAX_WAIT_MS = 60_000
MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that may go wrong. probability: 0 to 1, drawn for each question; ms: for slow and late."""

    kind: str
    probability: float = 1.0
    ms: int = 0


class FaultSchema(Schema):
    """How a fault is written in `PUT /sandbox/faults`."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    probability = fields.Float(load_default=1.0, validate=validate.Range(0, 1))
    ms = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MAX_WAIT_MS))

    @post_load
    def _make(self, found: dict[str, object], **_: object) -> Fault:
        return Fault(**found)  # type: ignore[arg-type]  # checked above


class FaultsSchema(Schema):
    """The faults that hold until they are replaced."""

    seed = fields.Integer(load_default=0, strict=True)
    faults = fields.List(fields.Nested(FaultSchema), required=True, validate=validate.Length(max=MAX_FAULTS))


class Faults:
    """The faults that hold now, and the dice. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: tuple[Fault, ...] = ()
        self._dice = random.Random(0)  # noqa: S311 - faults that can be repeated, not a secret

    def replace(self, faults: list[Fault], seed: int) -> None:
        """Let these faults hold, and begin to draw from the seed."""
        with self._lock:
            self._faults = tuple(faults)
            self._dice = random.Random(seed)  # noqa: S311 - as above

    def draw(self) -> dict[str, int]:
        """Draw what goes wrong with one question: milliseconds by kind."""
        with self._lock:
            drawn = [fault for fault in self._faults if self._dice.random() < fault.probability]
        return {fault.kind: fault.ms for fault in drawn}
