"""The list of what stands still: for those who see to it, oldest first, many tried again at once."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.bundles import bundle, script, start_and_end, user_task
from tests.engine.jobs.conftest import ScriptedRegistry, down
from tests.engine.jobs.services import WANG, call
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import Browser, words

Browse = Callable[..., Browser]
STUCK = bundle(script("compute", "[1]") + user_task("ask") + start_and_end("compute", "ask"))


def stuck(world: World, count: int) -> list[Story]:
    return [begin(world, STUCK), *(begin(world) for _ in range(count - 1))]


def test_a_supervisor_finds_it_in_the_navigation_with_the_number(world: World, browse: Browse) -> None:
    stuck(world, 2)

    page = browse(SUPERVISOR).get("/incidents/")

    (link,) = page.xpath("//nav//a[@href='/incidents/']")
    assert link.text == "Incidents (2)"
    assert link.get("aria-current") == "page"
    assert page.xpath("//tbody//span[@class='sub']/text()").count("A calculation gives no variables.") == 2


def test_a_caseworker_neither_finds_nor_opens_it(world: World, browse: Browse) -> None:
    stuck(world, 1)
    browser = browse(ALICE)

    assert browser.get("/").xpath("//nav//a[@href='/incidents/']") == []
    assert "Only a supervisor or an operator" in words(browser.get("/incidents/", 403))


def test_it_says_that_nothing_stands_still(world: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/incidents/")

    assert "Nothing stands still." in words(page)
    (link,) = page.xpath("//nav//a[@href='/incidents/']")
    assert link.text == "Incidents"


def test_it_speaks_chinese(world: World, browse: Browse) -> None:
    stuck(world, 1)

    page = browse(SUPERVISOR, "zh").get("/incidents/")

    assert "计算没有得出任何数据项。" in words(page)
    assert page.xpath("//nav//a[@href='/incidents/']")[0].text == "异常（1）"


def test_it_goes_on_to_the_next_page(world: World, browse: Browse, monkeypatch: object) -> None:
    from webui.blueprints import incidents

    monkeypatch.setattr(incidents, "PAGE", 2)
    cases = stuck(world, 3)
    numbers = [story.store.instance(story.case_id).business_key for story in cases]
    browser = browse(SUPERVISOR)

    first = browser.get("/incidents/")
    (following,) = first.xpath("//a[@rel='next']/@href")
    second = browser.get(following)

    assert [number in words(first) for number in numbers] == [True, True, False]
    assert [number in words(second) for number in numbers] == [False, False, True]


def test_it_is_filtered_by_service(world: World, browse: Browse) -> None:
    stuck(world, 1)
    browser = browse(SUPERVISOR)

    assert "compute" in words(browser.get("/incidents/?service=t"))
    assert "compute" not in words(browser.get("/incidents/?service=other"))


def test_strange_addresses_are_no_fault(world: World, browse: Browse) -> None:
    browser = browse(SUPERVISOR)

    browser.get("/incidents/?after=x&service=nothing")
    browser.get("/incidents/?service=%00", 422)
    browser.get("/incidents/?after=99999999999999999999999")
    browser.get("/incidents/5", 404)


def test_the_ticked_ones_are_tried_again(world: World, browse: Browse) -> None:
    """Two calls were given up while the registry was down; now it is there again."""
    world.runtime.connectors = {"registry": ScriptedRegistry(down)}
    service = bundle(call(retry="R0/PT5M") + start_and_end("verify"))
    first = begin(world, service, **WANG)
    second = begin(world, None, **WANG)
    ids = [story.incidents[0].id for story in (first, second)]
    first.world.runtime.connectors = {"registry": ScriptedRegistry(lambda _call: {"wage": 1})}
    browser = browse(SUPERVISOR)
    assert "The verification centre's registry cannot be reached." in words(browser.get("/incidents/"))

    answer = browser.client.post("/incidents/retry", data={"incident": [*map(str, ids), "x", "7"]})
    page = browser.get(answer.location)

    assert "are being tried again" in words(page)
    assert first.settle().outcome == second.settle().outcome == "done"


def test_without_a_tick_it_asks_for_one(world: World, browse: Browse) -> None:
    stuck(world, 1)

    assert "Tick at least one" in words(browse(SUPERVISOR).post("/incidents/retry"))
