"""Finds a browser on this machine and starts it; says plainly what is missing when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
PACKAGES = ("chromium-headless-shell", "fonts-wqy-microhei")
INSTALL_S = 600
ARGUMENTS = (
    "--no-sandbox",  # the browser only meets our own pages, and root cannot have its sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def required() -> bool:
    """Say whether a missing browser is a failure, not a reason to skip."""
    return os.environ.get("LINBANG_E2E") == "required"


def unavailable(reason: str) -> None:
    """Skip with a plain reason, or fail where browser tests are required."""
    if required():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def started() -> Iterator[Browser]:
    """Give a running browser: the machine's, the one that Debian has, or the one that Playwright brings."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("Expected the Python package playwright, which drives the browser, but it is missing")
    with sync_playwright() as driver:
        browser = _launch(driver)
        yield browser
        browser.close()


def _launch(driver: Playwright) -> Browser:
    from playwright.sync_api import Error

    path = _on_path() or _from_debian()
    try:
        return driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    except Error as exc:
        if path is None and _from_playwright():
            return driver.chromium.launch(args=list(ARGUMENTS))
        unavailable(f"Expected a browser that starts, but: {exc.message.splitlines()[0]}")
        raise


def _on_path() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def _from_debian() -> str | None:
    """Install Debian's browser with a Chinese font, where this process may."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    _run("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES)
    return _on_path()


def _from_playwright() -> bool:
    return _run("playwright", "install", "chromium")


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=INSTALL_S, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
