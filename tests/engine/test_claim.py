"""Claiming and unclaiming a task."""

from __future__ import annotations

import pytest

from engine import user_tasks
from engine.errors import InvalidState, NotAllowed, NotFound

from .bundles import FOUR_TASKS, bundle
from .story import Story, begin
from .support import ALICE, BOB, CLERK, STRANGER, World


@pytest.fixture
def story(world: World) -> Story:
    return begin(world, bundle(FOUR_TASKS))


def test_it_moves_the_task_from_the_groups_inbox_into_ones_own(story: Story) -> None:
    task = story.world.task(ALICE, "t1")

    user_tasks.claim(story.world.runtime, task, ALICE)

    assert [row.principal for row in story.world.inbox(ALICE)] == [f"p{ALICE.person_id}"]
    assert story.world.inbox(BOB) == []
    story.settle()


def test_claiming_ones_own_task_again_changes_nothing_but_the_history(story: Story) -> None:
    task = story.world.task(ALICE, "t1")
    user_tasks.claim(story.world.runtime, task, ALICE)

    user_tasks.claim(story.world.runtime, task, ALICE)

    assert [row.assignee for row in story.tasks()] == [ALICE.person_id]


def test_it_refuses_a_second_claim(story: Story) -> None:
    task = story.world.task(ALICE, "t1")
    user_tasks.claim(story.world.runtime, task, ALICE)

    with pytest.raises(InvalidState) as caught:
        user_tasks.claim(story.world.runtime, task, BOB)

    assert caught.value.code == "already_claimed"


@pytest.mark.parametrize("actor", [STRANGER, CLERK], ids=["another office", "another group"])
def test_it_refuses_somebody_outside_the_group(story: Story, actor: object) -> None:
    with pytest.raises(NotAllowed) as caught:
        user_tasks.claim(story.world.runtime, story.world.task(ALICE, "t1"), actor)  # type: ignore[arg-type]  # an Actor

    assert caught.value.code == "not_in_group"


def test_it_refuses_a_task_that_is_done(story: Story) -> None:
    task = story.world.task(ALICE, "t1")
    story.do("t1")

    with pytest.raises(InvalidState) as caught:
        user_tasks.claim(story.world.runtime, task, ALICE)

    assert caught.value.code == "task_not_open"


def test_it_refuses_a_task_of_a_case_that_has_ended(story: Story) -> None:
    task = story.world.task(ALICE, "t1")
    story.do("t1").do("t2").do("t3").do("t4")

    with pytest.raises(InvalidState) as caught:
        user_tasks.claim(story.world.runtime, task, ALICE)

    assert caught.value.code == "case_ended"


def test_it_refuses_an_id_that_is_no_task(story: Story) -> None:
    with pytest.raises(NotFound) as caught:
        user_tasks.claim(story.world.runtime, 4711, ALICE)

    assert caught.value.code == "task_unknown"
