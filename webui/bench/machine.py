"""What a figure depends on beside the product: the machine, the interpreter, the database's version."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .installation import Measured


def machine(measured: Measured) -> dict[str, Any]:
    """Give facts for whoever compares figures of two machines."""
    plain = measured.plain
    if plain.on_postgresql:
        database = plain.connection.execute("SHOW server_version").fetchone()[0].split(" ", 1)[0]
        waits = plain.connection.execute("SHOW synchronous_commit").fetchone()[0]
        waits = f"fsync {plain.connection.execute('SHOW fsync').fetchone()[0]}, synchronous_commit {waits}"
    else:
        database, waits = sqlite3.sqlite_version, "synchronous FULL"
    return {
        "linbang": _version("linbang"),
        "spiffworkflow": _version("spiffworkflow"),
        "python": platform.python_version(),
        "database": f"{'PostgreSQL' if plain.on_postgresql else 'SQLite'} {database}",
        "durability": waits,
        "live_cases": measured.installation.settings.live_cases,
        "cores": os.cpu_count(),
        "processor": platform.machine(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # it runs from its sources
        return "not installed"
