"""One browser for the run, one server where the clock stands, everybody at a desk of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from webui import assets

from . import axe, walk
from . import browser as browsers
from .desk import Office, office
from .running import Server, copied, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

HERE = Path(__file__).parent
CASES = 60
PATIENCE_MS = 15_000
"""How long a page may take to show something on a busy machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, so that `-m "not e2e"` leaves it out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser that runs as long as these tests; two drivers cannot run in one thread."""
    if not (assets.DIST / "manifest.json").is_file():
        browsers.unavailable("Expected the browser bundle to be built, but it is not: pip install -e .")
    expect.set_options(timeout=PATIENCE_MS)
    with browsers.started() as found:
        yield found


@pytest.fixture(scope="package")
def shared_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo's staff, no cases, and a Monday morning on its clock, which nobody may move."""
    with running(copied(tmp_path_factory, "shared")) as found:
        yield found


@pytest.fixture(scope="module")
def server(shared_server: Server) -> Server:
    """The server that a file of tests works with; one that moves the clock asks for its own."""
    return shared_server


@pytest.fixture(scope="module")
def own_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of one file of tests alone."""
    with running(copied(tmp_path_factory, "own")) as found:
        yield found


@pytest.fixture(scope="module")
def filled_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of one file of tests alone, with a few cases in different states and half a year behind it."""
    data_dir = copied(tmp_path_factory, "filled", begins=walk.BEGINS, cases=CASES)
    with running(data_dir, begins=walk.BEGINS) as found:
        yield found


@pytest.fixture(scope="package")
def rules(browser: Browser) -> Path:
    """The script of axe-core."""
    return axe.source()


@pytest.fixture(scope="module")
def town(browser: Browser, server: Server) -> Iterator[Office]:
    """The offices of the demo; no page may complain on its console."""
    with office(browser, server) as found:
        yield found
