"""Workers and web servers as real processes: forked from one that has imported everything and opened nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import replace
from multiprocessing.connection import Connection

from webui import fleet, serving
from webui.dispatching import worker
from webui.settings import Settings
from webui.wiring import open_installation

READY_WITHIN_S = 30.0
STOPPED_WITHIN_S = 40.0

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__, "webui.dispatching.notifier"])


class Running:
    """One process of an installation."""

    def __init__(self, what: str, settings: Settings, *, stop_within_s: float = 25.0) -> None:
        self._heard, tells = _context.Pipe(duplex=False)
        target = {"worker": _work, "web": _serve}[what]
        self._process = _context.Process(target=target, args=(settings, stop_within_s, tells), daemon=True)
        self._process.start()
        tells.close()

    def ready(self) -> str:
        """Wait until it works, and give where it answers."""
        assert self._heard.poll(READY_WITHIN_S), "Expected the process to start in time, but it did not"
        return str(self._heard.recv())

    def terminate(self) -> None:
        """Ask it to stop, as a service manager does."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGTERM)

    def stopped(self, within_s: float = STOPPED_WITHIN_S) -> int | None:
        """Wait until it has stopped, and give its exit code; None when it still runs."""
        self._process.join(within_s)
        return self._process.exitcode

    def kill(self) -> None:
        """End it as a power failure would, as far as one process goes."""
        self._process.kill()
        self._process.join()


def _work(settings: Settings, stop_within_s: float, tells: Connection) -> None:
    worker.STOP_WITHIN_S = stop_within_s
    fleet.work(settings, 4, lambda: tells.send(""))


def _serve(settings: Settings, _stop_within_s: float, tells: Connection) -> None:
    with open_installation(replace(settings, port=0)) as found:
        serving.serve(found, lambda address, _sandbox: tells.send(address))
