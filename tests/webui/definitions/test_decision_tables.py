"""A decision of a service on a page: its rules as a table, with what the checks say of its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.engine.decisions.conftest import decision, definitions, literal, table

from .conftest import Designer, service

if TYPE_CHECKING:
    from tests.engine.support import World

RULES = [["< 60", '"young"'], ["> 60", '"old"'], ["[70..80]", '"very old"']]


def text(page: Any, path: str) -> str:
    (found,) = page.xpath(path)
    return " ".join(found.text_content().split())


def deployed(world: World, inner: str) -> None:
    world.deploy(service(**{"rules.dmn": definitions(inner)}))


def test_a_service_lists_its_decisions(world: World, designer: Designer) -> None:
    deployed(world, decision("size", table([["-", "1"]])) + decision("band", literal("1")))

    links = designer.get("/definitions/t").xpath("//ul[contains(@class, 'decision-list')]//a")

    assert [link.text for link in links] == ["band", "size"]
    assert text(designer.get(links[1].get("href")), "//h1") == "size"


def test_it_shows_the_rules_and_says_how_they_count(world: World, designer: Designer) -> None:
    deployed(world, decision("size", table(RULES, policy="FIRST", input_type="number")))

    page = designer.get("/definitions/t/1/decisions/d_size")

    (shown,) = page.xpath("//table[contains(@class, 'decision')]")
    assert text(shown, ".//caption") == "The first rule that fits counts."
    assert [cell.text for cell in shown.xpath(".//tbody/tr[1]/td/code")] == ["< 60", '"young"']
    assert [head.text.strip() for head in shown.xpath(".//thead//th")] == ["Rule", "x", "size", "Note"]


def test_it_marks_the_cells_that_the_checks_speak_of(world: World, designer: Designer) -> None:
    deployed(world, decision("size", table(RULES, policy="FIRST", input_type="number")))

    page = designer.get("/definitions/t/1/decisions/d_size")

    said = {
        row.xpath("td[4]//code")[0].text: row
        for row in page.xpath("//table[contains(@class, 'findings')]//tbody/tr")
    }
    assert said.keys() == {"table_rule_hidden", "table_gap"}
    assert said["table_gap"].xpath("td[3]/code")[0].text == "x = 60"
    (cell,) = page.xpath("//td[contains(@class, 'cell-warning')]")
    assert cell.xpath("code")[0].text == "[70..80]"
    (mark,) = cell.xpath("a")
    assert page.xpath(f"//*[@id='{mark.get('href')[1:]}']") == [said["table_rule_hidden"]]


def test_it_says_that_nothing_was_found_and_what_is_not_decided(world: World, designer: Designer) -> None:
    deployed(world, decision("size", table([["< standard", "1"], [">= standard", "2"]])))

    page = designer.get("/definitions/t/1/decisions/d_size")

    words = page.text_content()
    assert "No gap, no contradiction" in words
    assert "2 cells say more than values and ranges" in words


def test_it_shows_what_is_calculated(world: World, designer: Designer) -> None:
    deployed(
        world,
        decision("base", literal("x * 2")) + decision("total", literal("base + 1"), requires=["d_base"]),
    )

    page = designer.get("/definitions/t/1/decisions/d_total")

    assert text(page, "//pre") == "base + 1"
    assert page.xpath("//p/a[text()='base']/@href") == ["/definitions/t/1/decisions/d_base"]


def test_a_decision_that_is_not_there_is_not_found(world: World, designer: Designer) -> None:
    deployed(world, decision("size", literal("1")))

    designer.get("/definitions/t/1/decisions/nothing", 404)


def test_a_table_that_contradicts_itself_is_not_deployed(designer: Designer) -> None:
    """Both rules fit 60, and a UNIQUE table has no answer for it."""
    both = table([["<= 60", "1"], [">= 60", "2"]], input_type="number")
    broken = service(**{"rules.dmn": definitions(decision("size", both))})

    page = designer.upload(broken.to_zip(), 422)

    (row,) = [one for one in page.xpath("//tbody/tr") if "table_overlap" in one.text_content()]
    assert "rules.dmn:4" in row.text_content()
    assert "r2" in row.text_content()
