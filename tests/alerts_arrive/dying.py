"""A process that ticks through some moments and is killed at a point: by SIGKILL, as a power failure would."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.hooks import Hooks
from engine import scheduler
from engine.calendar import Calendar
from engine.ids import IdSource
from engine.ports import Call
from engine.runtime import Runtime, open_runtime
from engine.scheduler import tick
from engine.sealing import Sealer
from engine.store import Database
from tests.engine.support import MovedClock

from .conftest import GROUPS, connectors_to

AFTER_THE_STEP = "after the step's commit"
AFTER_ANNOUNCING = "after the announcement"
BEFORE_SENDING = "when it was about to send"
AFTER_SENDING = "when the other side had taken it"
WITHIN_S = 60.0

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Life:
    """What a process lives through. moments: at which it ticks; at the last one it is killed, at a point."""

    database: str
    mail_url: str
    sms_url: str
    moments: Sequence[str]
    point: str


def live_and_die(life: Life) -> None:
    """Let a process live until it is killed."""
    process = _context.Process(target=_live, args=(life,), daemon=True)
    process.start()
    process.join(WITHIN_S)
    assert process.exitcode == -signal.SIGKILL, (
        f"Expected it to be killed {life.point}, but it ended otherwise"
    )
    process.close()


def _live(life: Life) -> None:
    clock = MovedClock()
    runtime = open_runtime(
        Database(life.database),
        clock=clock,
        ids=IdSource(5),
        sealer=Sealer(bytes(range(32))),
        calendar=Calendar.standard(),
        groups=GROUPS,
        connectors=connectors_to(life.mail_url, life.sms_url),
    )
    runtime.hooks = Hooks(private=True)
    for moment in life.moments[:-1]:
        clock.set(moment)
        tick(runtime, budget_s=60)
    clock.set(life.moments[-1])
    _arm(runtime, life.point)
    tick(runtime, budget_s=60)
    if life.point == AFTER_ANNOUNCING:
        _die()


def _die(*_: object, **__: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(runtime: Runtime, point: str) -> None:
    """Let the process die at its point of the next tick."""
    if point == AFTER_THE_STEP:
        scheduler.announcing.announce = _die  # type: ignore[attr-defined]  # this process ends by it
    if point in (BEFORE_SENDING, AFTER_SENDING):
        runtime.connectors = {
            name: _Fatal(connector.call, point) for name, connector in runtime.connectors.items()
        }
        runtime.hooks = _FatalHooks(point)


class _Fatal:
    """A way out in which the process dies."""

    name = ""
    operations: Mapping[str, Any] = {}

    def __init__(self, ask: Callable[[Call], Any], point: str) -> None:
        self._ask, self._point = ask, point

    def call(self, call: Call) -> Any:
        if self._point == AFTER_SENDING:
            self._ask(call)
        _die()


class _FatalHooks(Hooks):
    def __init__(self, point: str) -> None:
        super().__init__(private=True)
        self._point = point

    def post(self, *arguments: Any) -> int:
        if self._point == AFTER_SENDING:
            super().post(*arguments)
        _die()
        return 0
