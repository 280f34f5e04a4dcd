"""The forms of a task that give it to a colleague or to another day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine import user_tasks
from tests.engine.support import ALICE, BOB, World
from tests.webui.incidents.conftest import words

Browse = Callable[..., Any]
NOTE = "The landlord calls back on Friday"


def test_the_colleague_reads_the_note_on_the_task(browse: Browse, task: int) -> None:
    page = browse(ALICE).post(f"/tasks/{task}/delegate", to="13", note=NOTE)

    assert "Handed to Bob: ask, T-2026-000001." in words(page)
    page = browse(BOB).get(f"/tasks/{task}")
    assert "Handed on by Alice" in words(page)
    assert NOTE in words(page)


def test_the_form_offers_those_who_may_do_it(browse: Browse, task: int) -> None:
    page = browse(ALICE).get(f"/tasks/{task}")

    assert page.xpath("//select[@id='hand-on-to']/option/text()") == ["Choose", "Bob", "Carol"]
    assert browse(BOB).get(f"/tasks/{task}").xpath("//select[@id='hand-on-to']") == []


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"to": "13", "note": "see"}, 422, "Write a note of 5 to 500 characters"),
        ({"to": "", "note": NOTE}, 422, "Choose a colleague."),
        ({"to": "13;--", "note": NOTE}, 422, "Choose a colleague."),
        ({"to": "11", "note": NOTE}, 403, "This colleague may not do the task"),
        ({"to": "4711", "note": NOTE}, 404, "There is no such person"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_task_and_nothing_typed_is_lost(
    browse: Browse, world: World, task: int, fields: dict[str, str], status: int, text: str
) -> None:
    user_tasks.save_draft(world.runtime, task, ALICE, {"a": "half"})

    page = browse(ALICE).post(f"/tasks/{task}/delegate", status, **fields)

    assert text in words(page)
    assert page.xpath("//details[@id='hand-on']/@open") != []
    assert page.xpath("//textarea[@id='hand-on-note']/text()")[0].strip() == fields["note"]
    assert page.xpath("//*[@name='a']/@value") == ["half"]


def test_a_task_is_put_off_and_taken_back(browse: Browse, task: int) -> None:
    browser = browse(ALICE)

    page = browser.post(f"/tasks/{task}/put-off", until="2026-03-04", note="Letter is on its way")
    assert "Put off until 4 Mar 2026 09:00: ask, T-2026-000001." in words(page)
    page = browser.get(f"/tasks/{task}")
    assert "Put off until 4 Mar 2026 09:00: Letter is on its way" in words(page)

    page = browser.post(f"/tasks/{task}/bring-back")
    assert "The task is back in your work." in words(page)
    assert "Take it back now" not in words(browser.get(f"/tasks/{task}"))


def test_the_form_knows_the_first_and_the_last_day(browse: Browse, task: int) -> None:
    (field,) = browse(ALICE).get(f"/tasks/{task}").xpath("//input[@id='put-off-until']")

    assert (field.get("min"), field.get("max"), field.get("value")) == (
        "2026-03-03",
        "2026-03-05",
        "2026-03-03",
    )


@pytest.mark.parametrize(
    ("until", "text"),
    [
        ("2026-03-06", "A task can be put off until it is due at the latest: 5 Mar 2026 17:00."),
        ("2026-03-02", "Choose a later day."),
        ("tomorrow", "Choose a day."),
        ("9999-01-01", "Choose a day."),
    ],
)
def test_another_day_is_refused_with_the_reason(browse: Browse, task: int, until: str, text: str) -> None:
    page = browse(ALICE).post(f"/tasks/{task}/put-off", 422, until=until, note="")

    assert text in words(page)
    assert page.xpath("//input[@id='put-off-until']/@value") == [until]


def test_nobody_but_the_holder_puts_it_off(browse: Browse, task: int) -> None:
    page = browse(BOB).post(f"/tasks/{task}/put-off", 409, until="2026-03-04", note="")

    assert "Alice has claimed this task." in words(page)


def test_it_goes_back_to_where_the_button_was_and_nowhere_else(browse: Browse, task: int) -> None:
    client = browse(ALICE).client

    inside = client.post(f"/tasks/{task}/bring-back", data={"back": "/?view=put_off"})
    outside = client.post(f"/tasks/{task}/bring-back", data={"back": "https://elsewhere.example/"})

    assert (inside.location, outside.location) == ("/?view=put_off", "/")


def test_the_case_list_says_when_there_are_more(
    browse: Browse, world: World, task: int, monkeypatch: Any
) -> None:
    monkeypatch.setattr("engine.store.searching.MAX_HITS", 1)
    world.start()

    page = browse(ALICE).get("/cases/?q=wang")

    assert "There are more; the newest 1,000 were looked at." in words(page)
    assert page.xpath("//td[@data-label='Case']/a/text()") == ["T-2026-000002"]
