"""The order of a run: what takes longest begins first, so that no worker is left alone with it at the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent
LONGEST_FIRST = ("e2e", "crash", "bad_days", "processes", "simulation")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the rooms of the longest tests first; within a room everything stays as it is."""
    items.sort(key=lambda item: _rank(item.path.relative_to(HERE).parts[0]))


def _rank(room: str) -> int:
    return LONGEST_FIRST.index(room) if room in LONGEST_FIRST else len(LONGEST_FIRST)
