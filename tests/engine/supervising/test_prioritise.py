"""A supervisor says how urgent tasks are."""

from __future__ import annotations

import pytest

from engine import supervising
from engine.bulk import BulkResult
from engine.errors import InvalidInput, NotAllowed
from tests.engine.story import Story
from tests.engine.support import ALICE, BOB, SUPERVISOR

from .conftest import ELSEWHERE, another, only_task

NOTE = "The mayor's office asked"


def test_it_marks_the_task_and_stays_in_the_history(story: Story) -> None:
    task = only_task(story)

    result = supervising.prioritise(story.world.runtime, [task], SUPERVISOR, 90, NOTE)

    assert result == BulkResult((task,), ())
    assert [row.priority for row in story.tasks()] == [90]
    assert (story.links[-1].event, story.links[-1].payload) == (
        "user_task_prioritised",
        {"priority": 90, "note": NOTE},
    )
    story.settle()


def test_it_leaves_the_order_of_lists_alone(story: Story) -> None:
    another(story)
    before = [row.user_task_id for row in story.world.inbox(BOB)]

    supervising.prioritise(story.world.runtime, [before[1]], SUPERVISOR, 90, NOTE)

    assert [(row.user_task_id, row.priority) for row in story.world.inbox(BOB)] == [
        (before[0], 50),
        (before[1], 90),
    ]


def test_the_priority_that_it_has_changes_nothing(story: Story) -> None:
    task = only_task(story)

    result = supervising.prioritise(story.world.runtime, [task], SUPERVISOR, 50, NOTE)

    assert result.failed == ((task, "nothing_changed"),)


@pytest.mark.parametrize("priority", [-1, 101])
def test_it_refuses_a_number_outside_the_scale(story: Story, priority: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        supervising.prioritise(story.world.runtime, [only_task(story)], SUPERVISOR, priority, NOTE)

    assert caught.value.code == "priority_wrong"


def test_it_is_no_matter_of_caseworkers_or_of_another_office(story: Story) -> None:
    task = only_task(story)

    with pytest.raises(NotAllowed):
        supervising.prioritise(story.world.runtime, [task], ALICE, 90, NOTE)
    result = supervising.prioritise(story.world.runtime, [task], ELSEWHERE, 90, NOTE)

    assert result.failed == ((task, "case_unknown"),)
