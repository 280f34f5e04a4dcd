"""Keeping unfinished answers."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine import user_tasks
from engine.errors import InvalidInput
from engine.state import to_ms

from .bundles import FOUR_TASKS, bundle
from .story import Story, begin
from .support import ALICE, BOB, World


@pytest.fixture
def story(world: World) -> Story:
    found = begin(world, bundle(FOUR_TASKS))
    user_tasks.claim(world.runtime, world.task(ALICE, "t1"), ALICE)
    return found


def test_it_is_read_again_as_it_was_written(story: Story) -> None:
    runtime, task = story.world.runtime, story.world.task(ALICE, "t1")

    assert user_tasks.save_draft(runtime, task, ALICE, {"name": "王", "rows": [{"n": ""}]})

    assert user_tasks.read_draft(runtime, task) == (
        {"name": "王", "rows": [{"n": ""}]},
        to_ms(runtime.clock.now()),
    )
    story.settle()


def test_a_newer_one_replaces_it(story: Story) -> None:
    runtime, task = story.world.runtime, story.world.task(ALICE, "t1")
    user_tasks.save_draft(runtime, task, ALICE, {"a": 1})

    user_tasks.save_draft(runtime, task, ALICE, {"a": 2})

    found = user_tasks.read_draft(runtime, task)
    assert found is not None
    assert found[0] == {"a": 2}


def test_it_is_refused_for_somebody_elses_task(story: Story) -> None:
    runtime, task = story.world.runtime, story.world.task(ALICE, "t1")

    assert not user_tasks.save_draft(runtime, task, BOB, {"a": 1})
    assert user_tasks.read_draft(runtime, task) is None


def test_it_is_gone_when_the_task_is_done(story: Story) -> None:
    runtime, task = story.world.runtime, story.world.task(ALICE, "t1")
    user_tasks.save_draft(runtime, task, ALICE, {"a": 1})

    user_tasks.complete(runtime, task, ALICE, {})

    assert user_tasks.read_draft(runtime, task) is None
    assert not user_tasks.save_draft(runtime, task, ALICE, {"a": 1})


def test_it_has_a_largest_size(story: Story) -> None:
    with pytest.raises(InvalidInput) as caught:
        user_tasks.save_draft(story.world.runtime, story.world.task(ALICE, "t1"), ALICE, {"a": "x" * 300_000})

    assert caught.value.code == "draft_too_large"


def test_it_opens_for_no_other_task(story: Story) -> None:
    """A sealed draft that was copied to another row is not readable there."""
    from engine.sealing import SealBrokenError

    runtime, task = story.world.runtime, story.world.task(ALICE, "t1")
    user_tasks.save_draft(runtime, task, ALICE, {"a": 1})
    other = story.world.start()
    row = next(row for row in story.world.inbox(ALICE) if row.process_instance_id == other.id)
    with runtime.database.writing() as connection:
        copied = "(SELECT sealed_draft FROM user_task WHERE id = :task)"
        connection.execute(
            text(f"UPDATE user_task SET draft_at = 1, sealed_draft = {copied} WHERE id = :other"),
            {"task": task, "other": row.user_task_id},
        )

    with pytest.raises(SealBrokenError):
        user_tasks.read_draft(runtime, row.user_task_id)
