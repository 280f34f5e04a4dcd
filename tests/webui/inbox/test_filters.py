"""Filters of the list, and those that people keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from engine import saved_filters, user_tasks
from engine.scheduler import tick
from tests.engine.bundles import bundle, extensions, start_and_end, user_task
from tests.engine.support import ALICE, BOB, STRANGER
from tests.webui.incidents.conftest import words

if TYPE_CHECKING:
    from tests.engine.support import World


def shown(page: Any) -> list[str]:
    """Give the case numbers of the list."""
    return [one.text_content() for one in page.xpath("//tbody/tr/td[3]/a")]


def test_it_finds_a_task_by_its_case_number(browse: Any, tasks: list[int]) -> None:
    assert shown(browse(ALICE).get("/?view=groups&q=000002")) == ["T-2026-000002"]


def test_it_says_when_nothing_matches_and_leads_out(browse: Any, tasks: list[int]) -> None:
    page = browse(ALICE).get("/?view=groups&q=nobody")
    assert "No task matches. Show all" in words(page)


def test_it_says_when_a_search_finds_more_than_it_looks_through(
    browse: Any, tasks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = browse(ALICE)
    assert "There are more" not in words(alice.get("/?view=groups&q=T-2026"))
    monkeypatch.setattr("engine.store.searching.MAX_HITS", 2)
    page = alice.get("/?view=groups&q=T-2026")
    assert "There are more; the newest" in words(page)
    assert shown(page) == ["T-2026-000002", "T-2026-000003"]


def test_it_offers_the_steps_of_ones_own_groups(browse: Any, tasks: list[int]) -> None:
    page = browse(ALICE).get("/?view=groups")
    assert page.xpath("//select[@id='step']//option/@value") == ["", "t:check", "t:sign"]


def test_it_shows_one_step_of_a_service(world: World, browse: Any, tasks: list[int]) -> None:
    user_tasks.claim(world.runtime, tasks[0], ALICE)
    user_tasks.complete(world.runtime, tasks[0], ALICE, {})
    assert shown(browse(ALICE).get("/?view=groups&step=t:sign")) == ["T-2026-000001"]
    assert len(shown(browse(ALICE).get("/?view=groups&step=t:check"))) == 2


def test_it_finds_a_step_that_has_another_id_in_an_older_version(
    world: World, browse: Any, tasks: list[int]
) -> None:
    """A person knows a step by its name; which version a case runs on is not theirs to know."""
    newer = bundle(user_task("look") + start_and_end("look"), texts__en__yaml=_named("look", "check"))
    world.deploy(newer)
    world.start()
    assert len(shown(browse(ALICE).get("/?view=groups&step=t:look"))) == 4


def test_it_shows_what_is_at_risk(world: World, browse: Any) -> None:
    limit = '<linbang:deadline id="d" kind="promised" limit="10 WD" warn="50%"/>'
    world.deploy(bundle(extensions(limit) + user_task("check") + start_and_end("check")))
    world.start()
    alice = browse(ALICE)
    assert shown(alice.get("/?view=groups&due=risk")) == []
    world.clock.move(days=10)
    tick(world.runtime, budget_s=60)
    assert len(shown(alice.get("/?view=groups&due=risk"))) == 1
    assert shown(alice.get("/?view=groups&due=overdue")) == []


def test_it_takes_no_notice_of_what_no_filter_says(browse: Any, tasks: list[int]) -> None:
    page = browse(ALICE).get("/?view=nowhere&due=yesterday&after=x.y&service=&evil=1")
    assert len(shown(page)) == 3


def test_it_keeps_a_filter_and_shows_its_count(browse: Any, tasks: list[int]) -> None:
    alice = browse(ALICE)
    page = alice.get("/?view=groups&q=000002")
    query = page.xpath("//input[@name='query']/@value")[0]
    after = alice.post("/inbox/filters", name="Second case", query=query, back="/?view=groups")
    (link,) = after.xpath("//nav[@id='filters']/a")
    assert link.text_content() == "Second case"
    (counted,) = alice.get("/inbox/filters?view=groups").xpath("//nav/a")
    assert counted.text_content() == "Second case 1"
    assert shown(alice.get(counted.get("href"))) == ["T-2026-000002"]


def test_it_shares_a_filter_with_the_group_and_nobody_else(
    world: World, browse: Any, tasks: list[int]
) -> None:
    saved_filters.save(world.runtime, ALICE, "Late", "view=groups&due=overdue", "reviewer@2")
    assert browse(BOB).get("/?view=groups").xpath("//nav[@id='filters']/a/text()") == ["Late"]
    assert browse(STRANGER).get("/?view=groups").xpath("//nav[@id='filters']/a") == []


def test_it_changes_and_removes_ones_own(world: World, browse: Any, tasks: list[int]) -> None:
    kept = saved_filters.save(world.runtime, ALICE, "Late", "view=groups&due=overdue")
    alice = browse(ALICE)
    page = alice.post(
        f"/inbox/filters/{kept}", name="Too late", share_with="reviewer@2", back="/?view=groups"
    )
    assert page.xpath("//nav[@id='filters']/a/text()") == ["Too late"]
    page = alice.post(f"/inbox/filters/{kept}", name="Too late", remove="1", back="/?view=groups")
    assert page.xpath("//nav[@id='filters']/a") == []


def test_it_lets_nobody_change_a_colleagues(world: World, browse: Any, tasks: list[int]) -> None:
    kept = saved_filters.save(world.runtime, ALICE, "Late", "view=groups&due=overdue", "reviewer@2")
    page = browse(BOB).post(f"/inbox/filters/{kept}", status=403, name="Mine")
    assert "A colleague shares this filter" in words(page)
    browse(STRANGER).post(f"/inbox/filters/{kept}", status=404, name="Mine")


def _named(element_id: str, name: str) -> bytes:
    drawn = {element_id: {"name": name}, "begin": {"name": "begin"}, "done": {"name": "done"}}
    words = {"service": {"name": "t"}, "processes": {"t": "t"}, "elements": drawn}
    return yaml.safe_dump({**words, "reasons": {"because": "because"}}).encode()
