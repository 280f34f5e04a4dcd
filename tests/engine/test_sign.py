"""Tasks that need two signatures."""

from __future__ import annotations

import pytest

from engine import user_tasks
from engine.errors import InvalidInput, InvalidState, NotAllowed

from .bundles import bundle, start_and_end, user_task
from .story import Story, begin
from .support import ALICE, BOB, World


@pytest.fixture
def story(world: World) -> Story:
    service = bundle(
        user_task("confirm", form="a", secondSigner="true")
        + user_task("check", notDoneBy="confirm")
        + start_and_end("confirm", "check")
    )
    found = begin(world, service)
    task = world.task(ALICE, "confirm")
    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {"a": "granted"})
    return found.settle()


def test_the_first_signature_puts_the_task_back_for_the_second(story: Story) -> None:
    assert story.open == ["confirm"]
    assert [row.assignee for row in story.tasks()] == [None]
    assert story.links[-1].event == "user_task_signed"


def test_the_second_person_completes_it_with_the_first_ones_answers(story: Story) -> None:
    story.do("confirm", by=BOB, a="something else")

    assert story.open == ["check"]
    assert story.seen_by("check")[0]["a"] == "granted"


def test_the_first_signer_cannot_sign_twice(story: Story) -> None:
    with pytest.raises(NotAllowed) as caught:
        user_tasks.claim(story.world.runtime, story.world.task(ALICE, "confirm"), ALICE)

    assert caught.value.code == "signed_first"


def test_both_signers_count_as_having_done_it(story: Story) -> None:
    story.do("confirm", by=BOB)

    for signer in (ALICE, BOB):
        with pytest.raises(NotAllowed) as caught:
            user_tasks.claim(story.world.runtime, story.world.task(ALICE, "check"), signer)
        assert caught.value.code == "did_earlier_step"


def test_the_second_person_may_refuse_and_the_first_one_has_it_again(story: Story) -> None:
    task = story.world.task(BOB, "confirm")
    user_tasks.claim(story.world.runtime, task, BOB)

    user_tasks.return_to_first(story.world.runtime, task, BOB, "The income is wrong")

    assert [row.assignee for row in story.settle().tasks()] == [ALICE.person_id]
    assert story.links[-1].payload["reason"] == "The income is wrong"
    user_tasks.complete(story.world.runtime, task, ALICE, {"a": "refused"})
    assert story.do("confirm", by=BOB).seen_by("check")[0]["a"] == "refused"


def test_refusing_needs_a_reason(story: Story) -> None:
    with pytest.raises(InvalidInput) as caught:
        user_tasks.return_to_first(story.world.runtime, story.world.task(BOB, "confirm"), BOB, "  no ")

    assert caught.value.code == "reason_missing"


def test_a_task_that_nobody_signed_cannot_be_refused(world: World) -> None:
    begin(world, bundle(user_task("ask") + start_and_end("ask")))
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)

    with pytest.raises(InvalidState) as caught:
        user_tasks.return_to_first(world.runtime, task, ALICE, "No reason at all")

    assert caught.value.code == "not_signed"


def test_a_signature_is_forgotten_when_the_task_is_cancelled(world: World) -> None:
    """A task that comes again in a loop needs both signatures anew."""
    from .bundles import chain, flow, node

    body = (
        node("startEvent", "begin")
        + node("exclusiveGateway", "merge")
        + user_task("confirm", form="ok", secondSigner="true")
        + node("exclusiveGateway", "again", attributes='default="f_again_merge"')
        + node("endEvent", "done")
        + chain("begin", "merge", "confirm", "again", "merge")
        + flow("again", "done", "ok")
    )
    story = begin(world, bundle(body))
    story.do("confirm", by=ALICE, ok=False).do("confirm", by=BOB)
    assert story.open == ["confirm"]

    story.do("confirm", by=BOB, ok=True)
    assert story.open == ["confirm"]

    assert story.do("confirm", by=ALICE).outcome == "done"
