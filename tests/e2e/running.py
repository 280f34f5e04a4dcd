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
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
START_S = 120
CASE_S = 5
STOP_S = 20
BEGINS = "2026-03-02T09:00+08:00"
"""A Monday of a year whose calendar is published, as in the services' own stories."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running application. sandbox: the address of the outside systems that are played for it.

    sights: pages of its cases that are worth seeing, by a name for each: who looks, and where.
    """

    address: str
    sandbox: str
    data_dir: Path
    sights: Mapping[str, tuple[str, str]]

    def registry_knows(self, id_no: str, **facts: Any) -> None:
        """Write down what the registry will answer about an invented person, in yuan a month."""
        nothing = {"wage": 0, "business": 0, "property": 0, "transfer": 0, "excluded": 0, "deposits": 0}
        body = nothing | {"vehicles": 0, "homes": 1, "mismatch": None} | facts
        self._set("put", f"persons/{id_no}", body)

    def faults(self, **systems: str) -> None:
        """Let outside systems fail from now on, each in its way, such as `registry="down"`; no others fail."""
        listed = [{"system": system, "kind": kind} for system, kind in systems.items()]
        self._set("put", "faults", {"faults": listed})

    def replies(self, *rules: dict[str, Any]) -> None:
        """Let institutions reply so to offers of beds from now on; the first rule that fits wins."""
        self._set("put", "replies", {"replies": list(rules)})

    def refuses_a_number_once(self) -> None:
        """Let the gateway take the next short message's number for no mobile telephone's."""
        answers = [{"error": "number_invalid"}, {"message_no": "DX-1"}]
        self._set("put", "scripts/delivery", {"sms.send": answers})

    def bed_gets_free(self, bed_no: str) -> None:
        """Let a bed of the platform become free, and the first in line be called."""
        self._set("post", f"beds/{bed_no}/free", {})

    def _set(self, method: str, knob: str, body: dict[str, Any]) -> None:
        address = f"{self.sandbox}/sandbox/{knob}"
        requests.request(method, address, json=body, timeout=10).raise_for_status()


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
        killer = threading.Timer(START_S + CASE_S * cases, process.kill)
        killer.start()
        try:
            line = process.stdout.readline() if process.stdout else ""
            killer.cancel()
            if not line:
                raise RuntimeError(f"Expected the server to answer, but it said: {log.read_text()[-2000:]}")
            told = json.loads(line)
            requests.get(f"{told['address']}/healthz", timeout=30).raise_for_status()
            sights = {name: (who, path) for name, (who, path) in told["sights"].items()}
            yield Server(told["address"], told["sandbox"], data_dir, sights)
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
