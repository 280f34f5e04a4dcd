"""Completing a task."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import user_tasks
from engine.errors import InvalidInput, InvalidState, NotFound

from .bundles import FOUR_TASKS, bundle, start_and_end, user_task
from .story import Story, begin
from .support import ALICE, BOB, World

NUMBER = b'{"type": "default", "components": [{"type": "number", "key": "n", "validate": {"required": true, "min": 1}}]}'


@pytest.fixture
def story(world: World) -> Story:
    service = bundle(
        user_task("ask", form="count") + user_task("then") + start_and_end("ask", "then"),
        count__form__json=NUMBER,
    )
    found = begin(world, service)
    user_tasks.claim(world.runtime, world.task(ALICE, "ask"), ALICE)
    return found


def test_it_goes_on_to_the_next_task_with_the_answers_as_variables(story: Story) -> None:
    user_tasks.complete(story.world.runtime, story.world.task(ALICE, "ask"), ALICE, {"n": "2.50"})

    assert story.settle().open == ["then"]
    assert story.seen_by("then")[0]["n"] == Decimal("2.50")


def test_it_notes_who_did_it_and_what_followed(story: Story) -> None:
    user_tasks.complete(story.world.runtime, story.world.task(ALICE, "ask"), ALICE, {"n": "2"})

    link = story.links[-1]
    assert (link.event, link.actor, link.element_id) == ("user_task_completed", ALICE.person_id, "ask")
    assert [event["type"] for event in link.payload["events"]] == ["user_task_completed", "user_task_created"]


def test_it_ends_the_case_with_the_end_event_as_outcome(world: World) -> None:
    story = begin(world, bundle(FOUR_TASKS)).do("t1").do("t2").do("t3").do("t4")

    assert (story.outcome, story.open, story.jobs, world.inbox(ALICE)) == ("done", [], [], [])


@pytest.mark.parametrize("answers", [{}, {"n": "0"}, {"n": "many"}, {"n": ["1", "2"]}, {"n": {"x": 1}}])
def test_it_refuses_answers_that_break_a_rule_and_changes_nothing(
    story: Story, answers: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        user_tasks.complete(story.world.runtime, story.world.task(ALICE, "ask"), ALICE, answers)

    assert caught.value.code == "form_invalid"
    assert [problem.path for problem in caught.value.details["problems"]] == ["n"]
    assert story.settle().open == ["ask"]


def test_it_drops_answers_to_questions_that_were_not_asked(story: Story) -> None:
    user_tasks.complete(
        story.world.runtime, story.world.task(ALICE, "ask"), ALICE, {"n": "2", "name": "Mallory"}
    )

    assert story.seen_by("then")[0]["name"] == "Wang"


def test_it_refuses_a_task_that_was_not_claimed(world: World) -> None:
    begin(world, bundle(FOUR_TASKS))

    with pytest.raises(InvalidState) as caught:
        user_tasks.complete(world.runtime, world.task(ALICE, "t1"), ALICE, {})

    assert caught.value.code == "not_claimed"


def test_it_refuses_somebody_elses_task(story: Story) -> None:
    with pytest.raises(InvalidState) as caught:
        user_tasks.complete(story.world.runtime, story.world.task(ALICE, "ask"), BOB, {"n": "2"})

    assert caught.value.code == "already_claimed"


def test_it_refuses_to_complete_a_task_twice(story: Story) -> None:
    task = story.world.task(ALICE, "ask")
    user_tasks.complete(story.world.runtime, task, ALICE, {"n": "2"})

    with pytest.raises(InvalidState) as caught:
        user_tasks.complete(story.world.runtime, task, ALICE, {"n": "2"})

    assert caught.value.code == "task_not_open"


def test_it_refuses_an_id_that_is_no_task(story: Story) -> None:
    with pytest.raises(NotFound):
        user_tasks.complete(story.world.runtime, 4711, ALICE, {})


def test_it_does_not_let_somebody_who_left_the_group_complete(story: Story) -> None:
    """Groups are asked again when the work is done, not only when it is taken."""
    from engine.errors import NotAllowed
    from engine.people import Actor

    moved = Actor(ALICE.person_id, "Alice", ALICE.office_id, frozenset(), ALICE.roles)

    with pytest.raises(NotAllowed):
        user_tasks.complete(story.world.runtime, story.world.task(ALICE, "ask"), moved, {"n": "2"})
