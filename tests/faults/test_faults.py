"""Twenty seeds on each database: whatever fails, what was told done is done once, and every case comes to its end.

A seed that fails is played again, with all that happened in it, by
`python -m tests.faults --database … --seed N`; more of them by `--seeds`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHIN_S = 600
SEEDS = 20
AT_ONCE = 5
"""How many one process plays, so that several can share the work."""


def play(*options: str) -> str:
    """Play seeds in a process of its own, in which the order of sets is the same each time."""
    command = [sys.executable, "-m", "tests.faults", *options]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.crash
@pytest.mark.parametrize("first", range(1, SEEDS + 1, AT_ONCE))
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_done_twice_whatever_fails(database: str, first: int) -> None:
    """Given processes that die at commits, overtake each other, lose their database and fill its disk; some
    keep their cases, some do not; when all is well again; then all that was told is so, and all cases end.
    """
    said = play("--database", database, "--first", str(first), "--seeds", str(AT_ONCE), "--live", "mixed")

    assert "wrong: none" in said


@pytest.mark.crash
def test_histories_are_the_same_whether_processes_keep_their_cases_or_not() -> None:
    """The same seed played without kept cases, with them, and with both side by side, link by link."""
    said = play("--seeds", "2", "--live", "compare")

    assert "wrong: none" in said


@pytest.mark.crash
def test_a_seed_gives_the_same_run_each_time() -> None:
    assert _digest(play("--seeds", "1")) == _digest(play("--seeds", "1"))


def _digest(said: str) -> str:
    return said.rpartition("digest is ")[2]
