"""Lists and tables as files for Excel: whole, harmless, bounded, and no more than the page shows."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from engine import figures
from tests.engine.story import begin
from tests.engine.supervising.conftest import ELSEWHERE, LOCAL, TIMED
from tests.engine.supervising.test_work import Office
from tests.engine.support import ALICE, SUPERVISOR, World
from webui.desk import files, sheets
from webui.desk.sheets import Column, Sheet, number_cell, words_cell

from .conftest import Browser

Browse = Callable[..., Browser]
NAMES = [
    "work",
    "waiting",
    "services",
    "offices",
    "steps",
    "people",
    "figures-services",
    "figures-offices",
    "trend",
    "steps-time",
    "slowest",
    "ratings",
    "ratings-services",
    "ratings-offices",
    "bad-ratings",
    "open-ratings",
]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u3000=1",
    "＝1+1",
    "=cmd|' /C calc'!A0",
]


def fetch(browser: Browser, address: str, status: int = 200) -> Any:
    answer = browser.client.get(address)
    assert answer.status_code == status, answer.text
    return answer


def lines(answer: Any) -> list[list[str]]:
    text = answer.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def cells(content: bytes) -> list[tuple[str, str]]:
    """Give kind and words of every cell of a workbook's page."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        page = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [(cell.get("t", "n"), "".join(cell.itertext())) for cell in page.iter(f"{_MAIN}c")]


def test_the_list_is_the_one_of_the_page(office: Office, browse: Browse) -> None:
    browser = browse(SUPERVISOR)

    found = lines(fetch(browser, "/desk/files/work.csv?standing=late"))

    assert found[0][:4] == ["Case", "Applicant", "Service", "Task"]
    assert len(found) == 1 + 2
    assert {row[3] for row in found[1:]} == {"write", "decide"}
    assert {row[10] for row in found[1:]} == {"Late"}


def test_every_table_of_the_desk_leads_to_files_that_are_there(office: Office, browse: Browse) -> None:
    figures.roll_up(office.world.runtime, at_once=True)
    browser = browse(SUPERVISOR)
    addresses = {
        link
        for page in (
            "/desk",
            "/desk/people",
            "/desk/work",
            "/desk/figures",
            "/desk/figures/t",
            "/desk/ratings",
        )
        for link in browser.get(page).xpath("//main//a[@download]/@href")
    }

    assert len(addresses) >= 20
    for address in addresses:
        assert fetch(browser, address).data


@pytest.mark.parametrize("name", NAMES)
def test_every_sheet_is_given_in_both_forms(office: Office, browse: Browse, name: str) -> None:
    figures.roll_up(office.world.runtime, at_once=True)
    browser = browse(SUPERVISOR, "zh")

    found = lines(fetch(browser, f"/desk/files/{name}.csv?service=t"))
    book = fetch(browser, f"/desk/files/{name}.xlsx?service=t")

    assert len({len(row) for row in found}) == 1
    assert len(cells(book.data)) >= len(found[0])
    assert f"{name}-2026-03-" in book.headers["Content-Disposition"]


def test_another_office_gets_its_own_lines_alone(office: Office, browse: Browse) -> None:
    assert len(lines(fetch(browse(LOCAL), "/desk/files/work.csv"))) == 1 + 3
    assert len(lines(fetch(browse(ELSEWHERE), "/desk/files/work.csv?office=2"))) == 1


def test_a_caseworker_gets_nothing(world: World, browse: Browse) -> None:
    for name in NAMES:
        fetch(browse(ALICE), f"/desk/files/{name}.csv", 403)


@pytest.mark.parametrize(
    "address", ["/desk/files/nothing.csv", "/desk/files/work.pdf", "/desk/files/steps-time.csv"]
)
def test_what_is_no_list_is_not_found(world: World, browse: Browse, address: str) -> None:
    fetch(browse(SUPERVISOR), address, 404)


def test_a_name_that_is_a_formula_stays_a_name(world: World, browse: Browse) -> None:
    """An applicant's name is typed by anybody; Excel must not run it."""
    begin(world, TIMED, name="=1+1")
    browser = browse(SUPERVISOR)

    assert lines(fetch(browser, "/desk/files/work.csv"))[1][1] == "'=1+1"
    with zipfile.ZipFile(io.BytesIO(fetch(browser, "/desk/files/work.xlsx").data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    sheet = Sheet("x", "x", [Column("a")], [[words_cell(text)]])

    (_head, (cell,)) = list(csv.reader(io.StringIO("".join(files.csv_file(sheet))[1:], newline="")))
    kinds = cells(b"".join(files.xlsx_file(sheet)))

    assert cell == f"'{text}"
    assert [kind for kind, _words in kinds] == ["inlineStr", "inlineStr"]


def test_numbers_stay_numbers() -> None:
    sheet = Sheet("x", "x", [Column("a", number=True)], [[number_cell(-3)], [number_cell(0.5, "50 %")]])

    assert "".join(files.csv_file(sheet)) == "\ufeffa\r\n-3\r\n0.5\r\n"
    assert cells(b"".join(files.xlsx_file(sheet)))[1:] == [("n", "-3"), ("n", "0.5")]


@pytest.mark.parametrize("title", ["", "a[b]:c*d?e/f\\g", "'quoted'", "长" * 60, "History"])
def test_any_title_makes_a_workbook(title: str) -> None:
    assert cells(b"".join(files.xlsx_file(Sheet("x", title, [Column("a")], []))))


def test_a_file_is_bounded_and_says_so(
    office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_EXPORTED", 2)

    found = lines(fetch(browse(SUPERVISOR), "/desk/files/work.csv"))

    assert len(found) == 1 + 2 + 1
    assert found[-1] == ["There are more: a file holds at most 2 lines."]


def test_a_long_list_is_read_in_pages(
    office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webui.desk import lists

    monkeypatch.setattr(lists, "PAGE", 2)

    found = lines(fetch(browse(SUPERVISOR), "/desk/files/work.csv"))

    assert len({row[0] + row[3] for row in found[1:]}) == 4


def test_a_file_is_written_piece_by_piece() -> None:
    """Whoever reads it slowly does not make the application hold it."""
    asked: list[int] = []

    def rows() -> Any:
        for number in range(sheets.MAX_EXPORTED):
            asked.append(number)
            yield [number_cell(number)]

    pieces = files.csv_file(Sheet("x", "x", [Column("a")], rows()))
    next(pieces)
    next(pieces)

    assert len(asked) < 1000
