"""Flows that leave a task, ways that end by themselves, links: what is mended is run as it was drawn."""

from __future__ import annotations

from ..bundles import bundle, chain, flow, node, user_task
from ..story import begin
from ..support import World


def test_several_flows_that_leave_a_task_all_get_a_token(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + user_task("ask")
        + user_task("one")
        + user_task("two")
        + node("endEvent", "done")
        + chain("begin", "ask", "one", "done")
        + chain("ask", "two", "done")
    )
    story = begin(world, bundle(body)).do("ask")

    assert story.open == ["one", "two"]
    assert story.do("one").outcome == "active"
    assert story.do("two").outcome == "done"


def test_a_conditional_flow_that_leaves_a_task_is_taken_only_when_it_is_true(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + user_task("ask", form="ok")
        + user_task("one")
        + user_task("two")
        + node("endEvent", "done")
        + chain("begin", "ask")
        + flow("ask", "one", "ok")
        + flow("ask", "two")
        + chain("one", "done")
        + chain("two", "done")
    )
    assert begin(world, bundle(body)).do("ask", ok=False).open == ["two"]
    assert begin(world).do("ask", ok=True).open == ["one", "two"]


def test_a_lone_conditional_flow_ends_the_path_when_it_is_false(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + user_task("ask", form="ok")
        + node("endEvent", "done")
        + chain("begin", "ask")
        + flow("ask", "done", "ok")
    )
    story = begin(world, bundle(body)).do("ask", ok=False)

    assert story.outcome is None
    assert "done" not in story.passed


def test_two_tokens_into_one_task_are_two_tasks(world: World) -> None:
    """As the standard says: without a join each token does the task."""
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + user_task("one")
        + user_task("two")
        + user_task("both")
        + node("endEvent", "done")
        + chain("begin", "split", "one", "both", "done")
        + chain("split", "two", "both")
    )
    story = begin(world, bundle(body)).do("one").do("two")

    assert story.open == ["both", "both"]
    assert story.do("both").outcome == "active"
    assert story.do("both").outcome == "done"


def test_a_flow_without_an_id_is_run(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + user_task("ask")
        + node("endEvent", "done")
        + '<bpmn:sequenceFlow sourceRef="begin" targetRef="ask"/><bpmn:sequenceFlow sourceRef="ask" targetRef="done"/>'
    )
    assert begin(world, bundle(body)).do("ask").outcome == "done"


def test_a_path_may_end_without_an_end_event(world: World) -> None:
    story = begin(world, bundle(node("startEvent", "begin") + user_task("ask") + chain("begin", "ask"))).do(
        "ask"
    )

    assert (story.outcome, story.open) == (None, [])
    assert story.store.instance(story.case_id).state == "completed"


def test_link_events_are_one_way(world: World) -> None:
    link = '<bpmn:linkEventDefinition name="over"/>'
    body = (
        node("startEvent", "begin")
        + node("intermediateThrowEvent", "leap", link)
        + node("intermediateCatchEvent", "land", link)
        + user_task("ask")
        + node("endEvent", "done")
        + chain("begin", "leap")
        + chain("land", "ask", "done")
    )
    story = begin(world, bundle(body))

    assert story.open == ["ask"]
    assert story.do("ask").outcome == "done"
    assert story.passed == ["begin", "leap", "land", "ask", "done"]
