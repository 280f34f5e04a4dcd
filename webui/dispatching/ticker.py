"""Looks for what fell due, and queues it for the workers; strikes no clock and calls nobody by itself."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import psycopg

from engine.errors import EngineError

from . import queue

if TYPE_CHECKING:
    from engine.draining import Shift
    from engine.runtime import Runtime

INTERVAL_S = 1.0
SHORTEST_WAIT_S = 0.02
"""However often it is told of something: what comes meanwhile is found at one look."""

log = logging.getLogger("linbang.ticker")


class Ticker:
    """Looks at each moment at which a clock falls due, when it is told to, and every INTERVAL_S.

    Every worker has one; what two of them find at the same time is queued once.
    """

    def __init__(self, runtime: Runtime, shift: Shift) -> None:
        self._runtime = runtime
        self._shift = shift
        self._line: psycopg.Connection[Any] | None = None

    def run(self, stopped: threading.Event) -> None:
        """Look until stopped; survives a database that is away for a while."""
        while not stopped.is_set():
            began = time.monotonic()
            try:
                wait_s = self.look()
            except (EngineError, psycopg.Error) as exc:
                log.warning("a look failed, and the next one tries again: %s", exc)
                wait_s = INTERVAL_S
            except Exception:
                log.exception("a look failed, and the next one tries again")
                wait_s = INTERVAL_S
            self._rest(wait_s, stopped)
            stopped.wait(max(0.0, began + SHORTEST_WAIT_S - time.monotonic()))
        self.close()

    def look(self) -> float:
        """Queue what is due, and say after how many seconds something falls due next, at most INTERVAL_S."""
        self._runtime.subscriptions.refresh()
        self._runtime.calendars.refresh()
        buckets, calls = self._shift.due_buckets(), self._shift.due_calls()
        if buckets or calls:
            line = self._opened()
            if queue.put_drains(line, buckets) + queue.put_looks(line, calls):
                queue.tell_strikers(line)
        following = self._shift.seconds_to_next()
        return INTERVAL_S if following is None else min(following, INTERVAL_S)

    def _rest(self, wait_s: float, stopped: threading.Event) -> None:
        """Wait until somebody tells of something, but so long at most; without a line simply wait."""
        try:
            for _told in self._opened().notifies(timeout=max(wait_s, 0.0), stop_after=1):
                pass
        except psycopg.Error as exc:
            log.warning("the line on which workers are told broke: %s", type(exc).__name__)
            self.close()
            stopped.wait(max(wait_s, SHORTEST_WAIT_S))

    def _opened(self) -> psycopg.Connection[Any]:
        """Give the line on which it hears and queues; opens it where there is none, or a broken one."""
        if self._line is None or self._line.closed:
            self._line = psycopg.connect(**self._runtime.database.driver_arguments, autocommit=True)
            self._line.execute(b"LISTEN " + queue.DUE.encode())
        return self._line

    def close(self) -> None:
        """Hang up; the next look opens a line again."""
        if self._line is not None:
            self._line.close()
            self._line = None
