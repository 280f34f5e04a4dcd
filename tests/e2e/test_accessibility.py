"""Every page keeps the rules of WCAG A and AA, light on a wide screen and dark on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import axe
from .desk import NARROW, WIDE
from .every_page import problems

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from .desk import Office
    from .running import Server

BROKEN = """<!doctype html><html><head><title>x</title></head><body>
<img src="x.png"><p style="color: #bbb; background: #fff">pale</p><input></body></html>"""


@pytest.fixture(scope="module")
def server(filled_server: Server) -> Server:
    """A server with a few cases in different states."""
    return filled_server


def test_it_breaks_no_rule_on_any_page(town: Office, rules: Path) -> None:
    """Both schemes and both widths, not in every combination: what has room on a phone has it on a wide screen."""
    assert problems(town, rules, "en", ((WIDE, "light"), (NARROW, "dark"))) == {}


def test_it_would_find_a_page_that_breaks_them(browser: Browser, rules: Path) -> None:
    page = browser.new_page()
    page.set_content(BROKEN)
    found = {one.rule for one in axe.violations(page, rules)}
    assert {"html-has-lang", "image-alt", "color-contrast", "label"} <= found
    page.close()
