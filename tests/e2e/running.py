"""Starts the application's process on a free port and ends it by its id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
START_S = 120
STOP_S = 20
BEGINS = "2026-03-02T09:00+08:00"
"""A Monday of a year whose calendar is published, as in the services' own stories."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running application. registry: the address of the outside system that is played for it."""

    address: str
    registry: str
    data_dir: Path

    def registry_knows(self, id_no: str, **facts: Any) -> None:
        """Write down what the registry will answer about an invented person, in yuan a month."""
        nothing = {"wage": 0, "business": 0, "property": 0, "transfer": 0, "excluded": 0, "deposits": 0}
        body = nothing | {"vehicles": 0, "homes": 1, "mismatch": None} | facts
        requests.put(f"{self.registry}/sandbox/persons/{id_no}", json=body, timeout=10).raise_for_status()


@contextmanager
def running(data_dir: Path, *, begins: str = BEGINS, cases: int = 0) -> Iterator[Server]:
    """Serve a fresh installation; fails with the process's last words when it does not answer."""
    environment = os.environ | {"LINBANG_DATA_DIR": str(data_dir), "PORT": "0", "LINBANG_HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "tests.e2e.server", "--begins", begins, "--cases", str(cases)]
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        killer = threading.Timer(START_S, process.kill)
        killer.start()
        try:
            line = process.stdout.readline() if process.stdout else ""
            killer.cancel()
            if not line:
                raise RuntimeError(f"Expected the server to answer, but it said: {log.read_text()[-2000:]}")
            told = json.loads(line)
            requests.get(f"{told['address']}/healthz", timeout=30).raise_for_status()
            yield Server(told["address"], told["registry"], data_dir)
        finally:
            killer.cancel()
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_S)
    if process.stdout:
        process.stdout.close()
