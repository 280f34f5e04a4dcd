"""A morning's work at the inbox without the mouse: every act by a key, every control by Tab."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from .test_keyboard import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .desk import Desk, Office
    from .running import Server

CASES = 5
TASK = "Check the papers"
_REACHABLE = "a[href], button, input:not([type=hidden]), select, summary"
_SEEN = f"""() => {{
  const seen = (one) => one.checkVisibility({{ visibilityProperty: true }}) && !one.closest('dialog');
  return [...document.querySelectorAll({_REACHABLE!r})].filter(seen).map((one, index) => (one.dataset.nth = index));
}}"""
_HERE = """() => {
  const one = document.activeElement;
  return [one.dataset.nth ?? '', getComputedStyle(one).outlineStyle !== 'none', one.outerHTML.slice(0, 120)];
}"""


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server where nobody else works on the reviewers' tasks."""
    return own_server


@pytest.fixture(scope="module")
def morning(town: Office) -> Desk:
    """The reviewer's desk on a morning with five new cases; nobody has signed in yet."""
    for _case in range(CASES):
        town.new_case()
    return town.new_desk()


def test_it_does_a_mornings_work_without_the_mouse(morning: Desk) -> None:
    page = morning.page
    _sign_in(morning)
    _search(page, "DB-2026-000003")
    _claim_two_at_once(page)
    _complete_one(page)
    _undo_a_claim(page)
    _hand_one_on(page)
    _put_one_off(page)
    _keep_a_filter(page)
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_label("User name")).to_be_visible()


def test_it_shows_all_keys_and_turns_them_off(town: Office) -> None:
    desk = town.desk("reviewer")
    page = desk.page
    desk.go("/?view=groups")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Claim or give back what is ticked")
    for _step in range(12):  # the focus stays inside
        page.keyboard.press("Tab")
        outside = "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
        assert not page.evaluate(outside)
    page.get_by_label("Single keys act").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr')") is None
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    desk.go("/cases/")  # the choice is the browser's, not the page's
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tr')") is None
    page.get_by_role("button", name="Keys").first.click()
    page.get_by_label("Single keys act").check()
    page.keyboard.press("Escape")


def test_every_control_is_reached_with_tab_and_seen(town: Office) -> None:
    desk = town.desk("reviewer")
    for view in ("groups", "mine"):
        desk.go(f"/?view={view}")
        desk.page.wait_for_load_state("networkidle")  # the counts of the saved filters are there
        wanted = {str(number) for number in desk.page.evaluate(_SEEN)}
        assert wanted
        reached, unseen = set(), []
        for _step in range(3 * len(wanted)):
            desk.page.keyboard.press("Tab")
            number, outlined, what = desk.page.evaluate(_HERE)
            reached.add(number)
            if number and not outlined:
                unseen.append(what)
        missed = [
            desk.page.locator(f'[data-nth="{number}"]').all_inner_texts() for number in wanted - reached
        ]
        assert not missed
        assert not unseen


def test_a_key_types_in_fields_and_leaves_no_half_filled_form(town: Office) -> None:
    desk = town.desk("clerk")
    desk.go("/services")
    desk.page.get_by_role("link", name="Start a case").first.click()
    address = desk.page.url
    field = desk.page.locator("form#answers input[type=text], form#answers input:not([type])").first
    field.focus()
    desk.page.keyboard.type("gi?x")
    expect(field).to_have_value("gi?x")
    desk.page.get_by_role("heading", level=1).click()
    desk.page.keyboard.type("gi")
    desk.page.wait_for_timeout(300)
    assert desk.page.url == address


def _sign_in(desk: Desk) -> None:
    desk.go("/sign-in?lang=en")
    for label, text in (("User name", "reviewer"), ("Password", "reviewer")):
        tab_to(desk.page, label)
        desk.page.keyboard.type(text)
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("heading", name="My work")).to_be_visible()


def _rows(page: Page, count: int) -> None:
    expect(page.locator("[data-rows] tbody tr")).to_have_count(count)


def _said(page: Page, words: str) -> None:
    expect(page.locator("#messages")).to_contain_text(words)


def _search(page: Page, text: str) -> None:
    """Find one case while typing, then all again."""
    page.keyboard.press("/")
    page.keyboard.type(text)
    _rows(page, 1)
    expect(page).to_have_url(re.compile(f"q={text}"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Backspace")
    _rows(page, CASES)
    tab_to(page, "Show")


def _claim_two_at_once(page: Page) -> None:
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Claim 2 tasks")).to_be_visible()
    page.keyboard.press("a")
    _said(page, "2 tasks are yours now.")
    _rows(page, CASES - 2)


def _complete_one(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("i")  # one's own work comes first when there is some
    _rows(page, 2)
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text(TASK)
    tab_to(page, "Complete: accept")
    page.keyboard.press("Space")
    expect(page.get_by_label("Complete: accept")).to_be_checked()
    expect(page.locator(".htmx-request")).to_have_count(0)
    tab_to(page, "Complete the task")
    page.keyboard.press("Enter")
    _said(page, f"Done: {TASK}")


def _undo_a_claim(page: Page) -> None:
    tab_to(page, "My groups")
    page.keyboard.press("Enter")
    _rows(page, CASES - 1)  # the three that are left, and the next step of the one that is done
    page.keyboard.press("j")
    page.keyboard.press("c")
    _said(page, "is yours now.")
    _rows(page, CASES - 2)
    page.keyboard.press("u")
    _said(page, "1 task was given back.")
    _rows(page, CASES - 1)
    page.keyboard.press("c")  # the focus is on the row that stands where it stood
    _said(page, "is yours now.")


def _hand_one_on(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("i")
    _rows(page, 2)
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.locator("#asking")).to_be_visible()
    page.keyboard.press("ArrowDown")  # the colleague with the least work
    tab_to(page, "What should they know?")
    page.keyboard.type("You know the family")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    _said(page, "Handed to")
    _rows(page, 1)


def _put_one_off(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("z")
    tab_to(page, "Back in my work on")
    page.keyboard.type("03032026")
    tab_to(page, "Note to myself (optional)")
    page.keyboard.type("Calls back tomorrow")
    page.keyboard.press("Enter")
    _said(page, "Put off until 3 Mar 2026")


def _keep_a_filter(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("DB-2026")
    expect(page.locator("details.keep")).to_be_visible()
    tab_to(page, "Show")
    page.keyboard.press("s")
    page.keyboard.type("Allowances")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Saved filters")).to_contain_text("Allowances")
