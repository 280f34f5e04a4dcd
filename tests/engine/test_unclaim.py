"""Putting a claimed task back."""

from __future__ import annotations

import pytest

from engine import user_tasks
from engine.errors import InvalidState

from .bundles import FOUR_TASKS, bundle
from .story import Story, begin
from .support import ALICE, BOB, QINGHE, World


@pytest.fixture
def story(world: World) -> Story:
    found = begin(world, bundle(FOUR_TASKS))
    user_tasks.claim(world.runtime, world.task(ALICE, "t1"), ALICE)
    return found


def test_it_gives_the_task_back_to_the_group(story: Story) -> None:
    user_tasks.unclaim(story.world.runtime, story.world.task(ALICE, "t1"), ALICE)

    assert [row.principal for row in story.world.inbox(BOB)] == [f"reviewer@{QINGHE}"]
    story.settle()


def test_it_refuses_somebody_elses_task(story: Story) -> None:
    with pytest.raises(InvalidState) as caught:
        user_tasks.unclaim(story.world.runtime, story.world.task(ALICE, "t1"), BOB)

    assert caught.value.code == "already_claimed"


def test_it_refuses_a_task_that_nobody_has(story: Story) -> None:
    task = story.world.task(ALICE, "t1")
    user_tasks.unclaim(story.world.runtime, task, ALICE)

    with pytest.raises(InvalidState) as caught:
        user_tasks.unclaim(story.world.runtime, task, ALICE)

    assert caught.value.code == "not_claimed"
