"""A neighbour objects to the public notice: more time, a second survey, another opinion, the district's visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from . import households

if TYPE_CHECKING:
    from .desk import Office
    from .running import Server

NOTICE = "Only name, size and amount are shown: no number, illness, address or child"


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server of its own, for the clock is moved."""
    return own_server


def test_it_extends_surveys_again_and_confirms_after_an_objection(town: Office) -> None:
    reviewer, colleague, leader = town.unseen("reviewer"), town.unseen("reviewer2"), town.unseen("leader")
    committee, clerk = town.desk("committee"), town.desk("clerk")
    case = town.new_case()
    reviewer.do("Check the papers", case, {"Result": "Complete: accept"})
    reviewer.do("Arrange the survey", case, households.appointment(town.today))
    reviewer.sign_first("Household survey", case, households.survey(town.today))
    colleague.sign_second("Household survey", case)
    leader.do("Give the first opinion", case, {"Opinion": "To grant", "Reasons": "符合条件"})
    town.unseen("committee").do(
        "Post the public notice", case, {"Posted on": town.today, "Where": "公告栏", NOTICE: True}
    )

    # Somebody who wants no name objects; from now on the statutory clock of 45 days counts.
    town.clock.later("1 WD")
    committee.tell(case, "Record an objection", {"What is objected": "该户有子女按月给钱"})
    page = clerk.case(case)
    expect(page.locator(".answer")).to_contain_text("Choose how to re-examine")
    expect(page.locator("#earlier-clocks li", has_text="Promised limit")).to_contain_text("handed over")
    expect(page.locator("summary", has_text="Statutory limit")).to_contain_text("8 May 2026 17:00")
    letter = clerk.letter(case, "Notice of extension")
    expect(letter).to_contain_text("An objection came in")
    expect(letter).to_contain_text("8 May 2026")
    expect(letter).not_to_contain_text("子女按月给钱")

    # The ledger of the clock that was extended says so, day by day.
    panel = clerk.case(case).locator("details", has=clerk.page.locator("summary", has_text="Statutory limit"))
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()
    panel.get_by_role("link", name="Every day with its reason").click()
    expect(clerk.page.get_by_text("An objection came in")).to_be_visible()
    expect(clerk.page.get_by_role("row", name="8 May 2026")).to_contain_text("45")

    # A second survey finds more support, and the leader gives a new opinion.
    town.desk("leader").do("Choose how to re-examine", case, {"Way": "New survey", "Reasons": "事实需查清"})
    colleague.sign_first("Survey again", case, households.survey(town.today, transfers="1800"))
    reviewer.sign_second("Survey again", case)
    leader.do("Give the first opinion", case, {"Opinion": "To grant", "Reasons": "符合条件"})

    # No second notice: the district visits, two people again, and confirms a smaller amount.
    visit = {"Visited on": town.today, "Result": "Agrees with the survey", "Findings": "一致"}
    town.desk("county").sign_first("District visit", case, visit)
    town.unseen("county2").sign_second("District visit", case)
    town.unseen("county").do(
        "Review and confirm", case, {"What to do": "Grant", "Facts and reasons": "符合条件"}
    )
    expect(clerk.letter(case, "Confirmation of the minimum living allowance")).to_contain_text("¥1,500.00")

    # The history tells it all, and the diagram shows the way that the case took.
    page = clerk.case(case)
    page.get_by_text("Earlier (").click()
    history = page.locator("section", has=page.get_by_role("heading", name="History"))
    expect(history).to_contain_text("Received: Record an objection")
    expect(history).to_contain_text("Statutory limit extended, due 8 May 2026 17:00")
    expect(page.locator("[data-state=ready] .is-current")).not_to_have_count(0)
