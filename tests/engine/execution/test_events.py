"""Events inside a case: on the border of activities, behind event gateways, thrown and caught."""

from __future__ import annotations

import pytest

from ..bundles import (
    boundary,
    bundle,
    chain,
    declare,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from ..story import begin
from ..support import World


def test_an_interrupting_event_takes_the_token_off_its_task(world: World) -> None:
    body = (
        user_task("ask")
        + boundary("withdrawn", "ask", trigger("message", "withdrawal"))
        + user_task("close")
        + node("endEvent", "closed")
        + start_and_end("ask")
        + chain("withdrawn", "close", "closed")
    )
    story = begin(world, bundle(body, extra=declare("message", "withdrawal")))

    story.message("withdrawal")

    assert story.open == ["close"]
    assert story.do("close").outcome == "closed"


def test_a_listening_event_fires_as_often_as_it_is_heard(world: World) -> None:
    body = (
        user_task("ask")
        + boundary("noted", "ask", trigger("message", "note"), cancel=False)
        + user_task("read")
        + node("endEvent", "was_read")
        + start_and_end("ask")
        + chain("noted", "read", "was_read")
    )
    story = begin(world, bundle(body, extra=declare("message", "note")))

    story.message("note").message("note").do("read").message("note")

    assert story.open == ["ask", "read", "read"]
    story.do("ask")
    assert story.outcome == "active"
    assert story.do("read").do("read").outcome == "was_read"


def test_a_listening_event_brings_its_variables_and_keeps_those_of_the_task(world: World) -> None:
    """What came with the message and what the task said are both there in the end."""
    message = '<bpmn:message id="message_note" name="note" linbang:messageGroups="clerk" linbang:form="b"/>'
    body = (
        user_task("ask", form="a")
        + boundary("noted", "ask", trigger("message", "note"), cancel=False)
        + script("count", "{n: n + 1}")
        + node("endEvent", "was_read")
        + start_and_end("ask")
        + chain("noted", "count", "was_read")
    )
    story = begin(world, bundle(body, extra=message), n=0)

    story.message("note", b="heard").do("ask", a="said")

    assert story.outcome == "done"
    assert story.variables == {"a": "said", "b": "heard", "n": 1}


@pytest.mark.parametrize("first", ["answer", "waited"])
def test_an_event_gateway_takes_whatever_comes_first(world: World, first: str) -> None:
    body = (
        node("eventBasedGateway", "which")
        + node("intermediateCatchEvent", "answer", trigger("message", "answer"))
        + node("intermediateCatchEvent", "waited", timer("P2D"))
        + user_task("read")
        + user_task("remind")
        + node("startEvent", "begin")
        + node("endEvent", "done")
        + chain("begin", "which", "answer", "read", "done")
        + chain("which", "waited", "remind", "done")
    )
    message = (
        '<bpmn:message id="message_answer" name="answer" linbang:messageGroups="clerk" linbang:form="a"/>'
    )
    story = begin(world, bundle(body, extra=message))

    if first == "answer":
        story.message("answer", a="yes")
        assert story.open == ["read"]
        assert story.seen_by("read")[0]["a"] == "yes"
    else:
        story.later(days=2)
        assert story.open == ["remind"]

    assert story.jobs == []


@pytest.mark.parametrize(("wait", "expected"), [(1, "early"), (5, "early")])
def test_two_timers_behind_an_event_gateway_keep_their_own_moments(
    world: World, wait: int, expected: str
) -> None:
    body = (
        node("eventBasedGateway", "which")
        + node("intermediateCatchEvent", "late", timer("P3D"))
        + node("intermediateCatchEvent", "early", timer("P1D"))
        + user_task("was_late")
        + user_task("was_early")
        + node("startEvent", "begin")
        + node("endEvent", "done")
        + chain("begin", "which", "late", "was_late", "done")
        + chain("which", "early", "was_early", "done")
    )
    story = begin(world, bundle(body))
    assert len(story.jobs) == 2

    story.leap(days=wait)

    assert story.open == [f"was_{expected}"]
    assert story.jobs == []


def test_a_message_wakes_a_receive_task_and_a_send_task_of_the_same_case(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + node("endEvent", "done")
        + node("receiveTask", "hear", attributes='messageRef="message_ready"')
        + user_task("ask")
        + node("sendTask", "tell", attributes='messageRef="message_ready"')
        + node("endEvent", "told")
        + chain("begin", "split", "hear", "done")
        + chain("split", "ask", "tell", "told")
    )
    story = begin(world, bundle(body, extra=declare("message", "ready")))
    assert story.outcome == "active"

    story.do("ask")

    assert story.outcome in {"done", "told"}
    assert {"hear", "tell"} <= set(story.passed)


@pytest.mark.parametrize("thrower", ["intermediateThrowEvent", "endEvent"])
def test_a_signal_is_heard_by_everybody_in_the_case(world: World, thrower: str) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + node("endEvent", "done")
        + node("intermediateCatchEvent", "first", trigger("signal", "go"))
        + node("intermediateCatchEvent", "second", trigger("signal", "go"))
        + user_task("ask")
        + node(thrower, "call_out", trigger("signal", "go"))
        + chain("begin", "split", "first", "done")
        + chain("split", "second", "done")
        + chain("split", "ask", "call_out")
        + (chain("call_out", "done") if thrower == "intermediateThrowEvent" else "")
    )
    story = begin(world, bundle(body, extra=declare("signal", "go")))

    story.do("ask")

    assert story.store.instance(story.case_id).state == "completed"
    assert {"first", "second"} <= set(story.passed)


