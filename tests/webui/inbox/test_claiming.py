"""Claiming from the list: one, many, and undone again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import user_tasks
from tests.engine.support import ALICE, BOB, STRANGER
from tests.webui.incidents.conftest import words

if TYPE_CHECKING:
    from tests.engine.support import World

GROUPS = "/?view=groups"


def held(world: World, actor: Any) -> list[int]:
    return [row.user_task_id for row in world.runtime.inbox.page({f"p{actor.person_id}"}, 100)]


def undo(page: Any) -> dict[str, Any]:
    """Give what the button beside the message would post."""
    (form,) = page.xpath("//form[contains(@class, 'undo')]")
    return {"task": form.xpath("input[@name='task']/@value"), "claimed_at": form.fields["claimed_at"]}


def test_it_stays_in_the_list_and_offers_to_undo(world: World, browse: Any, tasks: list[int]) -> None:
    page = browse(ALICE).post(f"/tasks/{tasks[0]}/claim", back=GROUPS)
    assert "T-2026-000001 is yours now. Undo" in words(page)
    assert held(world, ALICE) == tasks[:1]
    assert len(page.xpath("//tbody/tr")) == len(tasks) - 1


def test_it_goes_on_to_the_task_where_no_list_was(browse: Any, tasks: list[int]) -> None:
    page = browse(ALICE).post(f"/tasks/{tasks[0]}/claim")
    assert page.xpath("//form[@id='answers']")


def test_it_claims_all_that_were_ticked(world: World, browse: Any, tasks: list[int]) -> None:
    page = browse(ALICE).post("/inbox/claim", back=GROUPS, task=tasks)
    assert "3 tasks are yours now." in words(page)
    assert sorted(held(world, ALICE)) == sorted(tasks)


def test_it_names_what_somebody_else_has_claimed_meanwhile(
    world: World, browse: Any, tasks: list[int]
) -> None:
    user_tasks.claim(world.runtime, tasks[1], BOB)
    page = browse(ALICE).post("/inbox/claim", back=GROUPS, task=tasks)
    assert "2 tasks are yours now." in words(page)
    assert "Not claimed: T-2026-000002: Somebody else has already claimed this task." in words(page)


def test_it_names_no_case_of_another_office(browse: Any, tasks: list[int]) -> None:
    page = browse(STRANGER).post("/inbox/claim", back=GROUPS, task=tasks[:1])
    assert "Not claimed: a task: This is work of another group or office." in words(page)
    assert "T-2026" not in words(page)


def test_it_asks_for_a_tick_first(browse: Any, tasks: list[int]) -> None:
    assert "Tick at least one task first." in words(browse(ALICE).post("/inbox/claim", back=GROUPS))


def test_it_undoes_a_claim_of_many(world: World, browse: Any, tasks: list[int]) -> None:
    alice = browse(ALICE)
    claimed = alice.post("/inbox/claim", back=GROUPS, task=tasks)
    page = alice.post("/inbox/undo", back=GROUPS, **undo(claimed))
    assert "3 tasks were given back." in words(page)
    assert held(world, ALICE) == []


def test_it_undoes_no_claim_after_something_was_written(world: World, browse: Any, tasks: list[int]) -> None:
    alice = browse(ALICE)
    claimed = alice.post(f"/tasks/{tasks[0]}/claim", back=GROUPS)
    world.clock.move(seconds=5)
    user_tasks.save_draft(world.runtime, tasks[0], ALICE, {})
    page = alice.post("/inbox/undo", back=GROUPS, **undo(claimed))
    assert "Not given back: T-2026-000001: You have written something since" in words(page)
    assert held(world, ALICE) == tasks[:1]


def test_it_gives_back_all_that_were_ticked(world: World, browse: Any, tasks: list[int]) -> None:
    for task in tasks:
        user_tasks.claim(world.runtime, task, ALICE)
    page = browse(ALICE).post("/inbox/unclaim", back="/?view=mine", task=tasks[:2])
    assert "2 tasks were given back." in words(page)
    assert held(world, ALICE) == tasks[2:]


def test_it_goes_back_to_no_other_place(browse: Any, tasks: list[int]) -> None:
    answer = browse(ALICE).client.post(f"/tasks/{tasks[0]}/claim", data={"back": "https://elsewhere.example"})
    assert answer.location == "/"
