"""Outside systems fail: an operator sees it, tries again, corrects what was wrong or settles it by hand."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from .desk import Office
    from .running import Server

CHECK = "Data verification"
HOURS = 12


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server of its own, for its outside systems fail and the clock is moved."""
    return own_server


def test_it_goes_on_after_the_registry_is_there_again(town: Office) -> None:
    case, operator = _unverified_case(town), town.desk("operator")
    page = operator.incident(CHECK, case)
    expect(page.locator("main")).to_contain_text("The verification centre's registry cannot be reached")

    town.server.faults()
    page.get_by_role("button", name="Try again", exact=True).click()
    expect(page.locator(".notice-success")).to_contain_text("being tried again")
    town.desk("reviewer").wait_for("Arrange the survey", case)
    expect(page.locator(".notice-error")).to_have_count(0)
    expect(town.desk("clerk").case(case).locator("#sharing")).to_be_visible()


def test_it_corrects_the_number_that_a_short_message_did_not_reach(town: Office) -> None:
    clerk, operator = town.desk("clerk"), town.desk("operator")
    case = town.new_case()
    town.server.refuses_a_number_once()
    town.unseen("reviewer").do("Check the papers", case, {"Result": "Complete: accept"})

    page = operator.incident("Accepted", case)
    expect(page.locator("main")).to_contain_text("The telephone number cannot get short messages.")
    correction = page.locator("#correct")
    correction.get_by_label("Telephone number").fill("19900000014")
    correction.get_by_role("button", name="Correct and try again").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("#correct").get_by_label("Why are they corrected?").fill("本人来电更正号码")
    page.locator("#correct").get_by_role("button", name="Correct and try again").click()
    expect(page.locator(".notice-success")).to_be_visible()

    # The case never stood still, and it shows whom the message reached, with the middle of the number hidden.
    sent = clerk.case(case).locator("#messages-sent li", has_text="Short message")
    expect(sent.first).to_contain_text("sent")
    expect(sent.first).to_contain_text("0014")


def test_it_settles_by_hand_what_nobody_will_answer(town: Office) -> None:
    case, operator = _unverified_case(town), town.desk("operator")
    page = operator.incident(CHECK, case)
    settling = page.locator("#settle")
    settling.get_by_label("The other system has no record of this person.").check()
    settling.get_by_label("Why, and how is it known?").fill("核对中心电话答复")
    settling.get_by_role("button", name="Go on that way").click()
    expect(page.locator(".notice-success")).to_be_visible()
    town.server.faults()
    expect(town.desk("verifier").wait_for("Verify by hand", case)).to_be_visible()
    history = town.desk("clerk").case(case).locator("section", has_text="History").last
    expect(history).to_contain_text("核对中心电话答复")


def _unverified_case(town: Office) -> str:
    """Start a case whose data nobody can verify: the registry stays down until all tries are used up."""
    case = town.new_case()
    town.server.faults(registry="down")
    town.unseen("reviewer").do("Check the papers", case, {"Result": "Complete: accept"})
    operator = town.desk("operator")
    for _hour in range(HOURS):
        with suppress(AssertionError):
            expect(operator.incidents(CHECK, case)).to_be_visible(timeout=1_000)
            return case
        town.clock.later("PT1H")
    raise AssertionError(f"Expected an incident within {HOURS} hours")
