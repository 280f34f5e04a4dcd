"""Neighbourhood assistance: an errand, a visit with a second need, an explanation, a lost paper, danger, nobody there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from .stories import Played

if TYPE_CHECKING:
    from .desk import Office
    from .running import Server

SERVICE = "door_to_door_assistance"


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server of its own, for the clock is moved."""
    return own_server


def test_it_opens_a_case_of_its_own_for_a_second_need(town: Office) -> None:
    """The normal end: window, reviewer, door team in pairs, line department and supervision."""
    played, clerk = Played(town, SERVICE, "second_need"), town.desk("clerk")
    case = played.start()

    # The way is computed from the assessment, and the promise runs from then on.
    played.go_on(to="arrange_visit")
    town.desk("door").wait_for("Arrange time and papers", case)
    expect(clerk.case(case).locator("summary", has_text="Promised help")).to_contain_text("days left")

    # The visit is a meeting of two; what they saw at home has become another case, and each leads to the other.
    played.go_on(to="file_papers")
    related = clerk.case(case).locator("#related").get_by_role("link")
    child = related.inner_text()
    related.click()
    expect(clerk.page.get_by_role("heading", level=1)).to_contain_text(child)
    expect(clerk.page.locator("#related")).to_contain_text(case)

    played.go_on()
    expect(clerk.case(case).locator(".answer")).to_contain_text("Completed")


def test_it_explains_in_writing_to_somebody_who_can_go_out(town: Office) -> None:
    played, clerk = Played(town, SERVICE, "explained_can_go_out"), town.desk("clerk")
    case = played.start()
    played.go_on(to="deliver_refusal")
    town.desk("reviewer").wait_for("Deliver the refusal and explain", case)
    letter = clerk.letter(case, played.words.letter("refusal_notice"))
    expect(letter).to_contain_text("administrative reconsideration within sixty days")
    played.go_on()
    expect(clerk.case(case).locator(".answer")).to_contain_text(played.words.element("explained"))


def test_it_traces_a_paper_that_the_sealed_bag_lost(town: Office) -> None:
    """Service point, remote clerk and door team pass a bag on; the window counts one paper less."""
    played, clerk = Played(town, SERVICE, "bag_mismatch_found"), town.desk("clerk")
    case = played.start()
    played.go_on(to="trace_mismatch")
    town.desk("reviewer").wait_for("Trace the difference", case)
    played.go_on(to="file_papers")
    record = clerk.letter(case, played.words.letter("mismatch_record"))
    expect(record).to_contain_text("户口簿")
    sheet = clerk.letter(case, played.words.letter("custody_sheet"))
    expect(sheet).to_contain_text("FD-00427")


def test_it_sends_help_first_where_there_is_danger(town: Office) -> None:
    """Committee, leader and supervision: nobody comes within two hours, so supervision steps in."""
    played, clerk = Played(town, SERVICE, "danger_at_home"), town.desk("clerk")
    case = played.start()
    played.go_on(to="visit_person")
    played.step()
    town.desk("committee").wait_for("Go there, call for help", case)
    expect(clerk.case(case).locator("summary", has_text="Promised help")).to_contain_text("Clock paused")
    expect(town.desk("supervisor").row("Step in", case)).to_have_count(0)
    played.go_on()
    expect(clerk.case(case).locator(".answer")).to_contain_text(played.words.element("handed_over"))


def test_it_looks_after_somebody_who_was_not_at_home_twice(town: Office) -> None:
    played, clerk = Played(town, SERVICE, "not_at_home_twice"), town.desk("clerk")
    case = played.start()
    for _visit in range(2):
        played.go_on(to="visit_person")
        played.step()
    expect(clerk.case(case).locator("summary", has_text="Promised help")).to_contain_text("Clock paused")
    played.go_on(to="check_on_person")
    card = clerk.letter(case, played.words.letter("not_at_home_card"))
    expect(card).to_be_visible()
    played.go_on(to="file_papers")
    expect(clerk.row("File with the department", case)).to_be_visible()


def test_it_lets_a_volunteer_run_an_errand_that_becomes_a_visit(town: Office) -> None:
    played = Played(town, SERVICE, "errand_becomes_visit")
    case = played.start()
    played.go_on(to="arrange_visit")
    town.desk("door").wait_for("Arrange time and papers", case)


def test_it_lets_an_adviser_run_an_errand(town: Office) -> None:
    played = Played(town, SERVICE, "errand_by_adviser")
    case = played.start()
    played.go_on(to="file_papers")
    town.desk("clerk").wait_for("File with the department", case)
