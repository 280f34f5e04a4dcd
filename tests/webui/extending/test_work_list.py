"""A supervisor ticks tasks, sees from which day to which their clocks would move, and extends them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.engine.extending.conftest import ELSEWHERE, NOTE, extend
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, QINGHE, SUPERVISOR, employ, person

from .conftest import Browser, words

Browse = Callable[..., Browser]
CHOICE = "t|law|cross_place"


def act(browser: Browser, *tasks: int, status: int = 200, **fields: Any) -> Any:
    wanted = {"action": "extend", "extension": CHOICE, "grounds": NOTE, **fields}
    return browser.post("/desk/work", status, task=[str(task) for task in tasks], **wanted)


def task_of(story: Story) -> int:
    (row,) = story.tasks()
    return row.id


def number_of(story: Story) -> str:
    row = story.store.instance(story.case_id)
    assert row is not None
    return row.business_key


def test_only_what_the_reader_may_grant_is_offered(story: Story, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/work")

    assert page.xpath("//select[@name='extension']/option/@value") == [""]
    assert page.xpath("//select[@name='extension']//optgroup/option/@value") == [CHOICE]
    assert page.xpath("//select[@name='extension']/optgroup/@label") == ["t · law to 45 working days"]


def test_nothing_is_offered_to_those_who_may_grant_nothing(story: Story, browse: Browse) -> None:
    other = person(41, "Other", office=QINGHE, roles="supervisor")
    employ(story.world, other)

    assert browse(other).get("/desk/work").xpath("//select[@name='extension']") == []


def test_a_clock_that_has_run_out_cannot_be_extended_from_here_either(story: Story, browse: Browse) -> None:
    story.later(days=60)

    page = act(browse(SUPERVISOR), task_of(story))

    assert "Cannot be extended (1): Its limit has run out" in words(page)
    assert page.xpath("//button[@value='extend_now']") == []


def test_it_shows_both_dates_of_each_case_and_says_which_cannot(story: Story, browse: Browse) -> None:
    before = extend(begin(story.world))

    page = act(browse(SUPERVISOR), task_of(story), task_of(before))

    (row,) = (" ".join(one.text_content().split()) for one in page.xpath("//tbody/tr"))
    assert row == f"{number_of(story)} Wang 14 Apr 2026 17:00 8 May 2026 17:00"
    assert "Cannot be extended (1): It was extended as often as is allowed." in words(page)
    assert "The applicant is told by the letter “Extension” and a message" in words(page)
    assert page.xpath("//input[@name='task']/@value") == [str(task_of(story))]
    assert story.due("law") == "2026-04-14T17:00"


def test_it_extends_what_was_seen_and_says_what_came_of_it(story: Story, browse: Browse) -> None:
    other = begin(story.world)
    browser = browse(SUPERVISOR)
    seen = act(browser, task_of(story), task_of(other))
    fields = {one.get("name"): one.get("value") for one in seen.xpath("//main//form//input[@type='hidden']")}

    page = act(browser, task_of(story), task_of(other), action="extend_now", extension=fields["extension"])

    assert "Extended, and the applicants are told (2)" in words(page)
    assert {one.due("law") for one in (story, other)} == {"2026-05-08T17:00"}


def test_two_ticked_tasks_that_are_extended_meanwhile_are_told(story: Story, browse: Browse) -> None:
    extend(story)

    page = act(browse(SUPERVISOR), task_of(story), action="extend_now")

    assert "Not done (1): It was extended as often as is allowed." in words(page)


def test_it_says_what_is_missing(story: Story, browse: Browse) -> None:
    browser = browse(SUPERVISOR)

    page = act(browser, task_of(story), status=422, extension="")
    assert "Choose a reason" in words(page)
    assert page.xpath("//select[@name='extension']//option[@selected]/@value") == []
    page = act(browser, task_of(story), status=422, action="extend_now", grounds="no")
    assert "Say in 5 to 500 characters" in words(page)
    assert page.xpath("//textarea[@name='grounds']")[0].text == "no"
    assert page.xpath("//input[@name='extension']/@value") == [CHOICE]
    assert "8 May 2026 17:00" in words(page)
    assert story.due("law") == "2026-04-14T17:00"
    assert "Tick at least one task first." in words(act(browser, status=422))


def test_it_is_for_supervisors_of_the_office(story: Story, browse: Browse) -> None:
    act(browse(ALICE), task_of(story), status=403)
    page = act(browse(ELSEWHERE), task_of(story))

    assert "Cannot be extended (1)" in words(page)
    assert number_of(story) not in words(page)
