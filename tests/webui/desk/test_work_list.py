"""The list behind a number, and what a supervisor does to many tasks at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine import reasons
from tests.engine.supervising.conftest import ELSEWHERE, only_task
from tests.engine.supervising.test_work import Office
from tests.engine.support import ALICE, BOB, CLERK, SUPERVISOR

from .conftest import Browser, words

Browse = Callable[..., Browser]
NOTE = "Alice is on sick leave"


def act(browser: Browser, *tasks: int, status: int = 200, address: str = "/desk/work", **fields: Any) -> Any:
    return browser.post(address, status, task=[str(task) for task in tasks], **fields)


def outcome(page: Any) -> str:
    return " ".join(page.get_element_by_id("outcome").text_content().split())


def rows(page: Any) -> list[str]:
    return [" ".join(row.text_content().split()) for row in page.xpath("//main//tbody/tr")]


def number_of(office: Office, story: Any) -> str:
    return story.store.instance(story.case_id).business_key


def test_a_line_says_step_case_holder_due_and_clock(office: Office, browse: Browse) -> None:
    (row,) = rows(browse(SUPERVISOR).get("/desk/work?standing=late&office=2"))

    for said in ("write", number_of(office, office.late), "Alice", "1 working day late", "promise"):
        assert said in row


def test_the_clock_leads_to_its_day_ledger(office: Office, browse: Browse) -> None:
    browser = browse(SUPERVISOR)
    page = browser.get("/desk/work?standing=late&office=2")

    (ledger,) = page.xpath("//tbody//a[contains(@href, '/clocks/')]/@href")
    assert "promise" in words(browser.get(ledger))


def test_a_clock_that_stands_still_is_said_to(office: Office, browse: Browse) -> None:
    (row,) = rows(browse(SUPERVISOR).get("/desk/work?standing=paused"))

    assert "Clock paused" in row
    assert "promise" in row


def test_filters_without_a_field_can_be_taken_off(office: Office, browse: Browse) -> None:
    browser = browse(SUPERVISOR)
    page = browser.get(f"/desk/work?standing=late&person={ALICE.person_id}&service=t&step=write")
    assert len(rows(page)) == 1

    without = {
        link.get("aria-label"): link.get("href")
        for link in page.xpath("//form//span[@class='tag']/a[@aria-label]")
    }

    assert set(without) == {"Show without: Step: write", "Show without: Person: Alice"}
    assert len(rows(browser.get(without["Show without: Person: Alice"]))) == 1


def test_it_goes_on_to_the_next_page(office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    from webui.blueprints import desk

    monkeypatch.setattr(desk, "PAGE", 3)
    browser = browse(SUPERVISOR)

    first = browser.get("/desk/work")
    (following,) = first.xpath("//a[@rel='next']/@href")
    second = browser.get(following)

    assert (len(rows(first)), len(rows(second))) == (3, 1)
    assert second.xpath("//a[@rel='prev']/@href") == ["/desk/work"]


def test_all_are_ticked_without_a_script(office: Office, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/work")
    assert page.xpath("//tbody//input[@checked]") == []

    (address,) = page.xpath("//p[contains(@class, 'without-script')]/a/@href")
    page = browse(SUPERVISOR).get(address)

    assert len(page.xpath("//tbody//input[@checked]")) == 4


def test_many_are_handed_over_at_once_and_what_failed_is_named(office: Office, browse: Browse) -> None:
    """Bob is a reviewer: he gets both of the reviewers' tasks, and not the clerks'."""
    write, fresh, wait = only_task(office.late), only_task(office.fresh), only_task(office.paused)
    browser = browse(SUPERVISOR)

    page = act(browser, write, fresh, wait, action="reassign", to=str(BOB.person_id), note=NOTE)

    said = outcome(page)
    assert "Handed over (2)" in said
    assert "Not done (1): The person is not of the group" in said
    assert number_of(office, office.paused) in said
    assert [task.assignee for task in (*office.late.tasks(), *office.fresh.tasks())] == [BOB.person_id] * 2
    assert NOTE in words(browser.get(f"/cases/{office.late.case_id}"))


def test_the_new_assignee_sees_it_at_once(office: Office, browse: Browse) -> None:
    act(
        browse(SUPERVISOR),
        only_task(office.late),
        action="reassign",
        to=str(BOB.person_id),
        note=NOTE,
    )

    assert number_of(office, office.late) in words(browse(BOB).get("/?view=mine"))
    assert number_of(office, office.late) not in words(browse(ALICE).get("/?view=mine"))


def test_they_go_back_to_the_group(office: Office, browse: Browse) -> None:
    act(browse(SUPERVISOR), only_task(office.late), action="reassign", to="group", note=NOTE)

    assert [task.assignee for task in office.late.tasks()] == [None]


def test_who_could_do_them_is_offered_with_what_they_have(office: Office, browse: Browse) -> None:
    page = browse(SUPERVISOR).get("/desk/work?step=write&service=t")

    (group,) = page.xpath("//select[@id='to']/optgroup")
    assert group.get("label") == "reviewer · Qinghe"
    assert [one.text for one in group] == ["Bob, has 0", "Alice, has 1"]


def test_the_urgency_is_changed_and_shown(office: Office, browse: Browse) -> None:
    browser = browse(SUPERVISOR)

    page = act(browser, only_task(office.late), action="prioritise", priority="urgent", why="The press asks")

    assert "Urgency changed (1)" in outcome(page)
    assert any("Urgent" in row for row in rows(page))
    assert "The press asks" in words(browser.get(f"/cases/{office.late.case_id}"))


def test_a_reason_is_asked_answered_and_read(office: Office, browse: Browse) -> None:
    supervisor, alice, task = browse(SUPERVISOR), browse(ALICE), only_task(office.late)
    page = supervisor.get("/desk/work")
    question = page.get_element_by_id("question").text.strip()
    assert question.startswith("Why is it not done yet")

    page = act(supervisor, task, only_task(office.fresh), action="ask", question=question)
    assert "Reason asked for (1)" in outcome(page)
    assert "Nobody has claimed it" in outcome(page)

    page = alice.get(f"/tasks/{task}")
    assert "Sun asks for a reason" in words(page)
    (request,) = page.xpath("//input[@name='request']/@value")
    page = alice.post(f"/tasks/{task}/reason", request=request, reason="The bank has not answered")
    assert "Your answer has been sent" in words(page)
    assert "asks for a reason" not in words(page)

    (row,) = [row for row in rows(supervisor.get("/desk/work")) if "Reason given" in row]
    assert "The bank has not answered" in row
    history = words(supervisor.get(f"/cases/{office.late.case_id}"))
    assert "Asked for a reason: write" in history
    assert "Reason: The bank has not answered" in history


def test_an_answer_that_explains_nothing_is_refused(office: Office, browse: Browse) -> None:
    task = only_task(office.late)
    reasons.ask(office.world.runtime, [task], SUPERVISOR, "Why is it late?")
    (request,) = browse(ALICE).get(f"/tasks/{task}").xpath("//input[@name='request']/@value")

    page = browse(ALICE).post(f"/tasks/{task}/reason", request=request, reason="no")

    assert "at least 5 characters" in words(page)
    assert page.xpath("//input[@name='request']/@value") == [request]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "reassign", "to": "12", "note": "no"}, "5 to 500 characters"),
        ({"action": "reassign", "to": "", "note": NOTE}, "Choose somebody"),
        ({"action": "reassign", "to": "4711", "note": NOTE}, "no such person"),
        ({"action": "prioritise", "priority": "x", "why": NOTE}, "how urgent"),
        ({"action": "ask", "question": ""}, "5 to 500 characters"),
        ({"action": "strange"}, "problem"),
    ],
)
def test_what_is_missing_is_said_and_the_ticks_stay(
    office: Office, browse: Browse, fields: dict[str, str], said: str
) -> None:
    page = act(browse(SUPERVISOR), only_task(office.late), status=422, **fields)

    assert said in words(page)
    assert page.xpath("//tbody//input[@checked]/@value") == [str(only_task(office.late))]
    assert [task.assignee for task in office.late.tasks()] == [ALICE.person_id]


def test_without_a_tick_it_asks_for_one(office: Office, browse: Browse) -> None:
    assert "Tick at least one" in words(act(browse(SUPERVISOR), status=422, action="ask", question="Why so?"))


def test_another_office_does_nothing_and_learns_nothing(office: Office, browse: Browse) -> None:
    page = act(browse(ELSEWHERE), only_task(office.late), action="reassign", to="group", note=NOTE)

    assert "There is no such case, or it belongs to another office." in outcome(page)
    assert number_of(office, office.late) not in words(page)
    assert [task.assignee for task in office.late.tasks()] == [ALICE.person_id]


def test_a_caseworker_may_not(office: Office, browse: Browse) -> None:
    act(browse(CLERK), only_task(office.late), status=403, action="reassign", to="group", note=NOTE)


def test_more_than_the_limit_is_refused(office: Office, browse: Browse) -> None:
    page = act(
        browse(SUPERVISOR),
        *range(1, 250),
        status=422,
        action="ask",
        question="Why is it late?",
    )

    assert "At most 200 tasks" in words(page)


@pytest.mark.parametrize(
    "query",
    [
        "standing=x&service=x&office=x&person=99999999999999999999999&after=x",
        "after=9.9.9&step=%F0%9F%92%A9&group=nobody&office=4711",
        "office=9223372036854775808",
    ],
)
def test_strange_addresses_are_no_fault(office: Office, browse: Browse, query: str) -> None:
    browse(SUPERVISOR).get(f"/desk/work?{query}")


def test_an_address_that_no_database_can_look_for_is_bad_input(office: Office, browse: Browse) -> None:
    """PostgreSQL's texts hold no NUL; both databases say the same of it."""
    browse(SUPERVISOR).get("/desk/work?service=%00", status=422)
