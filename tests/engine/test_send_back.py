"""Sending a case back to an earlier step."""

from __future__ import annotations

import pytest

from engine import user_tasks
from engine.errors import InvalidInput, InvalidState, NotAllowed

from .bundles import bundle, chain, flow, node, user_task
from .story import Story, begin
from .support import ALICE, BOB, World


@pytest.fixture
def story(world: World) -> Story:
    body = (
        node("startEvent", "begin")
        + node("exclusiveGateway", "merge")
        + user_task("prepare", form="a")
        + user_task("review", form="b", sendBack="true", notDoneBy="prepare")
        + node("exclusiveGateway", "which", attributes='default="f_which_done"')
        + node("endEvent", "done")
        + chain("begin", "merge", "prepare", "review", "which", "done")
        + flow("which", "merge", "sent_back != null")
    )
    return begin(world, bundle(body)).do("prepare", by=ALICE, a="draft")


def test_it_completes_the_task_without_answers_and_says_who_and_why(story: Story) -> None:
    task = story.world.task(BOB, "review")
    user_tasks.claim(story.world.runtime, task, BOB)

    user_tasks.send_back(story.world.runtime, task, BOB, " A page is missing ")

    assert story.settle().open == ["prepare"]
    sent_back = story.seen_by("prepare")[0]["sent_back"]
    assert (sent_back["reason"], sent_back["by"]) == ("A page is missing", "Bob")
    assert sent_back["at"] == story.world.clock.now()
    assert "b" not in story.variables


def test_completing_normally_clears_what_was_sent_back_before(story: Story) -> None:
    task = story.world.task(BOB, "review")
    user_tasks.claim(story.world.runtime, task, BOB)
    user_tasks.send_back(story.world.runtime, task, BOB, "A page is missing")

    story.do("prepare", by=ALICE, a="better").do("review", by=BOB, b="fine")

    assert story.outcome == "done"
    assert story.variables == {"a": "better", "b": "fine", "sent_back": None}


def test_it_needs_a_reason(story: Story) -> None:
    task = story.world.task(BOB, "review")
    user_tasks.claim(story.world.runtime, task, BOB)

    with pytest.raises(InvalidInput) as caught:
        user_tasks.send_back(story.world.runtime, task, BOB, "no")

    assert caught.value.code == "reason_missing"


def test_it_is_refused_where_the_diagram_does_not_offer_it(world: World) -> None:
    from .bundles import FOUR_TASKS

    begin(world, bundle(FOUR_TASKS))
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)

    with pytest.raises(InvalidState) as caught:
        user_tasks.send_back(world.runtime, task, ALICE, "A page is missing")

    assert caught.value.code == "no_send_back"


def test_who_did_an_earlier_step_may_not_send_it_back(story: Story) -> None:
    with pytest.raises(NotAllowed):
        user_tasks.claim(story.world.runtime, story.world.task(ALICE, "review"), ALICE)
