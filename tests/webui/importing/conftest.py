"""A designer who brings files of another engine along, without a browser's script."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.engine.support import employ
from tests.webui.definitions.conftest import DESIGNER
from tests.webui.incidents.conftest import Browser, browse, words, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.support import World

__all__ = ["Bringer", "bringer", "browse", "words", "world"]


class Bringer:
    """A browser at which a designer sits."""

    def __init__(self, browser: Browser) -> None:
        self.client, self.get = browser.client, browser.get

    def bring(self, files: dict[str, bytes], status: int = 303, field: str = "files", **fields: str) -> Any:
        """Send files, each under its path; gives the page that follows."""
        sent = [(io.BytesIO(content), path) for path, content in files.items()]
        data = {"group": "clerk", "language": "", field: sent} | fields
        return self.follow(self.client.post("/import/", data=data), status)

    def press(self, page: Any, status: int = 303) -> Any:
        """Press the button that goes on to what differs."""
        (form,) = page.xpath("//section[@id='check']//form")
        return self.follow(self.client.post(form.get("action")), status)

    def follow(self, answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return self.get(answer.location) if status == 303 else html.document_fromstring(answer.text)


@pytest.fixture
def bringer(world: World, browse: Callable[..., Browser]) -> Bringer:
    """A designer who is signed in."""
    employ(world, DESIGNER)
    return Bringer(browse(DESIGNER))
