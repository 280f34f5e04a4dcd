"""Looks at every page of a filled demo for what breaks the rules of WCAG A and AA, or is wider than its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from playwright.sync_api import ViewportSize

from . import axe
from .desk import WIDE
from .walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from .desk import Office

Look = tuple[ViewportSize, Literal["light", "dark"]]


def problems(
    town: Office, rules: Path, language: str, looks: tuple[Look, ...], **how: bool
) -> dict[str, object]:
    """Give what is wrong by page and look; `how` as `axe.violations` takes it."""
    desk = town.new_desk()
    found = {}
    for name in walk(desk, language, town.server.sights):
        for place, problem in _of_page(desk.page, rules, looks, **how):
            found[f"{name}, {place}"] = problem
    desk.context.close()
    return found


def _of_page(page: Page, rules: Path, looks: tuple[Look, ...], **how: bool) -> Iterator[tuple[str, object]]:
    """Look at a page in each of these ways, as soon as it stands: a click comes back before that."""
    page.wait_for_load_state()
    for viewport, scheme in looks:
        place = f"{viewport['width']} pixels, {scheme}"
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > viewport["width"]:
            yield place, f"{width} pixels wide"
        if broken := axe.violations(page, rules, **how):
            yield place, broken
    page.set_viewport_size(WIDE)
