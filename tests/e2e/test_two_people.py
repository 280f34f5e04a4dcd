"""Work that takes two people: the second checks the first, and may send things back with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from . import households

if TYPE_CHECKING:
    from .desk import Office


def test_it_tells_who_comes_second_to_claim_or_to_complete_a_task(town: Office) -> None:
    reviewer, colleague = town.desk("reviewer"), town.desk("reviewer2")
    case = town.new_case()
    colleague.row("Check the papers", case).get_by_role("link", name="Check the papers").click()
    reviewer.open("Check the papers", case)
    with colleague.page.expect_response(lambda found: found.request.method == "POST") as response:
        colleague.page.get_by_role("button", name="Claim this task").click()
    assert response.value.status == 409
    expect(colleague.page.get_by_text("Somebody else has already claimed this task.")).to_be_visible()

    # The reviewer has the same form open twice and completes it in both.
    stale = reviewer.context.new_page()
    stale.goto(reviewer.page.url)
    reviewer.fill({"Result": "Complete: accept"})
    reviewer.page.get_by_role("button", name="Complete the task").click()
    expect(reviewer.page.locator(".notice-success")).to_contain_text("Check the papers")
    with stale.expect_response(lambda found: found.request.method == "POST") as response:
        stale.get_by_role("button", name="Complete the task").click()
    assert response.value.status == 409
    expect(stale.get_by_text("This task has been completed or is no longer needed.")).to_be_visible()
    stale.close()


def test_it_sends_back_signatures_and_cases_with_a_reason(town: Office) -> None:
    reviewer, colleague, leader = town.desk("reviewer"), town.desk("reviewer2"), town.desk("leader")
    case = town.new_case()
    town.unseen("reviewer").do("Check the papers", case, {"Result": "Complete: accept"})
    town.unseen("reviewer").do("Arrange the survey", case, households.appointment(town.today))

    # Who signed first cannot sign for the second person.
    reviewer.sign_first("Household survey", case, households.survey(reviewer.today))
    reviewer.row("Household survey", case).get_by_role("link", name="Household survey", exact=True).click()
    expect(reviewer.page.get_by_text("You have signed already; a second person has to sign.")).to_be_visible()

    # The second person reads the answers and refuses.
    colleague.open("Household survey", case)
    expect(colleague.page.locator("dl.facts").first).to_contain_text("生活情况与申报一致")
    colleague.page.get_by_text("Refuse the signature").click()
    colleague.page.get_by_label("What must be changed?").fill("收入数额不对")
    colleague.page.get_by_role("button", name="Send back to the first signer").click()
    expect(colleague.page.locator(".notice-success")).to_contain_text("Sent back: Household survey")

    # The first signer finds the answers again, and signs once more.
    reviewer.inbox("mine").filter(has_text=case).get_by_role(
        "link", name="Household survey", exact=True
    ).click()
    expect(reviewer.page.get_by_label("Net transfers, household a month")).to_have_value("1200")
    reviewer.page.get_by_role("button", name="Sign and pass on to the second signer").click()
    colleague.sign_second("Household survey", case)

    # The leader finds facts unclear; whoever surveys again reads why.
    leader.open("Give the first opinion", case)
    leader.page.get_by_text("Send the case back", exact=True).click()
    leader.page.get_by_label("What must be done again, and why?").fill("邻居情况未核实")
    leader.page.get_by_role("button", name="Send back").click()
    expect(leader.page.locator(".notice-success")).to_contain_text("Sent back: Give the first opinion")
    reviewer.row("Survey again", case).get_by_role("link", name="Survey again").click()
    expect(reviewer.page.locator(".notice-warning")).to_contain_text("邻居情况未核实")
