"""What goes wrong at a desk: the page says what and where, and nothing that was typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from . import households

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Route

    from .desk import Desk, Office

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture(scope="module")
def case(town: Office) -> str:
    """A case whose papers are complete and whose survey is to be arranged."""
    number = town.new_case()
    town.unseen("reviewer").do("Check the papers", number, {"Result": "Complete: accept"})
    return number


@pytest.fixture
def arranging(town: Office, case: str) -> Desk:
    """The reviewer, who has the task of arranging the survey open."""
    desk = town.desk("reviewer")
    mine = desk.inbox("mine").filter(has_text=case).get_by_role("link", name="Arrange the survey")
    if mine.count():
        mine.click()
    else:
        desk.open("Arrange the survey", case)
    return desk


def test_it_names_every_wrong_answer_by_its_label_and_keeps_the_rest(town: Office) -> None:
    clerk = town.desk("clerk")
    couple = households.couple(town.server)
    wrong = couple.husband[:-1] + ("0" if couple.husband[-1] != "0" else "1")
    clerk.go("/services/minimum_living_allowance/start")
    clerk.fill(couple.application(clerk.today) | {"Applicant's identity number": wrong, "Telephone": ""})
    with clerk.page.expect_response(lambda found: found.request.method == "POST") as response:
        clerk.page.get_by_role("button", name="Start the case").click()
    assert response.value.status == 422
    summary = clerk.page.locator(".error-summary")
    expect(summary).to_be_focused()
    problem = (
        "Applicant's identity number: This identity number is not valid: its check digit or its date is wrong"
    )
    expect(summary.get_by_role("link")).to_have_text([problem, "Enter “Telephone”"])
    expect(clerk.page.get_by_label("Applicant's identity number")).to_have_value(wrong)
    expect(clerk.page.get_by_label("Address where the household lives")).to_have_value("和风苑12号301室")
    second = clerk.page.get_by_role("group", name="Members of the household, entry 2", exact=True)
    expect(second.get_by_label("Identity number")).to_have_value(couple.wife)

    # A line of the summary leads to its field.
    summary.get_by_role("link", name="Telephone").click()
    expect(clerk.page.get_by_label("Telephone")).to_be_focused()


def test_it_warns_of_a_second_application_of_the_same_person(town: Office) -> None:
    clerk, answers = town.desk("clerk"), households.couple(town.server).application(town.today)
    case = town.unseen("clerk").apply(answers)
    clerk.go("/services/minimum_living_allowance/start")
    clerk.fill(answers)
    clerk.page.get_by_role("button", name="Start the case").click()
    warning = clerk.page.get_by_role("alert")
    expect(warning).to_contain_text("This person already has a running case of this service")
    expect(warning).to_contain_text(case)
    clerk.page.get_by_label("I have checked this").check()
    clerk.page.get_by_role("button", name="Start the case").click()
    expect(clerk.page.locator(".notice-success")).to_contain_text("has been started")


def test_it_keeps_a_draft_while_somebody_types(town: Office, arranging: Desk, case: str) -> None:
    arranging.fill({"First investigator": "林思远", "Time": "Afternoon"})
    expect(arranging.page.locator("#draft")).to_contain_text("Draft kept", timeout=10_000)
    arranging.page.reload()
    expect(arranging.page.get_by_label("First investigator")).to_have_value("林思远")

    # Another browser of the same person, later: the draft is there too.
    elsewhere = town.new_desk()
    elsewhere.sign_in("reviewer")
    row = elsewhere.inbox("mine").filter(has_text=case)
    expect(row).to_contain_text("draft")
    row.get_by_role("link", name="Arrange the survey", exact=True).click()
    expect(elsewhere.page.get_by_label("First investigator")).to_have_value("林思远")
    expect(elsewhere.page.get_by_label("Afternoon")).to_be_checked()
    elsewhere.context.close()


def test_it_refuses_a_file_of_a_wrong_type_and_keeps_the_answers(town: Office, tmp_path: Path) -> None:
    script, picture = tmp_path / "papers.html", tmp_path / "papers.png"
    script.write_text("<script>alert(1)</script>")
    picture.write_bytes(PICTURE)
    clerk = town.desk("clerk")
    clerk.go("/services/minimum_living_allowance/start")
    clerk.fill({"Applicant's name": "李四"})
    clerk.page.get_by_label("Papers").set_input_files(script)
    clerk.page.get_by_role("button", name="Start the case").click()
    expect(clerk.page.locator(".error-summary")).to_contain_text(
        "Only PDF, PNG and JPEG files can be attached."
    )
    expect(clerk.page.get_by_label("Applicant's name")).to_have_value("李四")


def test_it_shows_a_stranger_of_another_office_nothing(town: Office, case: str) -> None:
    address = town.desk("clerk").case(case).url
    stranger = town.desk("clerk.shiqiao")
    stranger.go("/cases/")
    expect(stranger.page.get_by_text(case)).to_have_count(0)
    response = stranger.page.goto(address)
    assert response is not None
    assert response.status == 404
    expect(
        stranger.page.get_by_text("There is no such case, or it belongs to another office.")
    ).to_be_visible()


def test_it_refuses_a_post_that_comes_from_elsewhere(town: Office) -> None:
    clerk = town.desk("clerk")
    clerk.go("/")
    clerk.page.locator("form.sign-out input[name=csrf_token]").evaluate("(one) => { one.value = 'forged'; }")
    with clerk.page.expect_response(lambda found: found.request.method == "POST") as response:
        clerk.page.get_by_role("button", name="Sign out").click()
    assert response.value.status == 400
    expect(clerk.page.get_by_text("came from elsewhere")).to_be_visible()


def test_it_loses_nothing_that_is_typed_while_the_questions_change(town: Office) -> None:
    """On a slow line the form is drawn anew under the hands of the person who types on."""
    page = town.desk("clerk").page
    town.desk("clerk").go("/services/minimum_living_allowance/start")
    held: list[Route] = []
    page.route("**/start", lambda route: held.append(route))  # noqa: PLW0108 - Playwright asks for a function
    with page.expect_request("**/start"):
        page.get_by_label("Married", exact=True).check()
    page.get_by_label("Telephone").fill("19900000013")
    with page.expect_response("**/start"):
        held.pop().continue_()
    page.unroute("**/start")
    expect(page.get_by_role("group", name="Why the spouse does not count")).to_be_visible()
    expect(page.get_by_label("Telephone")).to_have_value("19900000013")
