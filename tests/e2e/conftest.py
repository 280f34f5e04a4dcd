"""One browser for the run, one fresh server for each file of tests, everybody at a desk of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from webui import assets

from . import browser as browsers
from .desk import Office, office
from .running import Server, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here, so that `-m "not e2e"` leaves it out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser that runs as long as the tests."""
    if not (assets.DIST / "manifest.json").is_file():
        browsers.unavailable("Expected the browser bundle to be built, but it is not: pip install -e .")
    with browsers.started() as found:
        yield found


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demo's staff, no cases, and a Monday morning on its clock."""
    with running(tmp_path_factory.mktemp("installation")) as found:
        yield found


@pytest.fixture(scope="module")
def town(browser: Browser, server: Server) -> Iterator[Office]:
    """The offices of the demo; no page may complain on its console."""
    with office(browser, server) as found:
        yield found
