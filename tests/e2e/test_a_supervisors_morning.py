"""A supervisor's morning: a mail says what is late; why stands in the day ledger; five tasks find another pair of hands."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from . import axe
from .desk import LOOK_MS, LOOKS, NARROW

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .desk import Desk, Office
    from .running import Server

CASES = 5
TASK = "Arrange the survey"
NOTE = "林思远今日外出，请先办这五件"
ANSWER = "申请人住院，约定周五入户"
_LINK = re.compile(r"https?://\S+/desk/work\?standing=late")


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server where the clock may be moved."""
    return own_server


@pytest.fixture(scope="module")
def cases(town: Office) -> list[str]:
    """Five applications that count as accepted, whose survey is late; the reviewer holds two of them."""
    found = [town.new_case() for _ in range(CASES)]
    town.clock.later("5 WD")
    town.clock.later("1 WD")
    for case in found[:2]:
        town.unseen("reviewer").open(TASK, case)
    town.clock.later("5 WD")
    town.clock.later("PT1H")
    return found


def test_it_goes_from_the_mail_to_five_tasks_in_other_hands(town: Office, cases: list[str]) -> None:
    supervisor = town.desk("supervisor")
    page = supervisor.page

    supervisor.go(_link_of_the_mail(town, supervisor))
    expect(page.get_by_role("heading", level=1)).to_have_text("Late")
    expect(page.locator("tbody tr")).to_have_count(CASES)
    _read_why(page, cases[0])

    page.get_by_label("Tick all on this page").check()
    page.get_by_label("To whom").select_option(label="Sun Ruoxi, has 0")
    page.get_by_label("Note to them").fill(NOTE)
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#outcome")).to_contain_text(f"Handed over ({CASES})")

    colleague = town.desk("reviewer2")
    mine = colleague.inbox("mine")
    expect(mine).to_have_count(CASES)
    for case in cases:
        expect(mine.filter(has_text=case)).to_be_visible()
    mine.first.get_by_role("link", name=TASK, exact=True).click()
    expect(colleague.page.locator("main")).to_contain_text(NOTE)
    expect(town.desk("reviewer").inbox("mine")).to_have_count(0)
    expect(supervisor.case(cases[0]).locator("section", has_text="History").last).to_contain_text(NOTE)


def test_it_asks_for_a_reason_and_reads_the_answer(town: Office, cases: list[str]) -> None:
    supervisor, colleague = town.desk("supervisor"), town.desk("reviewer2")
    page = supervisor.page
    supervisor.go("/desk")
    page.get_by_role("row", name="Sun Ruoxi").get_by_role("link").first.click()
    page.get_by_label(f"Choose: {TASK}, {cases[0]}").check()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#outcome")).to_contain_text("Reason asked for (1)")

    colleague.inbox("mine").filter(has_text=cases[0]).get_by_role("link", name=TASK, exact=True).click()
    colleague.page.get_by_label("Your answer").fill(ANSWER)
    colleague.page.get_by_role("button", name="Send the answer").click()
    expect(colleague.page.locator(".notice-success")).to_be_visible()

    supervisor.go("/desk/work")
    row = page.locator("tbody tr").filter(has_text=cases[0])
    row.get_by_text("Reason given").click()
    expect(row).to_contain_text(ANSWER)


@pytest.mark.parametrize("viewport", ["wide", "narrow"])
def test_the_pages_keep_the_rules_of_accessibility(town: Office, cases: list[str], viewport: str) -> None:
    desk = town.desk("supervisor")
    before = desk.page.viewport_size
    if viewport == "narrow":
        desk.page.set_viewport_size(NARROW)
    for address, there in (("/desk", "#people"), ("/desk/people", "#people"), ("/desk/work", "main")):
        desk.go(address)
        desk.page.locator(there).locator("table").wait_for()
        assert axe.violations(desk.page, axe.source()) == []
        assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert before is not None
    desk.page.set_viewport_size(before)


def _link_of_the_mail(town: Office, supervisor: Desk) -> str:
    """Read the mail on the page of the outside systems that are played, and give the address in it."""
    page = supervisor.page
    for _look in range(LOOKS):
        page.goto(f"{town.server.sandbox}/")
        found = _LINK.search(page.locator("#arrived + table").inner_text()) if _has_mail(page) else None
        if found:
            assert found[0].startswith(town.server.address)
            return found[0].removeprefix(town.server.address)
    raise AssertionError("Expected a mail to the supervisor with the way to the late work")


def _has_mail(page: Page) -> bool:
    with suppress(AssertionError):
        expect(page.locator("#arrived + table")).to_be_visible(timeout=LOOK_MS)
        return True
    return False


def _read_why(page: Page, case: str) -> None:
    """Go from a line to the days of its clock, and back."""
    row = page.locator("tbody tr").filter(has_text=case)
    row.get_by_role("link", name="day by day").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"working days? late"))
    expect(page.get_by_role("row", name="Working day").first).to_be_visible()
    page.go_back()
