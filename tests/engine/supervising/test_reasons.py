"""A supervisor asks why a task is late, and whoever has it answers; both stay in the history."""

from __future__ import annotations

import pytest

from engine import reasons, supervising, user_tasks
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.people import Actor
from tests.engine.story import Story
from tests.engine.support import ALICE, BOB, SUPERVISOR

from .conftest import ELSEWHERE, only_task

QUESTION = "Why is it late, and when will it be done?"
ANSWER = "The bank has not answered yet; by Friday"


@pytest.fixture
def claimed(story: Story) -> Story:
    user_tasks.claim(story.world.runtime, only_task(story), ALICE)
    return story


def ask(story: Story, by: Actor = SUPERVISOR) -> reasons.Reason:
    task = only_task(story)
    assert reasons.ask(story.world.runtime, [task], by, QUESTION).done == (task,)
    found = reasons.waiting(story.world.runtime, task, ALICE)
    assert found is not None
    return found


def test_whoever_has_the_task_is_asked(claimed: Story) -> None:
    found = ask(claimed)

    assert (found.question, found.asked_by, found.asked_of) == (
        QUESTION,
        SUPERVISOR.person_id,
        ALICE.person_id,
    )
    task = only_task(claimed)
    assert claimed.world.runtime.work.asked([task]) == {task}
    assert claimed.links[-1].event == "reason_asked"
    assert claimed.links[-1].payload["question"] == QUESTION
    claimed.settle()


def test_the_answer_stays_in_the_history_and_is_shown_to_the_supervisor(claimed: Story) -> None:
    runtime, task = claimed.world.runtime, only_task(claimed)

    reasons.answer(runtime, ask(claimed).id, ALICE, f"  {ANSWER} ")

    link = claimed.links[-1]
    assert (link.event, link.actor, link.element_id) == ("reason_given", ALICE.person_id, "write")
    assert link.payload == {"task": task, "question": QUESTION, "reason": ANSWER}
    assert reasons.of_tasks(runtime, [task])[task].answer == ANSWER
    assert reasons.waiting(runtime, task, ALICE) is None
    assert runtime.work.asked([task]) == set()
    claimed.settle()


def test_nobody_can_be_asked_about_a_task_that_nobody_has(story: Story) -> None:
    task = only_task(story)

    assert reasons.ask(story.world.runtime, [task], SUPERVISOR, QUESTION).failed == ((task, "nobody_to_ask"),)


def test_it_asks_once_at_a_time(claimed: Story) -> None:
    """After the answer somebody may want to know more."""
    runtime, task = claimed.world.runtime, only_task(claimed)
    first = ask(claimed)
    assert reasons.ask(runtime, [task], SUPERVISOR, QUESTION).failed == ((task, "already_asked"),)

    reasons.answer(runtime, first.id, ALICE, ANSWER)
    second = ask(claimed)

    assert reasons.of_tasks(runtime, [task])[task].id == second.id != first.id


def test_a_second_answer_is_refused(claimed: Story) -> None:
    found = ask(claimed)
    reasons.answer(claimed.world.runtime, found.id, ALICE, ANSWER)

    with pytest.raises(InvalidState) as caught:
        reasons.answer(claimed.world.runtime, found.id, ALICE, ANSWER)

    assert caught.value.code == "reason_answered"


def test_only_the_one_who_was_asked_answers(claimed: Story) -> None:
    found = ask(claimed)

    with pytest.raises(NotFound) as caught:
        reasons.answer(claimed.world.runtime, found.id, BOB, ANSWER)

    assert caught.value.code == "question_unknown"
    with pytest.raises(NotFound):
        reasons.answer(claimed.world.runtime, 4711, ALICE, ANSWER)


@pytest.mark.parametrize("text", ["", "busy", "x" * 1001], ids=["none", "short", "long"])
def test_an_answer_explains_something(claimed: Story, text: str) -> None:
    found = ask(claimed)

    with pytest.raises(InvalidInput):
        reasons.answer(claimed.world.runtime, found.id, ALICE, text)


def test_a_question_ends_with_its_task(claimed: Story) -> None:
    found, task = ask(claimed), only_task(claimed)
    user_tasks.complete(claimed.world.runtime, task, ALICE, {})

    with pytest.raises(InvalidState) as caught:
        reasons.answer(claimed.world.runtime, found.id, ALICE, ANSWER)

    assert caught.value.code == "task_not_open"
    assert claimed.world.runtime.work.asked([task]) == set()


def test_a_question_rests_while_somebody_else_has_the_task(claimed: Story) -> None:
    runtime, task, found = claimed.world.runtime, only_task(claimed), ask(claimed)

    supervising.reassign(runtime, [task], SUPERVISOR, BOB.person_id, "Alice has too much")
    with pytest.raises(InvalidState) as caught:
        reasons.answer(runtime, found.id, ALICE, ANSWER)

    assert caught.value.code == "already_claimed"
    assert runtime.work.asked([task]) == set()
    supervising.reassign(runtime, [task], SUPERVISOR, ALICE.person_id, "Alice has time again")
    assert runtime.work.asked([task]) == {task}


def test_it_is_no_matter_of_caseworkers_or_of_another_office(claimed: Story) -> None:
    task = only_task(claimed)

    with pytest.raises(NotAllowed):
        reasons.ask(claimed.world.runtime, [task], BOB, QUESTION)
    result = reasons.ask(claimed.world.runtime, [task], ELSEWHERE, QUESTION)

    assert result.failed == ((task, "case_unknown"),)
