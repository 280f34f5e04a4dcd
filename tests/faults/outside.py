"""The outside systems of a run: a file that outlives every process, in which each thing that was done stands once.

What is answered to a question depends on the seed, the question's key and how often it was asked, and on
nothing else: neither on processes nor on their order.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.ports import ConnectorError, Inbound

if TYPE_CHECKING:
    from engine.ports import Call

SELDOM_SOLD_OUT = 0.15
_SORTS = (
    ("answered", 0.45),
    ("away", 0.2),
    ("lost", 0.15),
    ("doubled", 0.12),
    ("senseless", 0.08),
)
"""Before it acts it is away; after it acted its answer is lost; it is asked twice; its answer is no value."""


@dataclass(frozen=True)
class Told:
    """What the other side has to say later. heard: how often it was told that we know."""

    inbound: Inbound
    heard: int


class Ledger:
    """The file: what was asked, what was done, and what was heard of ours."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def note(self, **line: Any) -> None:
        """Write a line in one go, so that a killed process leaves all of it or nothing."""
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(handle, json.dumps(line).encode() + b"\n")
        finally:
            os.close(handle)

    def lines(self, what: str) -> list[dict[str, Any]]:
        """Give the lines of a kind, in their order."""
        if not self._file.exists():
            return []
        found = (json.loads(line) for line in self._file.read_text().splitlines())
        return [line for line in found if line["what"] == what]

    def effects(self) -> Counter[str]:
        """Count what was done, by key."""
        return Counter(line["key"] for line in self.lines("done"))

    def to_tell(self) -> list[Told]:
        """Give what the other side has to say of what it did, the oldest first."""
        heard = Counter(line["id"] for line in self.lines("heard"))
        return [
            Told(
                Inbound(f"in-{key}", key, "ready", {"order_no": key}),
                heard[f"in-{key}"],
            )
            for key in (line["key"] for line in self.lines("done") if line["operation"] == "order")
        ]


class Office:
    """The one outside system, as a connector: it acts once for a key, whatever becomes of its answer."""

    name = "office"
    operations: Mapping[str, Any] = {}

    def __init__(self, ledger: Ledger, seed: int, *, fails: bool = True) -> None:
        self._ledger, self._seed, self._fails = ledger, seed, fails

    def call(self, call: Call) -> Any:
        """Answer, or not."""
        key = call.idempotency_key
        tries = sum(line["key"] == key for line in self._ledger.lines("asked"))
        self._ledger.note(what="asked", key=key, operation=call.operation)
        if call.operation == "order" and random.Random(f"{self._seed} {key}").random() < SELDOM_SOLD_OUT:
            raise ConnectorError("There is none left", code="sold_out", permanent=True)
        sort = self._sort(key, tries)
        if sort == "away":
            raise ConnectorError("It does not answer", code="office_down")
        for _ in range(1 + (sort == "doubled")):
            self._do(key, call.operation)
        if sort == "lost":
            raise ConnectorError("It did not answer in time", code="office_timeout")
        return {"order_no": key, "price": 0.1 if sort == "senseless" else 1}

    def _sort(self, key: str, tries: int) -> str:
        if not self._fails:
            return "answered"
        dice = random.Random(f"{self._seed} {key} {tries}")
        names, weights = zip(*_SORTS, strict=True)
        return str(dice.choices(names, weights)[0])

    def _do(self, key: str, operation: str) -> None:
        if key not in self._ledger.effects():
            self._ledger.note(what="done", key=key, operation=operation)
