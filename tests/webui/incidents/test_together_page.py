"""Many incidents seen to at once: ticked or all that match, one act, one reason, the result by case."""

from __future__ import annotations

from typing import Any

from tests.engine.bundles import bundle, node, script, start_and_end, user_task
from tests.engine.jobs.conftest import ScriptedRegistry, down
from tests.engine.jobs.services import WANG, call
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import Browser, words

REASON = "The registry was down all night"
CAUGHT = (
    '<bpmn:error id="person_unknown_error" errorCode="person_unknown" />',
    node(
        "boundaryEvent",
        "unknown",
        '<bpmn:errorEventDefinition errorRef="person_unknown_error" />',
        'attachedToRef="verify"',
    )
    + user_task("by_hand")
    + node("endEvent", "by_hand_done")
    + '<bpmn:sequenceFlow id="f1" sourceRef="unknown" targetRef="by_hand"/>'
    + '<bpmn:sequenceFlow id="f2" sourceRef="by_hand" targetRef="by_hand_done"/>',
)
ASKS = bundle(
    call(retry="R0/PT5M") + user_task("after") + start_and_end("verify", "after") + CAUGHT[1], extra=CAUGHT[0]
)


def given_up(world: World, count: int = 2) -> list[Story]:
    world.runtime.connectors = {"registry": ScriptedRegistry(down)}
    return [begin(world, ASKS if number == 0 else None, **WANG) for number in range(count)]


def ids(stories: list[Story]) -> list[str]:
    return [str(story.incidents[0].id) for story in stories]


def see_to(browser: Browser, act: str, stories: list[Story], status: int = 200, **fields: Any) -> Any:
    given = {"incident": ids(stories), "_reason": REASON, **fields}
    return browser.post(f"/incidents/together/{act}", status, **given)


def test_the_ticked_ones_are_shown_with_every_way(world: World, browse: Any) -> None:
    stories = given_up(world)

    page = browse(SUPERVISOR).post("/incidents/together/", 200, incident=ids(stories))

    assert "See to 2 incidents together" in words(page)
    assert set(page.xpath("//section/@id")) >= {"retry", "error", "move", "cancel"}


def test_all_that_match_the_filter_are_chosen(world: World, browse: Any) -> None:
    given_up(world, 3)
    browser = browse(SUPERVISOR)

    page = browser.get("/incidents/together/?all=1&code=registry_down&operation=registry.verify_household")
    assert "See to 3 incidents together" in words(page)
    answer = browser.client.get("/incidents/together/?all=1&code=other")
    assert answer.status_code == 302
    assert "code=other" in answer.location


def test_they_go_on_as_if_the_other_system_had_said(world: World, browse: Any) -> None:
    stories = given_up(world)

    page = see_to(browse(SUPERVISOR), "resolve", stories, _error="person_unknown")

    assert "Done: 2 of 2." in words(page)
    assert [story.settle().open for story in stories] == [["by_hand"], ["by_hand"]]


def test_they_go_on_elsewhere(world: World, browse: Any) -> None:
    stories = given_up(world)

    page = see_to(browse(SUPERVISOR), "move", stories, _to="after")

    assert "goes on elsewhere" in words(page)
    assert [story.settle().open for story in stories] == [["after"], ["after"]]


def test_one_that_fails_is_told_in_words(world: World, browse: Any) -> None:
    stories = given_up(world)
    browser = browse(SUPERVISOR)
    chosen = ids(stories)
    see_to(browser, "move", stories[:1], _to="after")

    page = browser.post("/incidents/together/cancel", 200, incident=chosen, _reason=REASON)

    assert "Done: 1 of 1." in words(page)  # the other is open no more
    assert [story.settle().outcome for story in stories] == ["active", "cancelled"]
    page = see_to(browser, "move", given_up_again(world), _to="nowhere")
    assert "The case cannot go on there." in words(page)


def given_up_again(world: World) -> list[Story]:
    return [begin(world, None, **WANG)]


def test_they_are_corrected_alike(world: World, browse: Any) -> None:
    broken = bundle(
        script("check", "if income = null then [1] else {}")
        + user_task("after")
        + start_and_end("check", "after")
    )
    stories = [begin(world, broken), begin(world)]

    page = see_to(browse(SUPERVISOR), "correct", stories, income="4")

    assert "corrected and tried again" in words(page)
    assert [story.settle().open for story in stories] == [["after"], ["after"]]


def test_without_a_reason_nothing_is_done(world: World, browse: Any) -> None:
    stories = given_up(world)

    page = see_to(browse(SUPERVISOR), "cancel", stories, 422, _reason="no")

    assert "Please give a reason" in words(page)
    assert [story.outcome for story in stories] == ["active", "active"]


def test_the_list_offers_both_ways_and_keeps_its_filter(world: World, browse: Any) -> None:
    given_up(world)

    page = browse(SUPERVISOR).get(
        "/incidents/?code=registry_down&since=2026-03-01&operation=registry.verify_household"
    )

    assert len(page.xpath("//button[@formaction='/incidents/together/']")) == 2
    assert page.xpath("//select[@id='code']/option[@selected]/@value") == ["registry_down"]
    assert "Nothing stands still." in words(browse(SUPERVISOR).get("/incidents/?since=2026-03-09"))


def test_strange_requests_are_no_fault(world: World, browse: Any) -> None:
    stories = given_up(world)
    browser = browse(SUPERVISOR)

    browser.get("/incidents/together/?all=1&since=x")
    browser.get("/incidents/together/?code=%00", 422)
    see_to(browser, "explode", stories, 422)
    browser.post("/incidents/together/retry", incident=["x", "7"], _reason=REASON)
    browse(ALICE).post("/incidents/together/retry", 403, incident=ids(stories), _reason=REASON)
