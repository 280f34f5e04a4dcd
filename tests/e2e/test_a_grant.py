"""A household applies and is granted the allowance: every desk that touches the case, up to the first payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from . import households

if TYPE_CHECKING:
    from .desk import Office
    from .running import Server


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server of its own, for the clock is moved."""
    return own_server


def test_it_leads_from_the_application_to_the_start_of_payment(town: Office) -> None:
    clerk, reviewer, colleague = town.desk("clerk"), town.desk("reviewer"), town.desk("reviewer2")
    leader, committee = town.desk("leader"), town.desk("committee")
    county, finance = town.desk("county"), town.desk("finance")

    # The clerk takes the application; the reviewer finds it and has five working days for it.
    case = clerk.apply(households.couple(town.server).application(clerk.today))
    expect(clerk.page.locator(".answer")).to_contain_text("Check the papers")
    expect(clerk.page.locator(".answer")).to_contain_text("5 working days left")
    expect(reviewer.row("Check the papers", case)).to_contain_text("9 Mar 2026 17:00")
    reviewer.do("Check the papers", case, {"Result": "Complete: accept"})

    # Acceptance starts both clocks; twelve working days are promised.
    page = clerk.case(case)
    expect(page.locator(".answer").first).to_contain_text("Arrange the survey")
    expect(page.locator("summary", has_text="Promised limit")).to_contain_text("12 working days left")
    expect(page.locator("summary", has_text="Promised limit")).to_contain_text("18 Mar 2026 17:00")
    expect(page.locator("summary", has_text="Statutory limit")).to_contain_text("14 Apr 2026 17:00")

    # Two people survey; the first cannot sign for the second.
    reviewer.do("Arrange the survey", case, households.appointment(reviewer.today))
    reviewer.sign_first("Household survey", case, households.survey(reviewer.today))
    reviewer.row("Household survey", case).get_by_role("link", name="Household survey").click()
    expect(reviewer.page.get_by_text("You have signed already; a second person has to sign.")).to_be_visible()
    expect(reviewer.page.get_by_role("button", name="Claim this task")).to_have_count(0)
    colleague.sign_second("Household survey", case)

    # The leader sees the computed figures and proposes; the committee posts the notice.
    leader.open("Give the first opinion", case)
    expect(leader.page.locator("form#answers")).to_contain_text("Income per head a month 600")
    expect(leader.page.locator("form#answers")).to_contain_text("Allowance a month 2100")
    leader.fill({"Opinion": "To grant", "Reasons": "符合条件"})
    leader.page.get_by_role("button", name="Complete the task").click()
    committee.do(
        "Post the public notice",
        case,
        {
            "Posted on": committee.today,
            "Where": "和风苑公告栏",
            "Only name, size and amount are shown: no number, illness, address or child": True,
        },
    )
    expect(clerk.case(case).locator(".answer")).to_contain_text("Seven days of notice")

    # Seven days later nobody has objected, and the district decides.
    town.desk("supervisor").go("/")
    town.desk("supervisor").later("5 working days", times=2)
    county.do("Review and confirm", case, {"What to do": "Grant", "Facts and reasons": "经审核符合条件"})
    letter = clerk.letter(case, "Confirmation of the minimum living allowance")
    expect(letter).to_contain_text("2,100.00")
    reviewer.do(
        "Deliver the confirmation",
        case,
        {"Delivered on": reviewer.today, "How": "In person", "Signed by": "王建国"},
    )
    finance.do(
        "Start the payment",
        case,
        {"Bank": "云汐银行", "Account holder": "王建国", "Account number": "6200000000000013"},
    )
    expect(clerk.case(case).locator("#earlier-clocks li", has_text="Promised limit")).to_contain_text("Kept")
