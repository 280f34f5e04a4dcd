"""A task from the inbox to its end without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from .desk import Office


def test_it_reaches_the_content_first(town: Office) -> None:
    page = town.desk("reviewer").page
    town.desk("reviewer").go("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_it_finds_claims_and_completes_a_task_with_keys_only(town: Office) -> None:
    reviewer = town.desk("reviewer")
    case = town.new_case()
    page = reviewer.page
    reviewer.go("/?view=groups")
    page.keyboard.press("/")
    expect(page.get_by_label("Case number or name")).to_be_focused()
    page.keyboard.type(case)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    tab_to(page, "Show")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Check the papers")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "Claim this task")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Complete the task")).to_be_visible()
    tab_to(page, "Complete: accept")
    page.keyboard.press("Space")
    expect(page.get_by_label("Complete: accept")).to_be_checked()
    expect(page.locator(".htmx-request")).to_have_count(0)
    tab_to(page, "Complete the task")
    page.keyboard.press("Enter")
    expect(page.locator(".notice-success")).to_contain_text("Done: Check the papers")


def test_it_moves_down_and_up_in_a_list(town: Office) -> None:
    clerk = town.desk("clerk")
    for _case in range(2):
        town.new_case()
    page = clerk.page
    clerk.go("/cases/")
    links = page.locator("tbody tr td:first-child a")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.first).to_be_focused()


def tab_to(page: Page, label: str) -> None:
    """Press Tab until what has that name has the focus; a form may want more than one way to it."""
    named = page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label))
    wanted = page.get_by_label(label).or_(named).first
    for _step in range(60):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Expected {label!r} to be reachable with Tab, but it is not")
