"""Every page keeps the rules of WCAG A and AA: both languages, light and dark, wide and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import ViewportSize

from . import axe
from .desk import NARROW, WIDE
from .running import Server, running
from .walk import BEGINS, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from .desk import Office

Look = tuple[ViewportSize, Literal["light", "dark"]]
LOOKS: dict[str, tuple[Look, ...]] = {
    "en": ((WIDE, "light"), (NARROW, "dark")),
    "zh": ((NARROW, "light"),),
}
"""Colours do not hang on the language, and what has room on a phone has it on a wide screen."""
BROKEN = """<!doctype html><html><head><title>x</title></head><body>
<img src="x.png"><p style="color: #bbb; background: #fff">pale</p><input></body></html>"""


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a few cases in different states."""
    with running(tmp_path_factory.mktemp("filled"), begins=BEGINS, cases=60) as found:
        yield found


@pytest.fixture(scope="module")
def rules(browser: Browser) -> Path:
    """The script of axe-core."""
    return axe.source()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_breaks_no_rule_on_any_page(town: Office, rules: Path, language: str) -> None:
    """Each page in both languages, both schemes and both widths; not in every combination."""
    desk = town.new_desk()
    found = {}
    for name in walk(desk, language, town.server.sights):
        for place, problem in _problems(desk.page, rules, LOOKS[language]):
            found[f"{name}, {place}"] = problem
    desk.context.close()
    assert found == {}


def test_it_would_find_a_page_that_breaks_them(browser: Browser, rules: Path) -> None:
    page = browser.new_page()
    page.set_content(BROKEN)
    found = {one.rule for one in axe.violations(page, rules)}
    assert {"html-has-lang", "image-alt", "color-contrast", "label"} <= found
    page.close()


def _problems(page: Page, rules: Path, looks: tuple[Look, ...]) -> Iterator[tuple[str, object]]:
    """Look at a page in each of these ways, as soon as it stands: a click comes back before that."""
    page.wait_for_load_state()
    for viewport, scheme in looks:
        place = f"{viewport['width']} pixels, {scheme}"
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > viewport["width"]:
            yield place, f"{width} pixels wide"
        if broken := axe.violations(page, rules):
            yield place, broken
    page.set_viewport_size(WIDE)
