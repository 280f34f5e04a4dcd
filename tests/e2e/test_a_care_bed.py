"""Care bed referral: out of hospital within a day, a refusal, three rejections and the wait for a free bed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from .stories import Played

if TYPE_CHECKING:
    from .desk import Office
    from .running import Server

SERVICE = "care_bed_referral"
OFFICE = "Qinghe Sub-district"
ACCEPT = {"reply": "accepted"}


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server of its own, for the clock is moved."""
    return own_server


def test_it_finds_a_bed_for_somebody_who_leaves_hospital(town: Office) -> None:
    """The first institution is silent for a day; the second accepts, by itself, over the platform."""
    played, dispatcher = Played(town, SERVICE, "hospital_discharge"), town.desk("dispatcher")

    # Somebody who works for the whole district says whose people are to help.
    case = played.start(office=OFFICE)
    expect(town.desk("hospital").page.locator(".page-head")).to_contain_text(OFFICE)
    played.go_on(to="approve_match")
    town.server.replies({"reply": "silent"})
    played.step()
    page = dispatcher.case(case)
    expect(page.locator("summary", has_text=played.words.deadline("reply_limit"))).to_contain_text("24 hours")

    # Silence passes on to the next candidate, whose acceptance comes as a signed message of the platform.
    played.step()
    town.server.replies(ACCEPT)
    played.step()
    played.skip("confirm_placement")
    played.go_on(to="tell_by_hand")
    shared = dispatcher.case(case).locator("#sharing li")
    expect(shared.filter(has_text=played.words.element("make_offer"))).to_have_count(2)
    expect(shared.filter(has_text=played.words.element("admit_to_bed"))).to_have_count(1)
    played.skip("write_care_plan")
    played.step()


def test_it_refuses_who_is_too_young_and_names_other_help(town: Office) -> None:
    played, adviser = Played(town, SERVICE, "not_entitled"), town.desk("adviser")
    case = played.start()
    played.go_on(to="deliver_refusal")
    letter = adviser.letter(case, played.words.letter("refusal_notice"))
    expect(letter).to_contain_text("三十三周岁")
    expect(letter).to_contain_text("administrative reconsideration within sixty days")
    played.go_on()
    expect(adviser.case(case).locator(".answer")).to_contain_text("Refused")


def test_it_waits_for_a_free_bed_after_three_rejections(town: Office) -> None:
    """Doctor, assessor, adviser, dispatcher and institution; replies and the free bed come from the platform."""
    played, dispatcher = Played(town, SERVICE, "three_rejections_waiting"), town.desk("dispatcher")
    case = played.start()
    played.go_on(to="approve_match")
    town.server.replies({"reply": "rejected", "rejection": "infectious"})
    played.step()

    # Three institutions say no, each with a reason; then people confer, and the person waits.
    dispatcher.wait_for("Case conference", case)
    letters = dispatcher.case(case).get_by_role("link", name=played.words.letter("rejection_notice"))
    expect(letters).to_have_count(3)
    played.skip("hold_conference")
    played.step()
    notice = dispatcher.letter(case, played.words.letter("waiting_notice"))
    expect(notice).to_contain_text(re.compile(r"Your place now\s*1\b"))

    # Two weeks later a bed gets free: the platform calls, and the match is made anew.
    town.clock.later("5 WD", times=2)
    town.server.replies(ACCEPT)
    town.server.bed_gets_free("YL01-001")
    dispatcher.wait_for("Check the match", case)
    played.skip("approve_match")
    played.step()
    played.skip("confirm_placement")
    played.go_on()
    page = dispatcher.case(case)
    expect(page.get_by_role("link", name=played.words.letter("service_agreement"))).to_be_visible()
    expect(page.locator("#sharing li", has_text=played.words.element("admit_to_bed"))).to_have_count(1)
    expect(page.locator("#messages-sent li", has_text="not delivered")).to_have_count(0)
