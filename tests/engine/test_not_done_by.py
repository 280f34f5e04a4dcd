"""Nobody checks their own work."""

from __future__ import annotations

import pytest

from engine import user_tasks
from engine.errors import NotAllowed

from .bundles import bundle, chain, diagram, node, small_body, start_and_end, subprocess, user_task
from .story import Story, begin
from .support import ALICE, BOB, World, person


def refused(story: Story, element_id: str, actor: object = ALICE) -> str:
    with pytest.raises(NotAllowed) as caught:
        user_tasks.claim(story.world.runtime, story.world.task(ALICE, element_id), actor)  # type: ignore[arg-type]  # an Actor
    return caught.value.code


def test_who_did_the_step_may_not_do_the_one_that_checks_it(world: World) -> None:
    body = user_task("survey") + user_task("check", notDoneBy="survey") + start_and_end("survey", "check")
    story = begin(world, bundle(body)).do("survey", by=ALICE)

    assert refused(story, "check") == "did_earlier_step"
    assert story.do("check", by=BOB).outcome == "done"


def test_it_holds_across_subprocesses_and_called_processes(world: World) -> None:
    called = diagram(
        small_body("inner", user_task("check", notDoneBy="survey"), "check"), key="called", process=""
    )
    body = (
        subprocess("examine", small_body("examine", user_task("survey"), "survey"))
        + node("callActivity", "verify", attributes='calledElement="called"')
        + start_and_end("examine", "verify")
    )
    story = begin(world, bundle(body, called__bpmn=called)).do("survey", by=ALICE)

    assert refused(story, "check") == "did_earlier_step"


def visited(world: World) -> Story:
    """A case whose called diagram ends with a task that nobody of the work before may do."""
    inner = user_task("call") + user_task("visit", notDoneBy="*")
    called = diagram(small_body("inner", inner, "call", "visit"), key="called", process="")
    body = (
        user_task("survey")
        + user_task("decide")
        + node("callActivity", "evaluate", attributes='calledElement="called"')
        + start_and_end("survey", "decide", "evaluate")
    )
    return begin(world, bundle(body, called__bpmn=called))


def test_a_star_keeps_everybody_out_who_worked_on_the_case_elsewhere(world: World) -> None:
    third = person(17, "Third", "reviewer")
    story = visited(world).do("survey", by=ALICE).do("decide", by=BOB).do("call", by=third)

    assert refused(story, "visit", ALICE) == "did_earlier_step"
    assert refused(story, "visit", BOB) == "did_earlier_step"
    assert story.do("visit", by=third).outcome == "done"


def test_a_star_lets_those_do_it_who_only_worked_in_its_own_diagram(world: World) -> None:
    story = visited(world).do("survey", by=ALICE).do("decide", by=ALICE).do("call", by=BOB)

    assert story.do("visit", by=BOB).outcome == "done"


def test_everybody_who_did_one_of_the_rounds_is_kept_out(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + node("parallelGateway", "join")
        + user_task("one")
        + user_task("two")
        + user_task("check", notDoneBy="one two")
        + node("endEvent", "done")
        + chain("begin", "fork", "one", "join", "check", "done")
        + chain("fork", "two", "join")
    )
    story = begin(world, bundle(body)).do("one", by=ALICE).do("two", by=BOB)

    assert refused(story, "check", ALICE) == "did_earlier_step"
    assert refused(story, "check", BOB) == "did_earlier_step"


def test_another_case_is_another_matter(world: World) -> None:
    body = user_task("survey") + user_task("check", notDoneBy="survey") + start_and_end("survey", "check")
    begin(world, bundle(body)).do("survey", by=ALICE)
    other = begin(world).do("survey", by=BOB)
    row = other.tasks()[0]

    user_tasks.claim(world.runtime, row.id, ALICE)

    assert other.tasks()[0].assignee == ALICE.person_id
