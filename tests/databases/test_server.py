"""The server that tests start: nobody special runs it, and nothing of it is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .server import Server, shared_server, sweep

ROOT = Path(__file__).resolve().parents[2]
_KILLED = """
import os, signal
from tests.databases.server import own_server
context = own_server()
server = context.__enter__()
print(server.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_runs_as_an_ordinary_user() -> None:
    """PostgreSQL refuses to run as root, and a test machine's user often is."""
    pid = shared_server().pid()

    user = subprocess.run(
        ["ps", "-o", "uid=", "-p", str(pid)], check=True, capture_output=True, text=True
    ).stdout

    assert int(user) != 0


def test_what_a_killed_run_left_behind_is_swept_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    left = Server(Path(done.stdout.strip()))
    assert left.pid() is not None, done.stderr

    sweep()

    assert left.pid() is None
    assert not left.folder.exists()


def test_a_run_that_goes_on_is_left_alone() -> None:
    running = shared_server()

    sweep()

    assert running.pid() is not None
