"""A part that a diagram calls shows the time of all its steps where the case spends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine import figures
from tests.engine.bundles import bundle, diagram, node, small_body, start_and_end, user_task
from tests.engine.story import begin
from tests.engine.supervising.conftest import TIMED
from tests.engine.support import SUPERVISOR, World

from .conftest import Browser, words
from .test_figures import cells

Browse = Callable[..., Browser]
CALLING = bundle(
    node("callActivity", "examine", attributes='calledElement="part"')
    + user_task("after")
    + start_and_end("examine", "after"),
    part__bpmn=diagram(
        small_body("part", user_task("first") + user_task("second"), "first", "second"),
        key="part",
        process="",
    ),
)


@pytest.fixture
def called(world: World) -> World:
    """Two cases, each a working day in the first step of the part and two in its second."""
    for _ in range(2):
        begin(world, CALLING).later(days=1).do("first").later(days=2).do("second").do("after")
        world.clock.move(days=4)  # to the next Monday
    figures.roll_up(world.runtime, at_once=True)
    return world


def heat_of(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for figure in page.xpath("//figure[@data-diagram]"):
        found |= json.loads(figure.get("data-facts"))["heat"]
    return found


def test_a_call_shows_the_time_of_all_steps_of_its_part(called: World, browse: Browse) -> None:
    heat = heat_of(browse(SUPERVISOR).get("/desk/figures/t"))

    assert heat["first"]["waited"] == "1 d"
    assert heat["second"]["waited"] == "2 d"
    assert (heat["examine"]["waited"], heat["examine"]["number"]) == ("Σ 3 d", 2)
    assert heat["examine"]["level"] == 4
    assert heat["after"]["level"] == 0


def test_the_table_says_the_same_and_comes_as_a_file(called: World, browse: Browse) -> None:
    browser = browse(SUPERVISOR)
    page = browser.get("/desk/figures/t")

    (line,) = cells(page, "parts-time")[1:]
    assert line[0].startswith("examine")
    assert line[1:3] == ["2", "3 d"]
    (file,) = page.xpath("//section[@id='parts-time']//a[contains(@href, '.csv')]/@href")
    assert "1440" in browser.client.get(file).text


def test_nothing_is_said_of_parts_where_there_are_none(world: World, browse: Browse) -> None:
    begin(world, TIMED).do("write").do("wait").do("decide")
    figures.roll_up(world.runtime, at_once=True)

    page = browse(SUPERVISOR).get("/desk/figures/t")

    assert page.xpath("//section[@id='parts-time']") == []
    assert "Σ" not in words(page)
