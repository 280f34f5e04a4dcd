"""Runs every check and test in one go, and says at the end what was skipped and why."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
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
TESTS = [f"{BIN}/python", "-m", "pytest", "-ra", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
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
    "engine/migration/test_every_state_has_its_place.py",
    "webui/assets",
    "webui/forms",
    "webui/help",
)
"""Tests that open none, or look at pages that do not hang on it."""
ON_POSTGRESQL += [f"--ignore=tests/{place}" for place in WITHOUT_DATABASE]


def main() -> int:
    """Run everything; the exit code is 0 when all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only-checks", action="store_true")
    only_checks = parser.parse_args().only_checks
    failed = [name for name, command in CHECKS if not _run(name, command)]
    if not only_checks:
        passes = (("tests", TESTS, "sqlite"), ("tests on PostgreSQL", ON_POSTGRESQL, "postgresql"))
        failed += [name for name, command, database in passes if not _run(name, command, database)]
    print(f"failed: {', '.join(failed)}" if failed else "all well")
    return 1 if failed else 0


def _run(name: str, command: list[str], database: str = "sqlite") -> bool:
    begun = time.monotonic()
    environment = {**os.environ, "PYTHONWARNINGS": "default", "LINBANG_TEST_DATABASE": database}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    print(
        f"[{name}] {'ok' if done.returncode == 0 else 'FAILED'} after {time.monotonic() - begun:.0f} s",
        flush=True,
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
