"""How heavy the page is on a slow line: with its script and its styles, as a server in front compresses them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.support import ALICE
from webui import assets

if TYPE_CHECKING:
    from tests.engine.support import World

LIMIT_KB = 60
ROWS = 50


def test_a_full_page_weighs_less_than_sixty_kilobytes(world: World, browse: Any, tasks: list[int]) -> None:
    if not (assets.DIST / "manifest.json").is_file():
        pytest.skip("Expected the browser bundle to be built, but it is not: pip install -e .")
    for _case in range(ROWS - len(tasks)):
        world.start()
    page = browse(ALICE).client.get("/?view=groups").data
    assert page.count(b"<tr id=") == ROWS
    files = [path.read_bytes() for path in sorted((assets.DIST / "assets").glob("app-*"))]
    assert len(files) == 2
    weight = sum(len(gzip.compress(content)) for content in (page, *files))
    assert weight < LIMIT_KB * 1000, f"{weight / 1000:.1f} kB"
