"""The page of a case offers to extend a clock, shows both dates before, and tells afterwards who gave which time."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.extending.conftest import NOTE, extend
from tests.engine.story import Story
from tests.engine.support import ALICE, BOB, CLERK, STRANGER, SUPERVISOR

from .conftest import Browser, words

Browse = Callable[..., Browser]


def address(story: Story, key: str = "law:0") -> str:
    return f"/cases/{story.case_id}/clocks/{key}/extension/"


def offered(page: object) -> list[str]:
    return page.xpath("//main//a[contains(@href, '/extension/')]/@href")  # type: ignore[attr-defined, no-any-return]


def test_it_is_offered_to_those_whom_a_reason_names(story: Story, browse: Browse) -> None:
    page = f"/cases/{story.case_id}"

    assert offered(browse(ALICE).get(page)) == [address(story), address(story, "promise:0")]
    assert offered(browse(SUPERVISOR).get(page)) == [address(story)]
    assert offered(browse(CLERK).get(page)) == []


def test_both_dates_and_how_the_applicant_is_told_are_seen_before(story: Story, browse: Browse) -> None:
    page = browse(ALICE).get(address(story))

    said = words(page)
    assert "Now due14 Apr 2026 17:00 30 working days" in said
    assert "Would be due8 May 2026 17:00 45 working days" in said
    assert "The applicant is told by the letter “Extension” and a message" in said
    assert "Ends with it: promise." in said
    assert page.xpath("//input[@name='reason']/@value") == ["cross_place"]


def test_it_extends_and_the_case_says_thirty_and_fifteen_why_who_and_when(
    story: Story, browse: Browse
) -> None:
    said = words(browse(ALICE).post(address(story), reason="cross_place", note=NOTE))

    assert story.due("law") == "2026-05-08T17:00"
    assert "30 + 15 = 45 working days, 2 Mar 2026 10:15 · Alice: cross_place en Measures, art. 22" in said
    assert "Time extended by decision" in said
    assert f"By law: Measures, art. 22; Note: {NOTE}" in said
    assert "Cannot be extended: It was extended as often as is allowed." in said


def test_the_day_ledger_says_it_too(story: Story, browse: Browse) -> None:
    extend(story)

    said = words(browse(CLERK).get(f"/cases/{story.case_id}/clocks/law:0"))

    assert "Extended30 + 15 = 45 working days, 2 Mar 2026 10:15 · Alice: cross_place en" in said


def test_the_letter_is_there_to_print(story: Story, browse: Browse) -> None:
    browser = browse(ALICE)
    page = browser.post(address(story), reason="cross_place", note=NOTE)

    (letter,) = page.xpath("//a[contains(@href, '/letters/')]/@href")

    assert "Wang cross_place en 14 Apr 2026 8 May 2026 Measures, art. 22" in words(browser.get(letter))


def test_what_is_missing_is_said_and_what_was_written_stays(story: Story, browse: Browse) -> None:
    browser = browse(ALICE)

    page = browser.post(address(story), 422, reason="cross_place", note="no")
    assert "Say in 5 to 500 characters why the reason holds here." in words(page)
    assert page.xpath("//textarea[@name='note']")[0].text == "no"
    page = browser.post(address(story), 422, note=NOTE)
    assert "Choose a reason for which the clock may be extended." in words(page)
    assert story.due("law") == "2026-04-14T17:00"


def test_a_second_extension_is_refused_with_a_page(story: Story, browse: Browse) -> None:
    extend(story, BOB)

    said = words(browse(ALICE).post(address(story), 409, reason="cross_place", note=NOTE))

    assert "It was extended as often as is allowed." in said
    assert "Back to the case" in said


def test_a_clock_that_ran_out_says_so_in_time(story: Story, browse: Browse) -> None:
    story.later(days=60)

    assert "Its limit has run out" in words(browse(ALICE).get(address(story)))


def test_nobody_else_sees_the_page(story: Story, browse: Browse) -> None:
    browse(CLERK).get(address(story), 404)
    browse(STRANGER).get(address(story), 404)
    browse(ALICE).get(address(story, "nothing:0"), 404)
    browse(CLERK).post(address(story), 403, reason="cross_place", note=NOTE)
    assert story.due("law") == "2026-04-14T17:00"


def test_it_speaks_chinese(story: Story, browse: Browse) -> None:
    browser = browse(ALICE, "zh")

    assert "延长后到期日2026年5月8日 17:00 45个工作日" in words(browser.get(address(story)))
    said = words(browser.post(address(story), reason="cross_place", note=NOTE))

    assert "30 + 15 = 45个工作日" in said
    assert "决定延长时限" in said
