"""A supervisor's Monday: what will be late this week, why, ten tasks in other hands at once, and the ledger of one on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from . import axe
from .desk import NARROW

if TYPE_CHECKING:
    from .desk import Office
    from .running import Server

CASES = 10
MAX_DAYS = 8
THIS_WEEK = "/desk/work?standing=this_week"
PAGES = (
    THIS_WEEK,
    "/desk/figures",
    "/desk/figures/minimum_living_allowance",
    "/desk/ratings",
    "/desk/report",
)
_PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server where the clock may be moved."""
    return own_server


@pytest.fixture(scope="module")
def cases(town: Office) -> list[str]:
    """Ten applications whose papers nobody has checked, in the week in which that is due."""
    found = [town.new_case() for _ in range(CASES)]
    supervisor = town.desk("supervisor")
    for _day in range(MAX_DAYS):
        supervisor.go(THIS_WEEK)
        if supervisor.page.locator("form tbody tr").count() == CASES:
            return found
        town.clock.later("1 WD")
    raise AssertionError(f"Expected {CASES} cases to become late within a week")


def test_it_finds_what_will_be_late_and_why_and_hands_ten_over(town: Office, cases: list[str]) -> None:
    desk = town.desk("supervisor")
    page = desk.page
    desk.go("/desk")
    page.get_by_role("link", name=re.compile(rf"^{CASES}\s*Late by Sunday")).click()
    rows = page.locator("form tbody tr")
    expect(rows).to_have_count(CASES)
    for said in (cases[0], "Nobody yet", "since "):
        expect(rows.filter(has_text=cases[0])).to_contain_text(said)

    rows.filter(has_text=cases[0]).get_by_role("link", name="day by day").click()
    expect(page.get_by_role("row", name="Working day").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".masthead")).to_be_hidden()
    assert len(_PAGE_OF_PDF.findall(page.pdf(format="A4"))) == 1
    page.emulate_media(media="screen")
    page.go_back()

    page.get_by_label("Tick all on this page").check()
    receiver = page.locator("#to optgroup option").first.get_attribute("value")
    page.get_by_label("To whom").select_option(receiver)
    page.get_by_label("Note to them").fill("本周到期，请先办")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#outcome")).to_contain_text(f"Handed over ({CASES})")
    expect(rows.filter(has_text="Nobody yet")).to_have_count(0)


def test_the_list_is_downloaded_as_a_file(town: Office, cases: list[str]) -> None:
    desk = town.desk("supervisor")
    desk.go(THIS_WEEK)
    with desk.page.expect_download() as waiting:
        desk.page.get_by_role("link", name="as a file: XLSX").first.click()

    assert waiting.value.suggested_filename.endswith(".xlsx")


@pytest.mark.parametrize("viewport", ["wide", "narrow"])
def test_the_pages_keep_the_rules_of_accessibility(town: Office, cases: list[str], viewport: str) -> None:
    desk = town.desk("supervisor")
    before = desk.page.viewport_size
    if viewport == "narrow":
        desk.page.set_viewport_size(NARROW)
    for address in PAGES:
        desk.go(address)
        desk.page.locator("main h1").wait_for()
        assert axe.violations(desk.page, axe.source()) == [], address
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert before is not None
    desk.page.set_viewport_size(before)
