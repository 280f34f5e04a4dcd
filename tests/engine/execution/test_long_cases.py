"""Cases of many rounds and of many instances: they stay small, and what is too much is said in words."""

from __future__ import annotations

from typing import Any

import pytest

from engine import instances, user_tasks
from engine.spiff import loops, workflow

from ..bundles import (
    boundary,
    bundle,
    chain,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    timer,
    user_task,
)
from ..story import Story, begin
from ..support import ALICE, World
from .test_multi_instance import repeated, survey


def rounds(body: str = "", *ids: str) -> Any:
    gateway = node("exclusiveGateway", "more", attributes='default="f_more_done"')
    return bundle(
        node("startEvent", "begin") + user_task("again", form="ok") + body + gateway + node("endEvent", "done")
        + chain("begin", "again", *ids, "more", "done") + flow("more", "again", "ok")
    )  # fmt: skip


def size_of(story: Story) -> int:
    """Give how many tasks a case holds."""
    row = story.store.instance(story.case_id)
    assert row is not None
    return len(list(instances.open_case(story.world.runtime, row, []).workflow.all_tasks()))


def quickly(world: World, story: Story, element_id: str, times: int, **answers: Any) -> None:
    """Do a task many times, without the checks that a story makes after each."""
    for _ in range(times):
        task = next(row.id for row in story.tasks() if row.element_id == element_id)
        user_tasks.claim(world.runtime, task, ALICE)
        user_tasks.complete(world.runtime, task, ALICE, answers)


def test_a_case_does_not_grow_with_its_rounds(world: World) -> None:
    story = begin(world, rounds(), ok=True)
    story.do("again", ok=True).do("again", ok=True)
    size = size_of(story)

    quickly(world, story, "again", 60, ok=True)

    assert size_of(story) == size
    assert story.do("again", ok=False).outcome == "done"
    assert story.passed.count("again") == 63


def test_a_case_does_not_grow_with_the_clocks_of_its_rounds(world: World) -> None:
    """Each round has a limit of its own; the newest ended ones are remembered, the rows tell of all."""
    body = user_task("again", form="ok", inner='<linbang:deadline id="limit" kind="internal" limit="3 WD" />')
    gateway = node("exclusiveGateway", "more", attributes='default="f_more_done"')
    service = bundle(
        node("startEvent", "begin") + body + gateway + node("endEvent", "done")
        + chain("begin", "again", "more", "done") + flow("more", "again", "ok")
    )  # fmt: skip
    story = begin(world, service, ok=True)

    quickly(world, story, "again", 30, ok=True)

    row = story.store.instance(story.case_id)
    assert row is not None
    remembered = instances.open_case(world.runtime, row, []).state.deadlines
    assert len(remembered) == 21
    assert len(story.store.deadlines(story.case_id)) == 31
    assert story.settle().do("again", ok=False).outcome == "done"


def test_one_of_many_subprocesses_is_finished_and_the_others_stay_untouched(world: World) -> None:
    body = subprocess("inner", small_body("b", user_task("visit", form="a"), "visit"))
    service = bundle(repeated(body, "items", sequential=False) + start_and_end("inner"))
    story = begin(world, service, items=["x", "y", "z"])

    story.do("visit", which=1, a="seen")

    assert [seen["item"] for seen in story.seen_by("visit")] == ["x", "z"]
    assert story.do("visit").do("visit").outcome == "done"


def test_a_clock_in_one_of_many_subprocesses_still_strikes(world: World) -> None:
    """A subprocess that listens to something is looked at in every step."""
    inner = user_task("visit") + boundary("late", "visit", timer("P1D")) + node("endEvent", "missed")
    body = subprocess("inner", small_body("b", inner, "visit") + chain("late", "missed"))
    service = bundle(repeated(body, "items", sequential=False) + start_and_end("inner"))
    story = begin(world, service, items=["x", "y"]).do("visit")

    story.later(days=2)

    assert story.outcome == "done"
    assert story.passed.count("missed") == 1


def test_each_instance_is_asked_once_whether_it_was_the_last(world: World) -> None:
    """The condition looks at the instance that is newly done, also when a later item was done first."""
    condition = "<bpmn:completionCondition>a = &quot;stop&quot;</bpmn:completionCondition>"
    activity = user_task("visit", form="a")
    service = bundle(repeated(activity, "items", sequential=False, more=condition) + start_and_end("visit"))
    story = begin(world, service, items=["x", "y", "z"])

    story.do("visit", which=2, a="go").do("visit", which=0, a="stop")

    assert story.outcome == "done"


def test_a_loop_without_people_stands_still_with_one_incident(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "MAX_ENGINE_STEPS", 50)
    gateway = node("exclusiveGateway", "more", attributes='default="f_more_done"')
    body = node("startEvent", "begin") + script("count", "{n: n + 1}") + gateway + node("endEvent", "done")
    service = bundle(body + chain("begin", "count", "more", "done") + flow("more", "count", "n &lt; 100000"))

    story = begin(world, service, n=0)

    (incident,) = story.incidents
    assert incident.code == "endless_loop"
    assert incident.element_id in {"count", "more"}
    assert "50 automatic elements" in incident.message
    assert size_of(story) < 20


def test_many_instances_that_run_by_themselves_stop_with_one_incident(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "MAX_ENGINE_STEPS", 20)
    body = subprocess("inner", small_body("b", script("note", "{a: item}"), "note"))
    service = bundle(repeated(body, "items", sequential=False) + start_and_end("inner"))

    story = begin(world, service, items=list(range(30)))

    assert [row.code for row in story.incidents] == ["endless_loop"]


@pytest.mark.parametrize("sequential", [False, True])
def test_more_items_than_a_case_can_hold_are_an_incident(world: World, sequential: bool) -> None:
    items = list(range(loops.MAX_INSTANCES + 1))
    story = begin(world, survey("items", sequential=sequential), items=items).do("prepare")

    (incident,) = story.incidents
    assert (incident.element_id, incident.code) == ("visit", "too_many_items")
    assert str(len(items)) in incident.message


def test_repetitions_within_repetitions_are_an_incident_when_the_case_is_full(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "MAX_TOKENS", 100)
    visits = repeated(user_task("visit"), "items", sequential=False)
    inner = subprocess("inner", small_body("b", visits.replace('id="item" name="item"', 'id="one"'), "visit"))
    service = bundle(repeated(inner, "items", sequential=False) + start_and_end("inner"))

    story = begin(world, service, items=list(range(10)))

    assert {row.code for row in story.incidents} == {"too_many_items"}
    assert len(story.open) < 100
