"""Putting one's own task off until a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine import follow_ups, user_tasks
from engine.errors import InvalidInput, InvalidState, NotFound
from engine.store.inbox import InboxFilter, PutOff
from tests.engine.bundles import FOUR_TASKS, bundle, start_and_end, user_task
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, BOB, CLERK, SHANGHAI, World

from .staff import away, today

THURSDAY = datetime(2026, 3, 5, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def story(staffed: World) -> Story:
    found = begin(staffed, bundle(FOUR_TASKS))
    user_tasks.claim(staffed.runtime, staffed.task(ALICE, "t1"), ALICE)
    return found


@pytest.fixture
def limited(staffed: World) -> Story:
    """A case whose task is due at the end of business of 2026-03-04."""
    limit = '<linbang:deadline id="soon" kind="internal" limit="2 WD"/>'
    found = begin(staffed, bundle(user_task("ask", inner=limit) + start_and_end("ask")))
    user_tasks.claim(staffed.runtime, staffed.task(ALICE, "ask"), ALICE)
    return found


def put_off(story: Story, until: datetime = THURSDAY, note: str = "Letter is on its way") -> int:
    task = story.tasks()[0].id
    follow_ups.put_off(story.world.runtime, task, ALICE, until, note)
    return task


def listed(world: World, *, only: bool) -> list[int]:
    """Give what lies in Alice's own list: what she put off, or everything else."""
    where = InboxFilter(put_off=PutOff(12, world.runtime.now_ms(), only))
    return [row.user_task_id for row in world.runtime.inbox.page({"p12"}, 10, None, where)]


def test_it_leaves_the_list_until_that_moment_and_comes_back_by_itself(story: Story) -> None:
    task = put_off(story)
    world = story.world

    assert (listed(world, only=False), listed(world, only=True)) == ([], [task])
    world.clock.set("2026-03-05T08:59")
    assert listed(world, only=True) == [task]
    world.clock.set("2026-03-05T09:00")
    assert (listed(world, only=False), listed(world, only=True)) == ([task], [])


def test_the_note_is_listed_for_the_person_alone(story: Story) -> None:
    task = put_off(story)

    (found,) = follow_ups.list_put_off(story.world.runtime, ALICE)

    assert (found.user_task_id, found.until, found.note) == (task, THURSDAY, "Letter is on its way")
    assert follow_ups.list_put_off(story.world.runtime, BOB) == []


def test_it_can_be_brought_back_before_and_put_off_again(story: Story) -> None:
    task = put_off(story)
    world = story.world

    follow_ups.bring_back(world.runtime, task, ALICE)
    follow_ups.bring_back(world.runtime, task, ALICE)
    assert listed(world, only=False) == [task]

    put_off(story, note="first")
    put_off(story, THURSDAY + timedelta(days=1), note="second")
    assert [one.note for one in follow_ups.list_put_off(world.runtime, ALICE)] == ["second"]


def test_it_comes_back_at_once_when_somebody_else_had_it(story: Story) -> None:
    """Handed to Bob and back by him, the task lies in Alice's list again, not among what she put off."""
    task = put_off(story)
    runtime = story.world.runtime

    user_tasks.delegate(runtime, task, ALICE, 13, "Please have a look")
    user_tasks.delegate(runtime, task, BOB, 12, "Looked at it, please go on")

    assert (listed(story.world, only=False), listed(story.world, only=True)) == ([task], [])


@pytest.mark.parametrize("hand", ["unclaim", "take over"])
def test_every_way_to_somebody_else_brings_it_back(story: Story, hand: str) -> None:
    task, world = put_off(story), story.world

    if hand == "unclaim":
        user_tasks.unclaim(world.runtime, task, ALICE)
    else:
        away(world, ALICE, CLERK)
        user_tasks.claim(world.runtime, task, today(world, CLERK))
        user_tasks.unclaim(world.runtime, task, today(world, CLERK))
    user_tasks.claim(world.runtime, task, ALICE)

    assert listed(world, only=False) == [task]


def test_a_substitute_sees_it_all_the_same(story: Story) -> None:
    task = put_off(story)
    away(story.world, ALICE, CLERK)

    assert task in [row.user_task_id for row in story.world.inbox(today(story.world, CLERK))]


def test_it_never_moves_a_limit(limited: Story) -> None:
    due = limited.due("ask")
    put_off(limited, datetime(2026, 3, 4, 9, 0, tzinfo=SHANGHAI))

    assert limited.due("ask") == due == "2026-03-04T17:00"


def test_it_refuses_a_moment_after_the_due_date_and_names_it(limited: Story) -> None:
    put_off(limited, datetime(2026, 3, 4, 17, 0, tzinfo=SHANGHAI))

    with pytest.raises(InvalidInput) as caught:
        put_off(limited, datetime(2026, 3, 4, 17, 1, tzinfo=SHANGHAI))

    assert caught.value.code == "put_off_too_late"
    assert "2026-03-04 17:00" in caught.value.message
    assert caught.value.details["due_at"] == limited.tasks()[0].due_at


@pytest.mark.parametrize(
    ("until", "note", "code"),
    [
        (datetime(2026, 3, 2, 10, 15, tzinfo=SHANGHAI), "", "put_off_past"),
        (datetime(2027, 3, 4, 9, 0, tzinfo=SHANGHAI), "", "put_off_far"),
        (THURSDAY, "x" * 201, "note_length"),
    ],
)
def test_it_refuses(story: Story, until: datetime, note: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        put_off(story, until, note)

    assert caught.value.code == code


def test_only_ones_own_claimed_task_can_be_put_off(story: Story) -> None:
    runtime, task = story.world.runtime, story.tasks()[0].id

    with pytest.raises(InvalidState) as caught:
        follow_ups.put_off(runtime, task, BOB, THURSDAY, "")
    assert caught.value.code == "already_claimed"
    user_tasks.complete(runtime, task, ALICE, {})
    with pytest.raises(InvalidState) as done:
        follow_ups.put_off(runtime, task, ALICE, THURSDAY, "")
    assert done.value.code == "task_not_open"
    with pytest.raises(NotFound):
        follow_ups.put_off(runtime, 4711, ALICE, THURSDAY, "")


def test_a_finished_task_is_no_longer_listed(story: Story) -> None:
    task = put_off(story)

    user_tasks.complete(story.world.runtime, task, ALICE, {})

    assert follow_ups.list_put_off(story.world.runtime, ALICE) == []
