"""What becomes late before the week ends, why, and what is done about it at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine import instances
from tests.engine.bundles import bundle, extensions, node, start_and_end, timer
from tests.engine.story import begin
from tests.engine.supervising.conftest import TIMED, only_task
from tests.engine.support import ALICE, BOB, SUPERVISOR, World
from tests.webui.desk.conftest import Browser, words

Browse = Callable[..., Browser]
WEEK = "/desk/work?standing=this_week"


def rows(page: Any) -> list[str]:
    return [" ".join(row.text_content().split()) for row in page.xpath("//main//form//tbody/tr")]


def test_it_lists_what_is_due_by_sunday_and_nothing_later(world: World, browse: Browse) -> None:
    """Four working days from Monday end on Friday; begun on Wednesday, they end in the week after."""
    soon = begin(world, TIMED)
    soon.later(days=2)
    begin(world)

    (row,) = rows(browse(SUPERVISOR).get(WEEK))

    case = soon.store.instance(soon.case_id)
    assert case is not None
    for said in (case.business_key, "promise", "write", "Nobody yet", "since 2 Mar 2026 10:15", "6 Mar 2026"):
        assert said in row


def test_what_is_late_already_is_another_list(world: World, browse: Browse) -> None:
    begin(world, TIMED).later(days=4, hours=12)

    assert rows(browse(SUPERVISOR).get(WEEK)) == []
    assert len(rows(browse(SUPERVISOR).get("/desk/work?standing=late"))) == 1


def test_the_number_of_the_overview_leads_there(world: World, browse: Browse) -> None:
    begin(world, TIMED)
    browser = browse(SUPERVISOR)

    (link,) = browser.get("/desk").xpath("//*[@class='figures']//a[contains(., 'Late by Sunday')]")

    assert link[0].text == "1"
    assert len(rows(browser.get(link.get("href")))) == 1


def test_many_are_handed_over_from_there(world: World, browse: Browse) -> None:
    tasks = [only_task(begin(world, TIMED if number == 0 else None)) for number in range(3)]

    page = browse(SUPERVISOR).post(
        WEEK,
        200,
        task=[str(task) for task in tasks],
        action="reassign",
        to=str(BOB.person_id),
        note="Alice is away this week",
    )

    assert "Handed over (3)" in words(page)
    assert all("Bob" in row for row in rows(page))


def test_a_case_that_waits_for_no_person_is_not_forgotten(world: World, browse: Browse) -> None:
    body = extensions('<linbang:deadline id="promise" kind="promised" limit="4 WD"/>')
    body += node("intermediateCatchEvent", "rest", timer("P30D")) + start_and_end("rest")
    story = begin(world, bundle(body))

    page = browse(SUPERVISOR).get(WEEK)

    assert rows(page) == []
    (line,) = page.xpath("//section[@id='waiting']//tbody/tr")
    case = story.store.instance(story.case_id)
    assert case is not None
    assert case.business_key in line.text_content()


def test_an_ended_case_is_no_more_in_danger(world: World, browse: Browse) -> None:
    story = begin(world, TIMED)
    instances.cancel(world.runtime, story.case_id, SUPERVISOR, "Entered twice")

    assert "No task matches" in words(browse(SUPERVISOR).get(WEEK))


def test_a_caseworker_may_not(world: World, browse: Browse) -> None:
    browse(ALICE).get(WEEK, 403)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_speaks_both_languages(world: World, browse: Browse, language: str) -> None:
    said = words(browse(SUPERVISOR, language).get(WEEK))
    assert {"en": "Late by Sunday", "zh": "本周将超期"}[language] in said
