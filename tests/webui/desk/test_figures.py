"""What became of the time, on the supervisor's pages: numbers, tables, charts, heat, ratings, the weekly report."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine import figures
from tests.engine.figures.conftest import RATED
from tests.engine.story import begin
from tests.engine.supervising.conftest import ELSEWHERE, TIMED
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import Browser, words

Browse = Callable[..., Browser]
PAGES = ["/desk/figures", "/desk/figures/t", "/desk/ratings", "/desk/report"]


@pytest.fixture
def done(world: World) -> World:
    """One case done late after five working days, one done at once, one that runs."""
    begin(world, TIMED).later(days=7).do("write").do("wait").do("decide")
    begin(world).do("write").do("wait").do("decide")
    begin(world)
    figures.roll_up(world.runtime, at_once=True)
    return world


@pytest.fixture
def rated(world: World) -> World:
    """A good rating, and a bad one that was justified."""
    begin(world, RATED).do("visit", attempt_result="rated", rating="satisfied").do("call")
    bad = begin(world).do("visit", attempt_result="rated", rating="very_dissatisfied")
    bad.do("call", bad_review="justified")
    figures.roll_up(world.runtime, at_once=True)
    return world


def cells(page: Any, table: str) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in page.xpath(f"//section[@id='{table}']//table//tr")
    ]


def test_it_says_how_many_in_time_and_how_long(done: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/figures")

    heads, line = cells(page, "figures-services")
    found = dict(zip(heads, line, strict=True))
    assert (found["Received"], found["Done"], found["In time"], found["Late"]) == ("3", "2", "1", "1")
    assert (found["Share in time"], found["Half at most"], found["99 of 100"]) == ("50 %", "0", "5")


def test_the_slowest_case_leads_to_itself(done: World, browse: Browse) -> None:
    browser = browse(SUPERVISOR)
    page = browser.get("/desk/figures")

    assert cells(page, "slowest")[1][4:] == ["5", "0", "missed"]
    (link,) = page.xpath("//section[@id='slowest']//tbody/tr[1]//a/@href")
    browser.get(link)


def test_a_chart_is_drawn_with_a_name_and_a_table_behind(done: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/figures")

    drawn = page.xpath("//section[@id='charts']//svg[@role='img']")
    assert len(drawn) == 3
    assert all(one.get("aria-label") for one in drawn)
    assert page.xpath("//section[@id='charts']//*[@style]") == []
    assert len(cells(page, "charts")) == 1 + 13


def test_another_week_is_chosen_by_its_name(done: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/figures?period=2026-W10")

    heads, line = cells(page, "figures-services")
    assert dict(zip(heads, line, strict=True))["Received"] == "1"
    assert page.xpath("//select[@id='period']//option[@selected]/@value") == ["2026-W10"]


def test_an_office_below_has_its_own_figures(done: World, browse: Browse) -> None:
    browser = browse(SUPERVISOR)

    assert len(cells(browser.get("/desk/figures?office=2"), "figures-services")) == 2
    assert "No case began or ended" in words(browser.get("/desk/figures?office=3"))


def test_another_office_sees_nothing_of_it(done: World, browse: Browse) -> None:
    page = browse(ELSEWHERE).get("/desk/figures?office=2")

    assert "No case began or ended" in words(page)
    assert page.xpath("//select[@id='office']//option/@value") == ["3"]


def test_heat_stands_on_the_diagram_and_in_the_table(done: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/figures/t")

    (figure,) = page.xpath("//figure[@data-diagram]")
    heat = json.loads(figure.get("data-facts"))["heat"]
    rows = {row[0]: row for row in cells(page, "steps-time")[1:]}
    assert heat["write"]["level"] == 4
    assert heat["decide"]["level"] == 0
    for step, one in heat.items():
        assert rows[step][1:3] == [str(one["number"]), one["waited"]]
        assert rows[step][4] == one["worked"]


def test_a_version_is_looked_at_alone(done: World, browse: Browse) -> None:
    browser = browse(SUPERVISOR)
    page = browser.get("/desk/figures/t")
    assert page.xpath("//select[@id='version']/option/text()") == [
        "All versions together",
        "Version 1, 2 ended",
    ]

    assert len(cells(browser.get("/desk/figures/t?version=1"), "steps-time")) == 1 + 3
    assert len(cells(browser.get("/desk/figures/t?version=99"), "steps-time")) == 1 + 3


def test_an_unknown_service_is_not_found(done: World, browse: Browse) -> None:
    browse(SUPERVISOR).get("/desk/figures/nothing", 404)


def test_ratings_are_counted_and_the_bad_one_says_what_became_of_it(rated: World, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/ratings")

    assert cells(page, "ratings-services")[1] == ["t", "0", "1", "0", "0", "1", "0", "0", "50 %"]
    assert cells(page, "bad-ratings")[1][3:5] == ["Very dissatisfied", "Justified, put right"]


def test_a_bad_rating_is_listed_while_it_is_looked_into(world: World, browse: Browse) -> None:
    begin(world, RATED).do("visit", attempt_result="rated", rating="very_dissatisfied")

    assert cells(browse(SUPERVISOR).get("/desk/ratings"), "open-ratings")[1][2] == "call"


def test_the_report_says_what_is_late_and_why(done: World, browse: Browse) -> None:
    begin(done).later(days=8)

    page = browse(SUPERVISOR).get("/desk/report")

    said = words(page)
    assert "Weekly report: Linxi District" in said
    assert "not asked" in said
    assert "the week before:" in said


def test_a_month_is_no_week_of_a_report(done: World, browse: Browse) -> None:
    assert "Week 11 of 2026" in words(browse(SUPERVISOR).get("/desk/report?period=2026-03"))


@pytest.mark.parametrize("address", PAGES)
def test_an_empty_house_has_empty_pages(world: World, browse: Browse, address: str) -> None:
    world.deploy(TIMED)
    browse(SUPERVISOR).get(address)


@pytest.mark.parametrize("address", PAGES)
def test_a_caseworker_may_not(world: World, browse: Browse, address: str) -> None:
    world.deploy(TIMED)
    browse(ALICE).get(address, 403)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    "query",
    [
        "period=2026-W99&office=x&service=x&version=x",
        "period=0001-01&office=9223372036854775808",
        "period=2999-12",
    ],
)
def test_strange_addresses_are_no_fault(world: World, browse: Browse, address: str, query: str) -> None:
    world.deploy(TIMED)
    browse(SUPERVISOR).get(f"{address}?{query}")


def test_it_speaks_chinese(done: World, browse: Browse) -> None:
    said = [words(browse(SUPERVISOR, "zh").get(address)) for address in PAGES]

    for page, word in zip(
        said, ("统计：2026年3月", "时间花在哪里", "评价：2026年3月", "周报：临溪区"), strict=True
    ):
        assert word in page.replace(": ", "：")
