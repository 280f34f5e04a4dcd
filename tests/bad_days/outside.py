"""The outside systems in a process of their own: the sandbox on real sockets, with faults that are counted."""

from __future__ import annotations

import json
import multiprocessing
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from connectors.sandbox import Sandbox, sandbox_server
from connectors.sandbox.faults import Faults

SECRET = b"the platform of a bad day"
LONGEST_WAIT_S = 0.25
"""How long a connector waits: slow and late answers cost little."""

_KINDS = {
    "down": 0.23,
    "error": 0.2,
    "busy": 0.18,
    "doubled": 0.17,
    "wrong_answer": 0.09,
    "slow": 0.07,
    "late": 0.06,
}
"""What a fault is, when there is one: as parts of the whole."""
_STARTS_WITHIN_S = 60
_STOPS_WITHIN_S = 20


class _CountedFaults(Faults):
    """Counts what was drawn. One question may meet several."""

    def __init__(self) -> None:
        self.drawn: Counter[str] = Counter()
        super().__init__()

    def draw(self, system: str) -> dict[str, int]:
        drawn = super().draw(system)
        with self._lock:
            self.drawn.update(drawn.keys() or ["none"])
        return drawn


def plain(value: Any) -> Any:
    """Write what stories hold and JSON does not know: exact numbers and days."""
    return float(value) if isinstance(value, Decimal) else value.isoformat()


@dataclass(frozen=True)
class Systems:
    """A sandbox as somebody sees it who is not in its process."""

    url: str
    settings: Mapping[str, str]

    def fail(self, share: float, seed: int) -> None:
        """Let about this share of the questions meet a fault from now on; 0 lets everything recover."""
        waits = {"slow": int(2_000 * LONGEST_WAIT_S), "late": int(2_000 * LONGEST_WAIT_S)}
        faults = [
            {"kind": kind, "probability": part * share, "ms": waits.get(kind, 0)}
            for kind, part in _KINDS.items()
        ]
        self._send("PUT", "faults", {"seed": seed, "faults": faults if share else []})

    def tell(self, case_id: int, answers: Mapping[str, list[Any]]) -> None:
        """Write down what is answered to a case from now on; other operations stay as they are."""
        self._send("PATCH", f"scripts/{case_id}", answers)

    def effects(self) -> dict[str, int]:
        """Give how often was acted, by idempotency key."""
        with urllib.request.urlopen(f"{self.url}/sandbox/effects", timeout=60) as answer:
            found: dict[str, int] = json.load(answer)["keys"]
            return found

    def _send(self, method: str, path: str, body: Any) -> None:
        content = json.dumps(body, ensure_ascii=False, default=plain).encode()
        request = urllib.request.Request(f"{self.url}/sandbox/{path}", content, method=method)
        urllib.request.urlopen(request, timeout=20).close()


@dataclass(frozen=True)
class Outside:
    """The systems that fail, and the same once more, which never do."""

    bad: Systems
    good: Systems
    pipe: Connection

    def drawn(self) -> Counter[str]:
        """Count the faults that were drawn so far, by kind; `none` for questions that met none."""
        self.pipe.send("count")
        counted: Counter[str] = self.pipe.recv()
        return counted


@contextmanager
def outside_systems() -> Iterator[Outside]:
    """Play the outside systems until the end."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_play, args=(theirs,), name="sandbox", daemon=True)
    process.start()
    try:
        if not ours.poll(_STARTS_WITHIN_S):
            raise TimeoutError("Expected the sandbox to start, but it did not")
        bad, good = (Systems(*found) for found in ours.recv())
        yield Outside(bad, good, ours)
    finally:
        ours.send("stop")
        process.join(_STOPS_WITHIN_S)
        process.close()


def _play(pipe: Connection) -> None:
    failing, reliable = Sandbox(secret=SECRET), Sandbox(secret=SECRET)
    faults = failing.faults = _CountedFaults()
    with sandbox_server(failing) as bad, sandbox_server(reliable) as good:
        pipe.send([(one.url, dict(one.settings)) for one in (bad, good)])
        while pipe.recv() != "stop":
            pipe.send(faults.drawn)
