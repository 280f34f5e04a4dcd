"""The page of a version says how its stories went and draws what they pass; it never plays any itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine import deploying
from engine.scheduler import tick
from tests.engine.decisions.conftest import decision, definitions, table
from tests.engine.scenarios.proved import FAILS, GOES_WELL, OTHER_WAY, PlayerHere, two_ways
from tests.engine.support import CLERK

from .conftest import DESIGNER, Designer, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engine.support import World
    from tests.webui.incidents.conftest import Browser

PAGE = "/definitions/t"


@pytest.fixture(autouse=True)
def player(world: World) -> PlayerHere:
    made = PlayerHere()
    world.runtime.player = made
    return made


def deployed(world: World, *stories: str, **files: bytes) -> None:
    deploying.deploy(world.runtime, DESIGNER, two_ways(*stories, **files), "a new way")


def facts(page: Any) -> dict[str, Any]:
    (found,) = page.xpath("//figure/@data-facts")
    told: dict[str, Any] = json.loads(found)
    return told


def test_it_says_how_the_stories_went_and_draws_how_many_passed_each_part(
    world: World, designer: Designer, player: PlayerHere
) -> None:
    deployed(world, GOES_WELL, GOES_WELL, OTHER_WAY)

    page = designer.get(PAGE)

    covered = facts(page)["covered"]
    assert "Stories 3 all went well" in words(page)
    assert (covered["ask"], covered["other"], covered["another_way"]) == (3, 1, 1)
    assert player.asked == 1


def test_it_names_what_no_story_passes(world: World, designer: Designer) -> None:
    deployed(world, GOES_WELL)

    page = designer.get(PAGE)

    assert facts(page)["covered"]["other"] == 0
    said = [" ".join(row.text_content().split()) for row in page.xpath("//ul[@class='uncovered']/li")]
    assert "✗ other other" in said


def test_it_draws_the_path_of_one_story(world: World, designer: Designer) -> None:
    deployed(world, GOES_WELL, OTHER_WAY)

    page = designer.get(f"{PAGE}?version=1&story=scenarios/story1.yaml")

    told = facts(page)
    assert "covered" not in told
    assert sorted(told["done"]) == ["ask", "begin", "other", "which"]
    assert "another_way" in told["flows"]
    (chosen,) = page.xpath("//option[@selected]")
    assert chosen.get("value") == "scenarios/story1.yaml"


def test_a_version_that_nobody_played_is_played_in_the_background_when_a_designer_asks(
    world: World, designer: Designer, player: PlayerHere
) -> None:
    world.deploy(two_ways(GOES_WELL, FAILS))
    (form,) = designer.get(PAGE).xpath("//form[contains(@action, '/stories')]")

    waiting = designer.browser.post(form.get("action"), 303)
    assert player.asked == 0
    asked = designer.get(PAGE)
    tick(world.runtime)
    page = designer.get(PAGE)

    assert waiting is not None
    assert "being played" in words(asked)
    assert asked.xpath("//form[@hx-trigger='load delay:2s, submit']")
    assert "1 failed" in words(page)
    assert "The wrong way scenarios/story1.yaml" in words(page)
    assert "expected the outcome 'other', but it is 'done'" in words(page)


def test_nobody_else_is_asked_to_play_them(world: World, browse: Callable[..., Browser]) -> None:
    world.deploy(two_ways(GOES_WELL))
    browser = browse(CLERK)

    page = browser.get(PAGE)

    assert "They have not been played" in words(page)
    assert not page.xpath("//form[contains(@action, '/stories')]")
    assert browser.client.post(f"{PAGE}/1/stories").status_code == 403
    assert browser.client.post(f"{PAGE}/9/stories").status_code == 404


def test_an_upload_whose_story_fails_is_not_deployed(world: World, designer: Designer) -> None:
    page = designer.play(designer.upload(two_ways(GOES_WELL, FAILS).to_zip()))
    assert "scenarios/story1.yaml" in words(page)
    assert "expected the outcome 'other', but it is 'done'" in words(page)

    refused = designer.deploy(page, status=422)

    assert "do not go well" in words(refused)
    assert world.runtime.catalogue.versions("t") == []


def test_in_an_emergency_it_is_deployed_all_the_same_and_the_version_says_so(
    world: World, designer: Designer
) -> None:
    page = designer.upload(two_ways(FAILS).to_zip())
    (form,) = page.xpath("//form[contains(@action, '/deploy')]")
    fields = {"note": "the flood", "onto": "0", "without_stories": "1"}

    answer = designer.client.post(form.get("action"), data=fields)

    assert answer.status_code == 302
    assert "deployed without its stories" in words(designer.get(PAGE))


def test_an_upload_is_played_once_and_deployed(world: World, designer: Designer, player: PlayerHere) -> None:
    uploaded = designer.upload(two_ways(GOES_WELL).to_zip())
    assert player.asked == 0
    page = designer.play(uploaded)
    assert "1 story went well" in words(page)
    assert "No story passes these elements: t.bpmn: other" in words(page)

    designer.deploy(page)

    assert player.asked == 1
    assert world.runtime.catalogue.versions("t")[0].stories == "passed"


def test_stories_that_were_not_played_before_are_played_by_deploying(
    world: World, designer: Designer, player: PlayerHere
) -> None:
    designer.deploy(designer.upload(two_ways(GOES_WELL).to_zip()))

    assert player.asked == 1
    assert world.runtime.catalogue.versions("t")[0].stories == "passed"


def test_a_decision_says_which_of_its_rules_never_hit(world: World, designer: Designer) -> None:
    rules = definitions(decision("size", table([["< 60", "1"], [">= 60", "2"]], input_type="number")))
    deployed(world, GOES_WELL, **{"rules.dmn": rules})

    page = designer.get(f"{PAGE}/1/decisions/d_size")

    assert words(page).count("✗ never") == 2
