"""Handing a message in for a case."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.instances import cancel
from engine.messages import awaited, correlate
from engine.people import SYSTEM

from .bundles import bundle, chain, node, start_and_end, trigger, user_task
from .story import Story, begin
from .support import ALICE, CLERK, STRANGER, SUPERVISOR, World

FORM = b'{"type": "default", "components": [{"type": "textfield", "key": "how", "validate": {"required": true}}]}'
MESSAGE = '<bpmn:message id="message_word" name="word" linbang:messageGroups="clerk" linbang:form="heard"/>'


@pytest.fixture
def story(world: World) -> Story:
    body = (
        user_task("first")
        + node("intermediateCatchEvent", "wait", trigger("message", "word"))
        + start_and_end("first", "wait")
    )
    return begin(world, bundle(body, extra=MESSAGE, heard__form__json=FORM)).do("first")


def test_it_goes_on_with_the_checked_answers_as_variables(story: Story) -> None:
    correlate(story.world.runtime, "word", story.case_id, CLERK, {"how": "by post", "other": 1})

    assert story.settle().outcome == "done"
    assert story.variables == {"how": "by post"}
    assert story.links[-1].payload["message"] == "word"


def test_a_case_says_what_it_waits_for(story: Story) -> None:
    from engine.instances import open_case

    row = story.store.instance(story.case_id)
    assert row is not None
    assert awaited(open_case(story.world.runtime, row, [])) == ["word"]


def test_it_refuses_a_message_that_is_not_awaited_now(world: World, story: Story) -> None:
    early = Story(world, world.start().id)

    with pytest.raises(InvalidState) as caught:
        correlate(world.runtime, "word", early.case_id, CLERK, {"how": "by post"})

    assert caught.value.code == "not_awaited"


def test_it_refuses_answers_that_break_a_rule(story: Story) -> None:
    with pytest.raises(InvalidInput) as caught:
        correlate(story.world.runtime, "word", story.case_id, CLERK, {})

    assert caught.value.code == "form_invalid"


@pytest.mark.parametrize("actor", [ALICE, STRANGER], ids=["another group", "another office"])
def test_it_refuses_somebody_outside_its_groups(story: Story, actor: object) -> None:
    with pytest.raises(NotAllowed):
        correlate(story.world.runtime, "word", story.case_id, actor, {"how": "by post"})  # type: ignore[arg-type]  # an Actor


def test_the_application_itself_may_always(story: Story) -> None:
    correlate(story.world.runtime, "word", story.case_id, SYSTEM, {"how": "by post"})

    assert story.settle().outcome == "done"


def test_it_refuses_unknown_messages_and_cases(story: Story) -> None:
    for name, case_id, code in (
        ("nothing", story.case_id, "message_unknown"),
        ("word", 4711, "case_unknown"),
    ):
        with pytest.raises(NotFound) as caught:
            correlate(story.world.runtime, name, case_id, CLERK, {"how": "by post"})
        assert caught.value.code == code


def test_it_refuses_a_case_that_has_ended(story: Story) -> None:
    cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    with pytest.raises(InvalidState) as caught:
        correlate(story.world.runtime, "word", story.case_id, CLERK, {"how": "by post"})

    assert caught.value.code == "case_ended"


def test_two_places_that_wait_are_woken_one_by_one(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + node("endEvent", "done")
        + node("intermediateCatchEvent", "one", trigger("message", "word"))
        + node("intermediateCatchEvent", "two", trigger("message", "word"))
        + chain("begin", "fork", "one", "done")
        + chain("fork", "two", "done")
    )
    story = begin(
        world,
        bundle(body, extra='<bpmn:message id="message_word" name="word" linbang:messageGroups="clerk"/>'),
    )

    assert story.message("word").outcome == "active"
    assert story.message("word").outcome == "done"
