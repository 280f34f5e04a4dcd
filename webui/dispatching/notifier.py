"""Tells workers after a commit that something is due: in a thread of its own, so that no request waits or fails."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import psycopg

from . import queue

if TYPE_CHECKING:
    from engine.store import Database

GAP_S = 0.005
"""Whatever else is due within it is told at once."""
STOP_WITHIN_S = 5.0

log = logging.getLogger("linbang.notifier")


class Notifier:
    """Gathers wishes and tells them on a line of its own; what it cannot tell the workers find by themselves."""

    def __init__(self, database: Database) -> None:
        arguments = database.driver_arguments
        # What is told wakes somebody or is found by the next look: no disk has to keep it.
        arguments["options"] = f"{arguments.get('options', '')} -c synchronous_commit=off".strip()
        self._arguments: dict[str, Any] = arguments
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._line: psycopg.Connection[Any] | None = None
        self._thread = threading.Thread(target=self._run, name="linbang-notifier", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """Tell what was asked for, and no more."""
        self._stopped.set()
        self._wanted.set()
        self._thread.join(STOP_WITHIN_S)

    def wake(self) -> None:
        """Tell workers that something is due; may be called from any thread, and costs nothing."""
        self._wanted.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wanted.wait()
            self._wanted.clear()
            self._tell()
            self._stopped.wait(GAP_S)
        if self._line is not None:
            self._line.close()

    def _tell(self) -> None:
        try:
            if self._line is None or self._line.closed:
                self._line = psycopg.connect(**self._arguments, autocommit=True)
            queue.tell_workers(self._line)
        except psycopg.Error as exc:
            log.debug("workers were not told, and look by themselves: %s", type(exc).__name__)
            if self._line is not None:
                self._line.close()
                self._line = None
