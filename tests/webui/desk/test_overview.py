"""The supervisor's numbers, each leading to its list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.supervising.conftest import ELSEWHERE, LOCAL
from tests.engine.supervising.test_work import Office
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import Browser, words

Browse = Callable[..., Browser]


def figures(page: Any) -> dict[str, str]:
    return {
        figure.text_content().removeprefix(figure[0].text): figure[0].text
        for figure in page.xpath("//*[@class='figures']//a")
    }


def line(page: Any, name: str) -> list[str]:
    """Give the numbers of a line as they are seen."""
    (row,) = [row for row in page.xpath("//main//tr") if " ".join(row[0].text_content().split()) == name]
    return [(cell.xpath(".//a/text()") or cell.xpath(".//span/text()"))[0] for cell in row[1:]]


def test_it_begins_with_the_numbers_of_every_standing(office: Office, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk")

    assert figures(page) == {
        "Late": "2",
        "At risk": "0",
        "In time": "2",
        "Paused": "1",
        "Unclaimed": "3",
        "Late by Sunday": "0",
    }
    links = page.xpath("//nav//a[@href='/desk']")
    assert [link.get("aria-current") for link in links] == ["page", "page"]


def test_it_counts_by_service_office_and_step(office: Office, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk")

    assert line(page, "t") == ["2", "0", "2", "1", "4"]
    assert line(page, "Qinghe") == ["1", "0", "2", "1", "3"]
    assert line(page, "write t") == ["1", "0", "1", "0", "2"]


def test_who_has_how_much_work_follows_as_a_part_of_its_own(office: Office, browse: Browse) -> None:
    browser = browse(SUPERVISOR)
    (part,) = browser.get("/desk").xpath("//main//section[@id='people']")
    (link,) = part.xpath(".//a")
    assert part.get("hx-get") == link.get("href")

    page = browser.get(link.get("href"))

    assert page.xpath("//main//section[@id='people']//h2/text()") == ["By person"]
    assert line(page, "Alice") == ["1", "0", "0", "0", "1"]
    assert line(page, "Nobody yet") == ["1", "0", "2", "1", "3"]


@pytest.mark.parametrize(("address", "fewest"), [("/desk", 15), ("/desk/people", 4)])
def test_every_number_leads_to_a_list_of_as_many(
    office: Office, browse: Browse, address: str, fewest: int
) -> None:
    browser = browse(SUPERVISOR)
    page = browser.get(address)

    links = page.xpath("//main//table//td//a | //*[@class='figures']//a[b!='0']")
    assert len(links) > fewest
    for link in links:
        number = (link.xpath("./b/text()") or link.xpath("./text()"))[0]
        rows = browser.get(link.get("href")).xpath("//main//tbody/tr")
        assert len(rows) == int(number), link.get("href")


def test_the_worst_come_first(office: Office, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk")

    (table,) = page.xpath("//section[@id='steps']//table")
    assert [" ".join(row[0].text_content().split()) for row in table.xpath(".//tbody/tr")] == [
        "write t",
        "decide t",
        "wait t",
    ]


def test_long_tables_say_how_many_more_there_are(
    office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webui.desk import tables

    monkeypatch.setattr(tables, "MAX_LINES", 2)

    assert words(browse(SUPERVISOR).get("/desk")).count("and 1 more") == 1


def test_it_names_the_cases_past_their_limit(office: Office, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk")

    assert "Cases past a promised or statutory limit: t (2)" in words(page)


def test_a_sub_district_sees_its_own_work_and_nothing_of_another(office: Office, browse: Browse) -> None:
    own, other = browse(LOCAL).get("/desk"), browse(ELSEWHERE).get("/desk")

    assert figures(own)["Late"] == "1"
    assert set(figures(other).values()) == {"0"}
    assert "There is no open work." in words(other)


@pytest.mark.parametrize("address", ["/desk", "/desk/people", "/desk/work"])
def test_a_caseworker_neither_finds_nor_opens_it(world: World, browse: Browse, address: str) -> None:
    browser = browse(ALICE)

    assert browser.get("/").xpath("//nav//a[@href='/desk']") == []
    assert "Only a supervisor" in words(browser.get(address, 403))


def test_it_speaks_chinese(office: Office, browse: Browse) -> None:
    assert "督办总览" in words(browse(SUPERVISOR, "zh").get("/desk"))
