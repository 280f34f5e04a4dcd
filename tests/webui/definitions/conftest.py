"""A designer and the files of a small service, to upload without a browser."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import DISTRICT, employ, person
from tests.webui.incidents.conftest import Browser, browse, words, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.definitions import Bundle
    from tests.engine.support import World

__all__ = ["DESIGNER", "Designer", "browse", "service", "words", "world"]

DESIGNER = person(17, "Wen", office=DISTRICT, roles="designer")


class Designer:
    """A browser without JavaScript at which a designer sits."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.client = browser.client

    def get(self, address: str, status: int = 200) -> Any:
        return self.browser.get(address, status)

    def upload(self, content: bytes, status: int = 303, name: str = "t.zip") -> Any:
        """Send a zip; gives the page that follows."""
        data = {"zip": (io.BytesIO(content), name)}
        return self._follow(self.client.post("/definitions/-/check", data=data), status)

    def upload_folder(self, files: dict[str, bytes], status: int = 303) -> Any:
        """Send the files of a folder, each under its path."""
        data = {"folder": [(io.BytesIO(content), path) for path, content in files.items()]}
        return self._follow(self.client.post("/definitions/-/check", data=data), status)

    def play(self, page: Any) -> Any:
        """Let the stories of an upload be played, as a script does at once; gives the page that follows."""
        (form,) = page.xpath("//section[@id='stories']//form")
        return self._follow(self.client.post(form.get("action")), 303)

    def deploy(self, page: Any, note: str = "a new limit", status: int = 302) -> Any:
        """Send the form of a page that shows what differs; gives the page that follows."""
        (form,) = page.xpath("//form[contains(@action, '/deploy')]")
        fields = {
            one.get("name"): one.get("value") or "" for one in form.xpath(".//input[not(@type='checkbox')]")
        }
        return self._follow(self.client.post(form.get("action"), data=fields | {"note": note}), status)

    def _follow(self, answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.text
        return self.get(answer.location) if status in (302, 303) else html.document_fromstring(answer.text)


def service(limit: str = "12 WD", key: str = "t", **files: bytes) -> Bundle:
    """Write a service of one task with a promised limit."""
    clock = f'<linbang:deadline id="promise" kind="promised" limit="{limit}"/>'
    return bundle(user_task("review", inner=clock) + start_and_end("review"), key=key, **files)


@pytest.fixture
def designer(world: World, browse: Callable[..., Browser]) -> Designer:
    """A designer who is signed in."""
    employ(world, DESIGNER)
    return Designer(browse(DESIGNER))


def digest_in(page: Any) -> str:
    """Give the digest of the upload that a page shows."""
    (address,) = page.xpath("//form[contains(@action, '/deploy')]/@action")
    found = re.search(r"/-/(\w+)/deploy", address)
    assert found
    return found[1]
