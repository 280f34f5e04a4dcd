"""The page on which people settle who stands in for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.engine.support import ALICE, BOB, CLERK, STRANGER, SUPERVISOR, World
from tests.webui.incidents.conftest import words

Browse = Callable[..., Any]
WEEK = {"begins_on": "2026-03-02", "ends_on": "2026-03-06"}


def test_somebody_appoints_and_revokes_their_substitute(browse: Browse, task: int) -> None:
    page = browse(ALICE).post("/absence/", substitute="13", **WEEK)

    assert "Bob stands in for Alice from 2 Mar 2026 to 6 Mar 2026." in words(page)
    assert "today" in words(page)
    assert "For whom I stand in" in words(browse(BOB).get("/absence/"))
    assert "Alice" in words(browse(BOB).get("/absence/"))
    (form,) = page.xpath("//form[contains(@action, '/revoke')]")
    page = browse(ALICE).post(form.get("action"))
    assert "Nobody stands in for you now or later." in words(page)


def test_what_is_wrong_is_said_and_what_was_typed_stays(browse: Browse, task: int) -> None:
    backwards = {"begins_on": "2026-03-06", "ends_on": "2026-03-02"}

    page = browse(ALICE).post("/absence/", 422, substitute="13", **backwards)

    assert "The last day lies before the first." in words(page)
    assert page.xpath("//input[@name='begins_on']/@value") == ["2026-03-06"]
    assert page.xpath("//select[@name='substitute']/option[@selected]/@value") == ["13"]


def test_texts_that_are_no_days_and_no_people_are_refused(browse: Browse, task: int) -> None:
    for fields in ({"substitute": "", **WEEK}, {"substitute": "13", "begins_on": "soon", "ends_on": "-"}):
        page = browse(ALICE).post("/absence/", 422, **fields)
        assert "There is a problem" in words(page)
    browse(ALICE).get("/absence/?person=x", 422)
    browse(ALICE).get("/absence/?person=4711", 404)


def test_a_colleague_can_settle_nothing_for_others(browse: Browse, task: int) -> None:
    page = browse(BOB).post("/absence/", 403, person="12", substitute="17", **WEEK)

    assert "You can settle your own absence" in words(page)
    assert page.xpath("//select[@name='person']") == []


def test_a_supervisor_settles_it_for_the_people_of_the_office(browse: Browse, task: int) -> None:
    browser = browse(SUPERVISOR)
    page = browser.get("/absence/?person=12")
    assert "14" not in page.xpath("//select[@name='substitute']/option/@value")

    page = browser.post("/absence/", person="12", substitute="13", **WEEK)

    assert "The office" in words(page)
    assert page.xpath("//td[@data-label='Away']/text()") == ["Alice"]


def test_the_page_is_linked_from_every_page(browse: Browse, task: int) -> None:
    (link,) = browse(CLERK).get("/cases/").xpath("//header//a[@href='/absence/']")

    assert " ".join(link.text_content().split()) == "Chen · Qinghe: Absence"


def test_it_speaks_chinese(browse: Browse, task: int) -> None:
    assert "请假代理" in words(browse(STRANGER, "zh").get("/absence/"))


def test_a_substitute_takes_a_task_over_and_the_case_says_for_whom(
    browse: Browse, world: World, task: int
) -> None:
    browse(ALICE).post("/absence/", substitute="11", **WEEK)
    browser = browse(CLERK)

    page = browser.get(f"/tasks/{task}")
    assert "Take over from Alice" in words(page)
    page = browser.post(f"/tasks/{task}/claim")
    assert "You do this for Alice, as their substitute." in words(page)
    browser.post(f"/tasks/{task}", a="granted")

    (case,) = world.runtime.search.cases("T-2026-000001", [2]).ids
    history = words(browser.get(f"/cases/{case}"))
    assert "Taken over by the substitute: ask · Chen for Alice" in history
    assert "Completed: ask · Chen for Alice" in history
