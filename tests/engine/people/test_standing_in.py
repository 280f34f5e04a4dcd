"""What a substitute may do, and how the history says for whom it was."""

from __future__ import annotations

import pytest

from engine import instances, messages, substitutions, user_tasks
from engine.errors import InvalidState, NotAllowed
from engine.instances import StartRequest
from tests.engine.bundles import FOUR_TASKS, bundle, declare, node, start_and_end, trigger, user_task
from tests.engine.stories import counting
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, BOB, CLERK, QINGHE, World

from .staff import away, today


@pytest.fixture
def story(staffed: World) -> Story:
    return begin(staffed, bundle(FOUR_TASKS))


def last(story: Story) -> tuple[str, int | None, object]:
    link = story.links[-1]
    return link.event, link.actor, link.payload.get("for")


def test_a_substitute_claims_and_completes_in_the_name_of_the_absent(story: Story) -> None:
    world = story.world
    away(world, ALICE, CLERK)
    task = world.task(ALICE, "t1")

    user_tasks.claim(world.runtime, task, today(world, CLERK))
    assert last(story) == ("user_task_claimed", 11, 12)
    user_tasks.complete(world.runtime, task, today(world, CLERK), {})

    assert last(story) == ("user_task_completed", 11, 12)
    story.settle()


def test_a_substitute_takes_over_what_the_absent_holds(story: Story) -> None:
    world = story.world
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.save_draft(world.runtime, task, ALICE, {"a": "half"})
    away(world, ALICE, CLERK)

    user_tasks.claim(world.runtime, task, today(world, CLERK))

    assert last(story) == ("user_task_taken_over", 11, 12)
    assert [row.assignee for row in story.tasks()] == [11]
    draft = user_tasks.read_draft(world.runtime, task)
    assert draft is not None
    assert draft[0] == {"a": "half"}


def test_a_colleague_of_the_same_group_takes_over_for_the_absent_too(story: Story) -> None:
    """Bob could do the task by his own right; the history still says whose work he finished."""
    world = story.world
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)
    away(world, ALICE, BOB)

    user_tasks.claim(world.runtime, task, today(world, BOB))
    user_tasks.complete(world.runtime, task, today(world, BOB), {})

    assert last(story) == ("user_task_completed", 13, 12)


def test_what_a_colleague_may_do_anyway_they_do_in_their_own_name(story: Story) -> None:
    world = story.world
    away(world, ALICE, BOB)

    story.do("t1", by=today(world, BOB))

    assert last(story) == ("user_task_completed", 13, None)


def test_nobody_else_may_take_over(story: Story) -> None:
    world = story.world
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)
    away(world, ALICE, CLERK)

    with pytest.raises(InvalidState) as caught:
        user_tasks.claim(world.runtime, task, today(world, BOB))

    assert caught.value.code == "already_claimed"


def test_after_the_last_day_the_substitute_can_only_give_it_back_or_hand_it_on(story: Story) -> None:
    world = story.world
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)
    away(world, ALICE, CLERK)
    user_tasks.claim(world.runtime, task, today(world, CLERK))
    world.clock.set("2026-03-09T10:00")

    with pytest.raises(NotAllowed) as caught:
        user_tasks.complete(world.runtime, task, today(world, CLERK), {})
    user_tasks.delegate(world.runtime, task, today(world, CLERK), 12, "Half done, see the draft")

    assert caught.value.code == "not_in_group"
    assert [row.assignee for row in story.tasks()] == [12]


def test_revoking_takes_the_right_at_once(story: Story) -> None:
    world = story.world
    found = away(world, ALICE, CLERK)
    substitutions.revoke(world.runtime, ALICE, found)

    with pytest.raises(NotAllowed):
        user_tasks.claim(world.runtime, world.task(ALICE, "t1"), today(world, CLERK))


def test_a_substitute_starts_cases_and_takes_messages_in_for_the_absent(staffed: World) -> None:
    body = node("intermediateCatchEvent", "wait", trigger("message", "word")) + start_and_end("wait")
    staffed.deploy(bundle(body, extra=declare("message", "word")))
    away(staffed, CLERK, ALICE)
    alice, definition = today(staffed, ALICE), staffed.runtime.catalogue.newest("t")[1]

    assert instances.starting_offices(staffed.runtime, definition, alice) == [QINGHE]
    started = instances.start(staffed.runtime, alice, StartRequest("t", QINGHE, {"name": "Wang"}))
    story = Story(staffed, started.id)
    messages.correlate(staffed.runtime, "word", started.id, alice, {})

    assert [(link.event, link.payload.get("for")) for link in story.links] == [
        ("case_started", 11),
        ("message_correlated", 11),
    ]


def test_reading_who_somebody_is_takes_one_statement_with_and_without_substitutions(
    staffed: World,
) -> None:
    with counting(staffed.runtime.database) as before:
        today(staffed, CLERK)
    away(staffed, ALICE, CLERK)
    with counting(staffed.runtime.database) as after:
        today(staffed, CLERK)

    assert (before.statements, after.statements) == (1, 1)


def test_a_message_is_refused_to_a_substitute_of_somebody_outside_the_group(staffed: World) -> None:
    body = node("intermediateCatchEvent", "wait", trigger("message", "word")) + start_and_end("wait")
    story = begin(staffed, bundle(body, extra=declare("message", "word")))
    away(staffed, BOB, ALICE)

    with pytest.raises(NotAllowed):
        messages.correlate(staffed.runtime, "word", story.case_id, today(staffed, ALICE), {})


def test_a_task_of_the_district_is_done_by_somebody_of_the_district(staffed: World) -> None:
    """Who stands in sits at the absent person's office or above it, so that they see every case."""
    from tests.engine.support import DORA

    story = begin(staffed, bundle(user_task("ask") + start_and_end("ask")))
    away(staffed, ALICE, DORA)

    story.do("ask", by=today(staffed, DORA))

    assert last(story) == ("user_task_completed", 15, 12)
