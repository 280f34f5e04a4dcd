"""The page of an operator's hands on a case: data changed, a token moved, taken back, the case cancelled."""

from __future__ import annotations

from typing import Any

from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, World

from .conftest import OPERATOR, Browser, words

LINE = bundle(
    user_task("first", form="n")
    + user_task("second")
    + user_task("third")
    + start_and_end("first", "second", "third")
)
REASON = "Typed wrongly at the counter"


def address(story: Story, rest: str = "") -> str:
    return f"/cases/{story.case_id}/hands/{rest}"


def field(page: Any, name: str) -> str:
    return page.xpath(f"//input[@name='{name}']/@value")[0]


def test_an_operator_finds_it_on_the_case_page_and_a_caseworker_does_not(
    world: World, operator_browser: Browser, browse: Any
) -> None:
    story = begin(world, LINE)
    case = f"/cases/{story.case_id}"

    assert operator_browser.get(case).xpath(f"//a[@href='{address(story)}']")
    assert not browse(ALICE).get(case).xpath(f"//a[@href='{address(story)}']")
    browse(ALICE).get(address(story), 403)


def test_data_are_ticked_and_changed(world: World, operator_browser: Browser) -> None:
    story = begin(world, LINE, n=3, home={"street": "Linxi"})
    page = operator_browser.get(address(story))
    assert {"n", "home", "name"} <= set(page.xpath("//input[@name='_name']/@value"))

    form = operator_browser.get(address(story, "data?_name=n&_name=home"))
    assert form.xpath("//input[@name='home.street']/@value") == ["Linxi"]
    done = operator_browser.post(
        address(story, "data"),
        _name=["n", "home"],
        n="4",
        home__street="Qinghe",
        _version=field(form, "_version"),
        _reason=REASON,
    )

    assert "The data have been changed." in words(done)
    assert "Data changed by hand" in words(done)
    assert (story.variables["n"], story.variables["home"]) == (4, {"street": "Qinghe"})


def test_what_is_wrong_is_said_beside_its_field(world: World, operator_browser: Browser) -> None:
    story = begin(world, LINE, n=3)
    form = operator_browser.get(address(story, "data?_name=n"))
    fields = {"_name": ["n"], "n": "much", "_version": field(form, "_version"), "_reason": REASON}

    page = operator_browser.post(address(story, "data"), 422, **fields)
    assert page.xpath("//textarea[@name='_reason']")[0].text == REASON
    assert "There is a problem" in words(page)
    page = operator_browser.post(address(story, "data"), 422, **{**fields, "n": "4", "_reason": ""})
    assert "Please give a reason" in words(page)


def test_without_a_tick_it_asks_for_one(world: World, operator_browser: Browser) -> None:
    story = begin(world, LINE)

    answer = operator_browser.client.get(address(story, "data"))

    assert "Tick what is to be changed first." in words(operator_browser.get(answer.location))


def test_a_token_is_moved_after_it_was_shown_what_that_does(world: World, operator_browser: Browser) -> None:
    story = begin(world, LINE)
    page = operator_browser.get(address(story))
    (choice,) = [
        value for value in page.xpath("//select[@name='_to']/option/@value") if value.endswith(":third")
    ]

    shown = operator_browser.get(address(story, f"move?_to={choice}"))
    facts = [part.text for part in shown.xpath("//dl[@class='facts']/*")]
    assert facts == ["Is closed", "first", "Opens", "third"]
    assert story.open == ["first"]
    done = operator_browser.post(
        address(story, "move"), _to=choice, _version=field(shown, "_version"), _reason=REASON
    )

    assert "Moved by hand from “first” to “third”" in words(done)
    assert story.settle().open == ["third"]


def test_it_is_taken_back_with_a_reason(world: World, operator_browser: Browser) -> None:
    test_a_token_is_moved_after_it_was_shown_what_that_does(world, operator_browser)
    story = Story(world)
    story.case_id = world.runtime.steps.load_by_task(world.task(ALICE, "third"))[0].id  # type: ignore[index]  # it is there
    page = operator_browser.get(address(story))
    (undo,) = page.xpath("//section[@id='acts']//form/@action")

    done = operator_browser.post(undo, _version=field(page, "_version"), _reason="The wrong case")

    assert "It has been taken back." in words(done)
    assert story.settle().open == ["first"]
    assert not operator_browser.get(address(story)).xpath(
        "//section[@id='acts']//form[contains(@action, '/2')]"
    )


def test_what_was_drawn_of_an_older_version_is_not_done(world: World, operator_browser: Browser) -> None:
    story = begin(world, LINE, n=3)
    page = operator_browser.get(address(story))
    version = field(page, "_version")
    story.do("first", n="5")

    refused = operator_browser.post(address(story, "cancel"), 422, _version=version, _reason=REASON)

    assert "The case has changed since the page was drawn." in words(refused)
    assert story.settle().open == ["second"]


def test_the_case_is_cancelled(world: World, operator_browser: Browser) -> None:
    story = begin(world, LINE)
    page = operator_browser.get(address(story))

    done = operator_browser.post(
        address(story, "cancel"), _version=field(page, "_version"), _reason="Started by mistake"
    )

    assert "The case has been cancelled." in words(done)
    assert story.outcome == "cancelled"
    operator_browser.get(address(story), 409)


def test_strange_requests_are_no_fault(world: World, operator_browser: Browser) -> None:
    story = begin(world, LINE)

    operator_browser.get(address(story, "data?_name=unheard_of"), 404)
    operator_browser.get(address(story, "move?_to=x:y"), 409)
    operator_browser.get(address(story, "move?_to=99999999999999999999:y"), 409)
    operator_browser.get("/cases/5/hands/", 404)
    operator_browser.post(address(story, "cancel"), 422, _version="x", _reason=REASON)


def test_it_speaks_chinese(world: World, operator_browser: Browser, browse: Any) -> None:
    story = begin(world, LINE)

    page = browse(OPERATOR, "zh").get(address(story))

    assert "人工处理案件" in words(page)
