"""Runs every check and test in one go, and says at the end what was skipped and why."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = (
    ("lint", [f"{BIN}/ruff", "check", "-q", "."]),
    ("format", [f"{BIN}/ruff", "format", "-q", "--check", "."]),
    ("types", [f"{BIN}/mypy"]),
    ("contracts", [f"{BIN}/lint-imports", "--no-logo"]),
    ("dependencies", [f"{BIN}/deptry", "."]),
    ("dead code", [f"{BIN}/vulture"]),
    ("spelling", [f"{BIN}/codespell"]),
    ("templates", [f"{BIN}/djlint", "--lint", "--quiet", "webui/templates"]),
)
TESTS = [
    *(f"{BIN}/python", "-m", "pytest", "-ra", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
    *("--durations=25", "--durations-min=5"),
]
ON_POSTGRESQL = [*TESTS, "tests/engine", "tests/processes", "tests/webui", "-m", "not e2e"]
"""Everything that opens an installation, but for browsers, killed servers and days at random.

tests/databases is on PostgreSQL in either pass.
"""
WITHOUT_DATABASE = (
    "engine/calendar",
    "engine/clocks",
    "engine/decisions",
    "engine/feel",
    "engine/forms",
    "engine/execution/test_against_reference.py",
    "engine/migration/test_every_state_has_its_place.py",
    "engine/scenarios/test_suggested_stories.py",
    "engine/test_one_path.py",
    "webui/assets",
    "webui/cli/test_bench_commands.py",
    "webui/cli/test_decide_command.py",
    "webui/cli/test_due_at_random.py",
    "webui/cli/test_sarif.py",
    "webui/forms",
    "webui/help",
)
"""Tests that open none, look at pages that do not hang on it, or run on both in either pass."""
ON_POSTGRESQL += [f"--ignore=tests/{place}" for place in WITHOUT_DATABASE]
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 4 << 30
"""Where temporary folders may lie in memory, and how much has to be free there: a commit waits for a disk."""
COMPILED = BIN.parent / "compiled"
"""Where the many processes that tests start find our modules compiled; the tree itself stays clean."""


def main() -> int:
    """Run everything; the exit code is 0 when all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-checks", action="store_true")
    only_checks = parser.parse_args().only_checks
    passes = (
        ()
        if only_checks
        else (("tests", TESTS, "sqlite"), ("tests on PostgreSQL", ON_POSTGRESQL, "postgresql"))
    )
    # Tests wait for browsers and killed servers now and then; the checks use that time.
    with ThreadPoolExecutor(max_workers=1) as beside:
        checks = [(name, beside.submit(_checked, name, command)) for name, command in CHECKS]
        failed = [name for name, command, database in passes if not _run(name, command, database)]
    failed += [name for name, check in checks if not check.result()]
    print(f"failed: {', '.join(failed)}" if failed else "all well")
    return 1 if failed else 0


def _checked(name: str, command: list[str]) -> bool:
    """Run a check, whose words come in one piece: tests talk at the same time."""
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return _say(name, done.returncode, begun, done.stdout)


def _run(name: str, command: list[str], database: str) -> bool:
    begun = time.monotonic()
    environment = {
        **os.environ,
        "PYTHONWARNINGS": "default",
        "PYTHONPYCACHEPREFIX": str(COMPILED),
        "LINBANG_TEST_DATABASE": database,
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        environment.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return _say(name, done.returncode, begun)


def _say(name: str, code: int, begun: float, words: str = "") -> bool:
    outcome = "ok" if code == 0 else "FAILED"
    print(f"{words}[{name}] {outcome} after {time.monotonic() - begun:.0f} s", flush=True)
    return code == 0


if __name__ == "__main__":
    sys.exit(main())
