"""The work goes on where scripts are switched off: every button is a button of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from .desk import ALLOWANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .desk import Desk, Office


@pytest.fixture
def plain(town: Office) -> Iterator[Desk]:
    """The clerk at a browser that runs no script."""
    found = town.new_desk(java_script_enabled=False)
    found.sign_in("clerk")
    yield found
    found.context.close()


def test_it_adds_and_removes_members_and_starts_a_case(town: Office, plain: Desk) -> None:
    page = plain.page
    plain.go("/services")
    panel = page.locator("section", has=page.get_by_role("heading", name=ALLOWANCE, exact=True))
    panel.get_by_role("link", name="Start a case").click()
    page.get_by_label("Applicant's name").fill("王建国")
    members = page.get_by_role("group", name="Members of the household")
    members.get_by_role("button", name="Add an entry").first.click()
    expect(page.get_by_text("Entry 2", exact=True)).to_be_visible()
    expect(page.get_by_label("Applicant's name")).to_have_value("王建国")
    page.get_by_role("button", name="Remove Members of the household, entry 1").click()
    expect(page.get_by_text("Entry 2", exact=True)).to_have_count(0)

    # Questions that hang on an answer come with a button instead of by themselves.
    expect(page.get_by_text("Why the spouse does not count as a member")).to_have_count(0)
    page.get_by_label("Married", exact=True).check()
    page.get_by_role("button", name="Update the questions").click()
    expect(page.get_by_text("Why the spouse does not count as a member")).to_be_visible()


def test_it_claims_and_completes_a_task(town: Office) -> None:
    case = town.new_case()
    reviewer = town.new_desk(java_script_enabled=False)
    reviewer.sign_in("reviewer")
    reviewer.row("Check the papers", case).get_by_role("link", name="Check the papers").click()
    reviewer.page.get_by_role("button", name="Claim this task").click()
    reviewer.page.get_by_label("Complete: accept").check()
    reviewer.page.get_by_role("button", name="Complete the task").click()
    expect(reviewer.page.locator(".notice-success")).to_contain_text("Done: Check the papers")
    expect(reviewer.row("Arrange the survey", case)).to_be_visible()
    reviewer.context.close()
