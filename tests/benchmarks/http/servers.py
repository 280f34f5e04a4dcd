"""Starts granian or gunicorn on the product, waits until it answers, and ends it by its own process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

PROCESSES, THREADS = 2, 4
ANSWERS_WITHIN_S, ENDS_WITHIN_S = 60, 40
_WHAT = f"{__package__}.served"


def _granian(port: int) -> list[str]:
    limits = ["--workers", str(PROCESSES), "--blocking-threads", str(THREADS), "--backpressure", "256"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--no-log"]
    return ["granian", "--interface", "wsgi", "--factory", *limits, *where, f"{_WHAT}:application"]


def _gunicorn(port: int) -> list[str]:
    limits = ["--worker-class", "gthread", "--workers", str(PROCESSES), "--threads", str(THREADS)]
    where = ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    return ["gunicorn", *limits, *where, f"{_WHAT}:application()"]


SERVERS = {"granian": _granian, "gunicorn gthread": _gunicorn}


@contextmanager
def serving(name: str, environment: Mapping[str, str], packages: Path) -> Iterator[int]:
    """Serve the product and give the port. packages: where what is only measured was installed."""
    port = _free_port()
    environment = {**os.environ, **environment, "PYTHONPATH": f"{Path.cwd()}{os.pathsep}{packages}"}
    with (packages / "server.log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", *SERVERS[name](port)], env=environment, stdout=log, stderr=log
        )
    try:
        _wait(port, started, packages / "server.log")
        yield port
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def _wait(port: int, started: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < until and started.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/sign-in", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise TimeoutError(f"Expected the server to answer, but it says: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
