"""The applicant thinks better of it: before acceptance at once, during the examination after closing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from . import households

if TYPE_CHECKING:
    from .desk import Office

WISH = {"Who withdraws": "The applicant", "How": "In writing"}


def test_it_ends_at_once_before_acceptance(town: Office) -> None:
    clerk = town.desk("clerk")
    case = town.new_case()
    clerk.tell(case, "Withdraw", WISH)
    expect(clerk.page.locator(".notice-success")).to_have_text("The withdrawal has been received")
    expect(clerk.page.locator(".answer")).to_contain_text("Withdrawn")
    expect(clerk.page.get_by_role("link", name="Withdraw", exact=True)).to_have_count(0)
    expect(clerk.letter(case, "Confirmation of withdrawal")).to_contain_text(
        "You may apply again at any time"
    )
    expect(town.desk("reviewer").row("Check the papers", case)).to_have_count(0)


def test_it_closes_the_examination_first(town: Office) -> None:
    clerk, reviewer = town.desk("clerk"), town.desk("reviewer")
    case = town.new_case()
    town.unseen("reviewer").do("Check the papers", case, {"Result": "Complete: accept"})
    reviewer.open("Arrange the survey", case)
    clerk.tell(case, "Withdraw", WISH)
    expect(clerk.page.locator(".answer")).to_contain_text("Check and close the withdrawal")

    # The survey that the reviewer has open is no longer needed, and the page says so.
    reviewer.fill(households.appointment(reviewer.today))
    reviewer.page.get_by_role("button", name="Complete the task").click()
    expect(reviewer.page.get_by_text("This task has been completed or is no longer needed.")).to_be_visible()

    closing = {
        "It is the person's own wish": True,
        "Everyone involved knows; a posted notice is taken down": True,
        "Originals are returned": True,
    }
    clerk.do("Check and close the withdrawal", case, closing)
    expect(clerk.case(case).locator(".answer")).to_contain_text("Withdrawn")
