"""Pages served by several processes: one session for all of them, one number for each, none missed when it dies."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from engine.heartbeat import beats
from engine.store.people import PersonRow
from tests.engine.support import QINGHE
from webui.auth import hash_password

from .conftest import Fleet

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = 2


@dataclass
class Pages:
    """Several processes that serve pages, and the one that started them."""

    address: str
    pid: int

    def processes(self) -> list[int]:
        """Give the pids of those that serve."""
        command = ["ps", "-o", "pid=", "--ppid", str(self.pid)]
        found = subprocess.run(command, check=False, capture_output=True, text=True)
        return [int(pid) for pid in found.stdout.split()]


@pytest.fixture
def pages(fleet: Fleet) -> Iterator[Pages]:
    """Two processes that serve pages, started as an operator starts them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, **fleet.settings.outside, "PORT": str(port)}
    command = [sys.executable, "-m", "webui.cli", "serve", "--processes", str(PROCESSES)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=environment, cwd=ROOT) as running:
        fleet.wait_for(lambda: _answers(url) and len(_numbers(fleet)) == PROCESSES + 1)
        made = Pages(url, running.pid)
        yield made
        for pid in (running.pid, *made.processes()) if running.poll() is None else ():
            os.kill(pid, signal.SIGKILL)


def test_several_processes_serve_as_one(fleet: Fleet, pages: Pages) -> None:
    """Whoever signed in at one is known to all; one that is killed is replaced; each gives its number back."""
    row = PersonRow(
        31, "chen", "Chen", "Chen", None, hash_password("chen", light=True), "en", 1, QINGHE, "caseworker", 1
    )
    fleet.found.runtime.people.add_person(row, [("clerk", QINGHE)])
    cookies = _sign_in(pages.address, "chen")
    cases = f"{pages.address}/cases/"

    assert [requests.get(cases, cookies=cookies, timeout=10).url for _ in range(20)] == [cases] * 20
    assert beats(fleet.found.runtime)[0].at is None  # who serves pages looks after nothing

    before = pages.processes()
    os.kill(before[0], signal.SIGKILL)
    fleet.wait_for(lambda: before[0] not in pages.processes())
    assert [requests.get(cases, cookies=cookies, timeout=10).url for _ in range(5)] == [cases] * 5
    fleet.wait_for(lambda: len(_numbers(fleet)) == PROCESSES + 2)  # the killed one's is still leased

    os.kill(pages.pid, signal.SIGTERM)
    _pid, status = os.waitpid(pages.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert len(_numbers(fleet)) == 2  # the test's own, and that of the killed process until its lease ends


def _sign_in(address: str, name: str) -> dict[str, str]:
    session = requests.Session()
    page = session.get(f"{address}/sign-in", timeout=10)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    form = {"csrf_token": token[1], "username": name, "password": name}
    session.post(f"{address}/sign-in", form, timeout=10)
    with session:
        return session.cookies.get_dict()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).status_code in {200, 503}
    except requests.ConnectionError:
        return False


def _numbers(fleet: Fleet) -> list[int]:
    with fleet.found.runtime.database.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT number FROM node")]
