"""The application around a small installation, and a browser without JavaScript for each of the cast."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.engine.support import ALICE, CLERK, STRANGER, SUPERVISOR, World, employ, make_world
from tests.webui.application import application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.people import Actor


@dataclass
class Browser:
    """Reads pages and posts forms as one person."""

    client: Any

    def get(self, address: str, status: int = 200) -> Any:
        answer = self.client.get(address)
        assert answer.status_code == status, answer.text
        return html.document_fromstring(answer.text)

    def post(self, address: str, status: int = 302, **fields: Any) -> Any:
        """Post fields (`members__0__income` for `members.0.income`); gives the page that follows."""
        data = {name.replace("__", "."): value for name, value in fields.items()}
        answer = self.client.post(address, data=data)
        assert answer.status_code == status, answer.text
        if status != 302:
            return html.document_fromstring(answer.text)
        return self.get(answer.location)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    employ(made, CLERK, ALICE, STRANGER, SUPERVISOR)
    yield made
    made.runtime.database.close()


@pytest.fixture
def browse(world: World, tmp_path: Path) -> Callable[..., Browser]:
    """Give a browser in which somebody is signed in."""
    app = application(world.runtime, tmp_path, csrf=False)

    def signed_in(actor: Actor, language: str = "en") -> Browser:
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(person=str(actor.person_id), version=1, used=int(time.time()), language=language)
        return Browser(client)

    return signed_in


def words(page: Any) -> str:
    """Give the words of a page's main part, blanks put together."""
    (main,) = page.xpath("//main")
    return " ".join(main.text_content().split())
