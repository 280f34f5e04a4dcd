"""Every page keeps the rules of WCAG A and AA: both languages, light and dark, wide and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import axe
from .desk import NARROW, WIDE
from .running import Server, running
from .walk import BEGINS, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from .desk import Office

BROKEN = """<!doctype html><html><head><title>x</title></head><body>
<img src="x.png"><p style="color: #bbb; background: #fff">pale</p><input></body></html>"""


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a few cases in different states."""
    with running(tmp_path_factory.mktemp("filled"), begins=BEGINS, cases=30) as found:
        yield found


@pytest.fixture(scope="module")
def rules(browser: Browser) -> Path:
    """The script of axe-core."""
    return axe.source()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_breaks_no_rule_on_any_page(town: Office, rules: Path, language: str) -> None:
    desk = town.new_desk()
    found = {}
    for name in walk(desk, language):
        for place, problem in _problems(desk.page, rules):
            found[f"{name}, {place}"] = problem
    desk.context.close()
    assert found == {}


def test_it_would_find_a_page_that_breaks_them(browser: Browser, rules: Path) -> None:
    page = browser.new_page()
    page.set_content(BROKEN)
    found = {one.rule for one in axe.violations(page, rules)}
    assert {"html-has-lang", "image-alt", "color-contrast", "label"} <= found
    page.close()


def _problems(page: Page, rules: Path) -> Iterator[tuple[str, object]]:
    """Look at a page wide and narrow, light and dark; all rules twice, those of colour each time."""
    page.wait_for_load_state("networkidle")
    for size, viewport in (("wide", WIDE), ("narrow", NARROW)):
        page.set_viewport_size(viewport)
        if size == "narrow" and (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            yield "narrow", f"{width} pixels wide"
        for scheme, only in (("light", ()), ("dark", axe.COLOURS)):
            page.emulate_media(color_scheme=scheme)
            if broken := axe.violations(page, rules, only=only):
                yield f"{size} {scheme}", broken
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
