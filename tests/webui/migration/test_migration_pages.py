"""The pages on which designers look at a move to another version and supervisors carry it out."""

from __future__ import annotations

from engine import user_tasks
from tests.engine.story import Story
from tests.engine.support import ALICE, SUPERVISOR

from .conftest import DEE, REASON, version, words


def looked_at(browse, actor=SUPERVISOR):
    """Give the browser, the page of a complete preview, and its address."""
    browser = browse(actor)
    page = browser.client.post("/migrations/t", data={"source": ""})
    assert page.status_code == 303
    browser.client.post(f"{page.location}/look")
    return browser, browser.get(page.location), page.location


def test_the_versions_of_a_service_lead_to_its_older_cases(browse, story: Story) -> None:
    page = browse(DEE).get("/definitions/t")

    assert "Running cases on earlier versions: 1." in words(page)
    assert page.xpath("//main//a[@href='/migrations/t']")


def test_the_case_says_that_it_is_behind(browse, story: Story) -> None:
    assert "on version 1, the newest is 2" in words(browse(SUPERVISOR).get(f"/cases/{story.case_id}"))
    assert "the newest is" not in words(browse(ALICE).get(f"/cases/{story.case_id}"))


def test_it_shows_tasks_and_due_dates_before_and_after(browse, story: Story) -> None:
    _browser, page, _address = looked_at(browse, DEE)

    text = words(page)
    assert "can move" in text
    assert "10 days → 5 days" in text
    assert page.xpath("//main//del")
    assert page.xpath("//main//ins")
    assert "will not be done" not in text
    assert "A supervisor moves the cases, on this page." in text


def test_it_says_in_words_why_a_case_cannot_move(browse, story: Story) -> None:
    story.world.deploy(version("look", "check"))

    _browser, page, _address = looked_at(browse)

    assert "The case waits at “ask”, which the new version does not have at this place." in words(page)


def test_a_supervisor_moves_and_moves_back(browse, story: Story) -> None:
    browser, _page, address = looked_at(browse)

    moved = browser.post(f"{address}/apply", 303, reason=REASON)
    assert words(browser.get(address)).count("moved") > 0
    assert moved is not None
    assert story.links[-1].event == "case_migrated"
    history = words(browser.get(f"/cases/{story.case_id}"))
    assert "Moved from version 1 to version 2" in history
    assert REASON in history

    browser.post(f"{address}/undo", 303, reason="It was a mistake.")
    assert "Moved back from version 2 to version 1" in words(browser.get(f"/cases/{story.case_id}"))


def test_it_asks_for_a_reason(browse, story: Story) -> None:
    browser, _page, address = looked_at(browse)

    page = browser.post(f"{address}/apply", 422, reason=" ")

    assert "Please give a reason of at least 5 characters." in words(page)


def test_the_holder_of_a_task_sees_that_the_case_moved(browse, story: Story) -> None:
    (task,) = story.tasks()
    user_tasks.claim(story.world.runtime, task.id, ALICE)
    browser, _page, address = looked_at(browse)
    browser.post(f"{address}/apply", 303, reason=REASON)

    assert "Moved to version 2 of the service" in words(browse(ALICE).get(f"/tasks/{task.id}"))


def test_caseworkers_may_not_look(browse, story: Story) -> None:
    assert "Designers and supervisors look" in words(browse(ALICE).get("/migrations/t", 403))


def test_designers_may_not_move(browse, story: Story) -> None:
    browser, _page, address = looked_at(browse, DEE)

    browser.post(f"{address}/apply", 403, reason=REASON)


def test_an_address_of_nothing_is_not_found(browse, story: Story) -> None:
    browser = browse(SUPERVISOR)

    browser.get("/migrations/unknown", 404)
    browser.get("/migrations/-/7", 404)


def test_it_looks_again_at_a_case_that_has_gone_on(browse, story: Story) -> None:
    browser, _page, address = looked_at(browse)
    story.do("ask")

    browser.post(f"{address}/apply", 303, reason=REASON)
    page = browser.get(address)

    assert "has gone on since, can move" in words(page)
    assert page.xpath("//input[@name='also_changed']")
