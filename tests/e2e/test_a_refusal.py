"""Wages that the household did not mention: the data are told, not disputed, and the refusal says all it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from . import households

if TYPE_CHECKING:
    from .desk import Office


def test_it_refuses_with_reason_facts_clause_and_remedy(town: Office) -> None:
    clerk, reviewer = town.desk("clerk"), town.desk("reviewer")
    case = town.new_case(wage=3000, transfers=(800, 1200))
    town.unseen("reviewer").do("Check the papers", case, {"Result": "Complete: accept"})

    # The data show too much income. While the applicant may answer, the promised clock stands still.
    clerk.wait_for("Record the applicant's answer", case)
    page = clerk.case(case)
    expect(page.locator("summary", has_text="Promised limit")).to_contain_text("Clock paused")
    expect(page.locator("summary", has_text="Statutory limit")).to_contain_text("30 working days left")
    expect(clerk.letter(case, "Result of the data verification")).to_contain_text("Measures, art. 18")
    clerk.do("Record the applicant's answer", case, {"Applicant told on": clerk.today})
    expect(clerk.case(case).locator("summary", has_text="Promised limit")).to_contain_text(
        "working days left"
    )

    # Two people survey at home and find the wages.
    found = households.survey(town.today, wages="3200", transfers="2000")
    surveys = town.unseen("reviewer")
    surveys.do("Arrange the survey", case, households.appointment(town.today))
    surveys.sign_first("Household survey", case, found)
    town.unseen("reviewer2").sign_second("Household survey", case)

    # What the rules find not eligible cannot be granted, whoever wishes it.
    leader = town.desk("leader")
    leader.open("Give the first opinion", case)
    expect(leader.page.locator("form#answers")).to_contain_text("Income too high")
    leader.fill({"Opinion": "To grant", "Reasons": "符合条件"})
    leader.page.get_by_role("button", name="Complete the task").click()
    expect(leader.page.locator(".error-summary")).to_contain_text("The rules find the household not eligible")
    leader.fill({"Opinion": "To refuse", "Reasons": "收入超过"})
    leader.page.get_by_role("button", name="Complete the task").click()

    # A proposal to refuse goes straight to the district, without a notice.
    town.desk("county").do(
        "Review and confirm", case, {"What to do": "Refuse", "Facts and reasons": "家庭人均收入2600元"}
    )
    letter = reviewer.letter(case, "Refusal of the minimum living allowance")
    expect(letter).to_contain_text("王建国")
    expect(letter).to_contain_text("The income per head is too high")
    expect(letter).to_contain_text("¥2,600.00")
    expect(letter).to_contain_text("家庭人均收入2600元")
    expect(letter).to_contain_text("Measures, arts. 13, 21")
    expect(letter).to_contain_text("administrative reconsideration within sixty days")
    expect(letter).to_contain_text("bring an action before the people's court within six months")

    # Delivering it includes an offer of other help.
    delivery = {
        "Delivered on": reviewer.today,
        "How": "In person",
        "Signed by": "王建国",
        "Remedies and their time limits were explained": True,
    }
    reviewer.open("Deliver the refusal and explain", case)
    reviewer.fill(delivery)
    reviewer.page.get_by_role("button", name="Complete the task").click()
    expect(reviewer.page.locator(".error-summary")).to_contain_text("Offer screening for rigid expenditure")
    reviewer.fill({"Other help offered": ["Recognition as a rigid-expenditure family"]})
    reviewer.page.get_by_role("button", name="Complete the task").click()
    expect(reviewer.page.locator(".notice-success")).to_be_visible()

    # The supervisor, who had no part in it, calls back; then the case has ended.
    supervisor = town.desk("supervisor")
    answers = {
        "How": "Telephone",
        "Result of this attempt": "Reached, gave a rating",
        "Rating": "Satisfied",
    }
    supervisor.do("Call back and ask for a rating", case, answers)
    expect(clerk.case(case).locator(".answer")).to_contain_text("Refused")
