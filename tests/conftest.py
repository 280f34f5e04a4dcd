"""The order of a run, and its databases: `LINBANG_TEST_DATABASE=postgresql` puts every installation there.

What takes longest begins first, so that no worker is left alone with it at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .databases.pool import ON_POSTGRESQL, give_back
from .databases.server import end_run, lead_run

HERE = Path(__file__).parent
LONGEST_FIRST = (
    "e2e",
    "faults",
    "crash",
    "fleet",
    "bad_days",
    "processes",
    "simulation",
    "fuzz",
    "webui/api/test_fuzzed.py",
)
"""Rooms and files."""


_LEADING = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Let the process that was started by hand lead the run; workers join it."""
    config.stash[_LEADING] = lead_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's PostgreSQL, where one was started."""
    if config.stash.get(_LEADING, False):
        end_run()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the rooms of the longest tests first; within a room everything stays as it is."""
    items.sort(key=lambda item: _rank(item.path))
    if ON_POSTGRESQL:
        left_out = [item for item in items if item.get_closest_marker("only_sqlite")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def _databases_given_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take a test's databases back when everything else of it is over."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        give_back(folder)


def _rank(file: Path) -> int:
    places = (number for number, place in enumerate(LONGEST_FIRST) if file.is_relative_to(HERE / place))
    return next(places, len(LONGEST_FIRST))
