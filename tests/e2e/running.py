"""Starts the application's process on a free port and ends it by its id."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from . import server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.context import ForkServerProcess

    import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 120
CASE_S = 5
STOP_S = 20
BEGINS = "2026-03-02T09:00+08:00"
"""A Monday of a year whose calendar is published, as in the services' own stories."""


_context = multiprocessing.get_context("forkserver")
# Processes are forked from one that has imported everything and opened nothing: importing takes two seconds.
_context.set_forkserver_preload([server.__name__])


@dataclass(frozen=True, slots=True)
class Server:
    """A running application. sandbox: the address of the outside systems that are played for it.

    sights: pages of its cases that are worth seeing, by a name for each: who looks, and where.
    tokens: what opens the REST interface to each of its people, by user name.
    """

    address: str
    sandbox: str
    data_dir: Path
    sights: Mapping[str, tuple[str, str]]
    tokens: Mapping[str, str]

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


def filled(shared: Path, *, begins: str = BEGINS, cases: int = 0) -> Path:
    """Give a data folder with the demo's staff and services and so many cases; whoever asks first in a run fills it.

    It is to be copied. shared: a folder that all workers of the run know.
    """
    folder = shared / f"filled-{begins[:10]}-{cases}"
    with (shared / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / server.TOLD).is_file():
            fill(folder, begins=begins, cases=cases)
    return folder


def copied(folders: pytest.TempPathFactory, name: str, *, begins: str = BEGINS, cases: int = 0) -> Path:
    """Give a data folder of one's own that is filled."""
    base = folders.getbasetemp()
    shared = (
        base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    )  # a worker has a folder below the run's
    return shutil.copytree(filled(shared, begins=begins, cases=cases), folders.mktemp(name) / "data")


def fill(data_dir: Path, *, begins: str = BEGINS, cases: int = 0) -> Path:
    """Fill an empty data folder, and give it."""
    process = _context.Process(target=server.fill, args=(_environment(data_dir), begins, cases), daemon=True)
    process.start()
    process.join(START_S + CASE_S * cases)
    if not (data_dir / server.TOLD).is_file():
        process.kill()
        raise RuntimeError(f"Expected a filled folder, but: {_last_words(data_dir)}")
    return data_dir


@contextmanager
def running(data_dir: Path, *, begins: str = BEGINS) -> Iterator[Server]:
    """Serve a filled folder; fails with the process's last words when it does not answer."""
    hears, tells = _context.Pipe(duplex=False)
    process = _context.Process(target=server.serve, args=(_environment(data_dir), begins, tells), daemon=True)
    process.start()
    tells.close()
    try:
        try:
            address, sandbox = hears.recv() if hears.poll(START_S) else (None, None)
        except EOFError:
            address = None
        if address is None:
            raise RuntimeError(f"Expected the server to answer, but: {_last_words(data_dir)}")
        _wait_until_well(address)
        told = json.loads((data_dir / server.TOLD).read_text())
        sights = {name: (who, path) for name, (who, path) in told["sights"].items()}
        yield Server(address, sandbox, data_dir, sights, told["tokens"])
    finally:
        hears.close()
        _end(process)


def _wait_until_well(address: str) -> None:
    """Wait for the first heartbeat: the last one in a copied folder is that of the process which filled it."""
    until = time.monotonic() + STOP_S
    while not (answer := requests.get(f"{address}/healthz", timeout=30)).ok:
        assert time.monotonic() < until, answer.text
        time.sleep(0.05)


def _environment(data_dir: Path) -> dict[str, str]:
    return os.environ | {"LINBANG_DATA_DIR": str(data_dir), "PORT": "0", "LINBANG_HOST": "127.0.0.1"}


def _last_words(data_dir: Path) -> str:
    log = data_dir / server.LOG
    return log.read_text()[-2000:] if log.is_file() else "it said nothing"


def _end(process: ForkServerProcess) -> None:
    process.terminate()
    process.join(STOP_S)
    if process.is_alive():
        process.kill()
        process.join(STOP_S)
    process.close()