def test_a_terminate_end_ends_its_scope_at_once(world: World) -> None:
    inner = (
        node("startEvent", "in")
        + node("parallelGateway", "fork")
        + user_task("ask", form="a")
        + user_task("beside")
        + node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
        + node("endEvent", "calm")
        + chain("in", "fork", "ask", "stop")
        + chain("fork", "beside", "calm")
    )
    story = begin(
        world, bundle(subprocess("examine", inner) + user_task("after") + start_and_end("examine", "after"))
    )

    story.do("ask", a="said")

    assert story.open == ["after"]
    assert story.seen_by("after")[0]["a"] == "said"
    assert story.do("after").outcome == "done"


def test_a_terminate_end_ends_the_whole_case_and_is_its_outcome(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + user_task("ask", form="a")
        + subprocess("beside", small_body("beside", user_task("deep"), "deep"))
        + node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
        + node("endEvent", "done")
        + chain("begin", "fork", "ask", "stop")
        + chain("fork", "beside", "done")
    )
    story = begin(world, bundle(body)).do("ask", a="said")

    assert (story.outcome, story.open, story.jobs) == ("stop", [], [])
    assert story.variables["a"] == "said"


@pytest.mark.parametrize("sequential", ["false", "true"])
def test_an_event_interrupts_every_instance_of_a_repeated_subprocess(world: World, sequential: str) -> None:
    marker = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}"><bpmn:loopDataInputRef>items</bpmn:loopDataInputRef>'
        '<bpmn:inputDataItem id="item" name="item"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    body = (
        subprocess("visits", small_body("visits", user_task("visit", form="a"), "visit") + marker)
        + boundary("withdrawn", "visits", trigger("message", "withdrawal"))
        + user_task("close")
        + node("endEvent", "closed")
        + start_and_end("visits")
        + chain("withdrawn", "close", "closed")
    )
    story = begin(world, bundle(body, extra=declare("message", "withdrawal")), items=["x", "y", "z"])
    story.do("visit", a="one")

    story.message("withdrawal")

    assert story.open == ["close"]
    assert story.do("close").outcome == "closed"


def test_a_boundary_on_a_task_inside_a_parallel_branch_leaves_the_other_branch_alone(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + node("parallelGateway", "join")
        + user_task("one")
        + user_task("two", form="b")
        + boundary("too_late", "one", timer("P1D"))
        + user_task("instead", form="a")
        + node("exclusiveGateway", "merge")
        + node("endEvent", "done")
        + chain("begin", "split", "one", "merge", "join", "done")
        + flow("split", "two")
        + flow("two", "join")
        + chain("too_late", "instead", "merge")
    )
    story = begin(world, bundle(body)).later(days=1)

    assert story.open == ["instead", "two"]
    story.do("two", b="x").do("instead", a="y")
    assert story.outcome == "done"
    assert story.variables == {"a": "y", "b": "x"}


def test_an_event_that_comes_late_finds_nobody(world: World) -> None:
    """A clock of an activity that is done does nothing, however its job came to be run."""
    body = (
        user_task("ask")
        + boundary("too_late", "ask", timer("P1D"))
        + node("endEvent", "late")
        + start_and_end("ask")
        + chain("too_late", "late")
    )
    story = begin(world, bundle(body)).do("ask").later(days=2)

    assert story.outcome == "done"
    assert "late" not in story.passed
