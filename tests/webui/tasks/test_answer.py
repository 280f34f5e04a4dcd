"""Answering a task when something stands in the way: what was typed is never lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import user_tasks
from engine.errors import DatabaseFull
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import ALICE, STRANGER, World

from .conftest import Browser, words

Browse = Callable[..., Browser]


@pytest.fixture
def task(world: World) -> int:
    """A task of Alice's with one question."""
    world.deploy(bundle(user_task("ask", form="a") + start_and_end("ask")))
    world.start()
    found = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, found, ALICE)
    return found


def test_a_full_disk_leaves_the_answers_on_the_page(
    world: World, task: int, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise DatabaseFull

    for verb in ("complete", "save_draft"):
        monkeypatch.setattr(user_tasks, verb, full)

    page = browse(ALICE).post(f"/tasks/{task}", 503, a="three rooms")

    assert page.xpath("//form[@id='answers']//*[@name='a']/@value") == ["three rooms"]
    assert "disk" in words(page)


def test_a_task_of_another_office_is_not_there(task: int, browse: Browse) -> None:
    browser = browse(STRANGER)

    browser.get(f"/tasks/{task}", 404)
    browser.post(f"/tasks/{task}", 404, a="mine")
