"""Event subprocesses watch the whole of their scope, beside it or instead of it."""

from __future__ import annotations

from typing import Any

import pytest

from ..bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    event_subprocess,
    node,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from ..story import begin
from ..support import World

DECLARED = (
    declare("message", "word")
    + declare("signal", "go")
    + declare("error", "poor")
    + declare("escalation", "late")
)
TERMINATE = "<bpmn:terminateEventDefinition/>"


def watcher(kind: str, *, interrupting: bool = True, element_id: str = "watch") -> str:
    what = {
        "message": trigger("message", "word"),
        "timer": timer("P2D"),
        "error": trigger("error", "poor"),
        "escalation": trigger("escalation", "late"),
        "signal": trigger("signal", "go"),
    }[kind]
    return event_subprocess(
        element_id, what, user_task("react", form="b"), "react", interrupting=interrupting
    )


def working(kind: str) -> str:
    """Write what the scope does: `ask`, which may throw, beside `other`."""
    throws = {
        "error": trigger("error", "poor"),
        "escalation": trigger("escalation", "late"),
        "signal": trigger("signal", "go"),
    }
    thrown = throws.get(kind, "")
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + user_task("ask", form="a")
        + user_task("other")
        + node("endEvent", "done")
        + chain("begin", "fork", "ask")
        + chain("fork", "other", "done")
    )
    if kind == "error":
        return body + node("endEvent", "thrown", thrown) + chain("ask", "thrown")
    return body + node("intermediateThrowEvent", "thrown", thrown) + chain("ask", "thrown", "done")


def provoke(story: Any, kind: str) -> Any:
    if kind == "message":
        return story.do("ask", a="said").message("word")
    if kind == "timer":
        return story.do("ask", a="said").later(days=2)
    return story.do("ask", a="said")


KINDS = ["message", "timer", "error", "escalation", "signal"]
QUIET = [kind for kind in KINDS if kind != "error"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupting_one_takes_over_with_the_variables_of_its_scope(world: World, kind: str) -> None:
    story = provoke(begin(world, bundle(working(kind) + watcher(kind), extra=DECLARED)), kind)

    assert story.open == ["react"]
    assert story.seen_by("react")[0]["a"] == "said"
    story.do("react", b="done")
    assert story.outcome == "watch_out"
    assert story.variables == {"a": "said", "b": "done"}


@pytest.mark.parametrize("kind", QUIET)
def test_a_quiet_one_works_beside_its_scope(world: World, kind: str) -> None:
    story = provoke(
        begin(world, bundle(working(kind) + watcher(kind, interrupting=False), extra=DECLARED)), kind
    )

    assert story.open == ["other", "react"]
    story.do("other")
    assert story.outcome == "active"
    story.do("react", b="done")
    assert story.outcome in {"done", "watch_out"}
    assert story.variables == {"a": "said", "b": "done"}


@pytest.mark.parametrize("kind", ["message", "timer"])
def test_one_that_is_never_triggered_does_not_keep_the_case_open(world: World, kind: str) -> None:
    story = begin(world, bundle(working(kind) + watcher(kind), extra=DECLARED)).do("ask").do("other")

    assert story.outcome == "done"
    assert story.jobs == []


def test_a_quiet_one_may_be_triggered_again_and_again(world: World) -> None:
    story = begin(world, bundle(working("message") + watcher("message", interrupting=False), extra=DECLARED))

    story.message("word").message("word").do("react", b="1").message("word")

    assert story.open == ["ask", "other", "react", "react"]


def test_a_case_ends_only_when_the_quiet_ones_are_done(world: World) -> None:
    """The main work may end first."""
    story = begin(world, bundle(working("message") + watcher("message", interrupting=False), extra=DECLARED))
    story.message("word").do("ask").do("other")

    assert (story.outcome, story.open) == ("active", ["react"])
    story.do("react")
    assert story.store.instance(story.case_id).state == "completed"


def test_an_interrupting_one_stops_the_quiet_ones_too(world: World) -> None:
    quiet = event_subprocess(
        "note", trigger("message", "word"), user_task("read"), "read", interrupting=False
    )
    story = begin(world, bundle(working("timer") + quiet + watcher("timer"), extra=DECLARED))
    story.message("word")
    assert story.open == ["ask", "other", "read"]

    story.later(days=2)

    assert story.open == ["react"]
    assert story.do("react").outcome == "watch_out"


def test_a_terminate_end_of_the_work_stops_the_quiet_ones(world: World) -> None:
    quiet = event_subprocess(
        "note", trigger("message", "word"), user_task("read"), "read", interrupting=False
    )
    body = (
        user_task("ask", form="a")
        + node("startEvent", "begin")
        + node("endEvent", "stop", TERMINATE)
        + chain("begin", "ask", "stop")
    )
    story = begin(world, bundle(body + quiet, extra=DECLARED)).message("word")

    story.do("ask", a="said")

    assert (story.outcome, story.open) == ("stop", [])
    assert story.variables["a"] == "said"


def test_a_terminate_end_inside_a_quiet_one_ends_only_that(world: World) -> None:
    inner = (
        node("startEvent", "note_on", trigger("message", "word"), 'isInterrupting="false"')
        + node("parallelGateway", "fork2")
        + user_task("read")
        + user_task("file")
        + node("endEvent", "stop", TERMINATE)
        + node("endEvent", "filed")
        + chain("note_on", "fork2", "read", "stop")
        + chain("fork2", "file", "filed")
    )
    quiet = subprocess("note", inner, 'triggeredByEvent="true"')
    story = begin(world, bundle(working("message") + quiet, extra=DECLARED)).message("word")
    assert story.open == ["ask", "file", "other", "read"]

    story.do("read")

    assert story.open == ["ask", "other"]


def test_one_in_a_subprocess_watches_only_that(world: World) -> None:
    inner = small_body("inner", user_task("ask", form="a"), "ask") + watcher("message")
    body = subprocess("examine", inner) + user_task("after") + start_and_end("examine", "after")
    story = begin(world, bundle(body, extra=DECLARED)).message("word")
    assert story.open == ["react"]

    story.do("react", b="x")

    assert story.open == ["after"]
    assert story.do("after").outcome == "done"


def test_one_in_a_called_process_watches_only_that(world: World) -> None:
    inner = diagram(
        small_body("inner", user_task("ask"), "ask") + watcher("timer"),
        key="called",
        process="",
        extra=DECLARED,
    )
    body = (
        node("callActivity", "examine", attributes='calledElement="called"')
        + user_task("after")
        + start_and_end("examine", "after")
    )
    story = begin(world, bundle(body, called__bpmn=inner)).later(days=2)
    assert story.open == ["react"]

    assert story.do("react", b="x").open == ["after"]


def test_one_inside_another_one_watches_the_handling(world: World) -> None:
    nested = event_subprocess("nested", timer("P3D"), user_task("urge"), "urge")
    handler = (
        node("startEvent", "watch_on", trigger("message", "word"))
        + user_task("react")
        + node("endEvent", "watch_out")
        + chain("watch_on", "react", "watch_out")
        + nested
    )
    story = begin(
        world,
        bundle(working("message") + subprocess("watch", handler, 'triggeredByEvent="true"'), extra=DECLARED),
    )
    story.message("word")
    assert story.open == ["react"]

    story.later(days=3)

    assert story.open == ["urge"]
    assert story.store.instance(story.do("urge").case_id).state == "completed"


def test_the_inner_one_hears_an_error_before_the_outer_one(world: World) -> None:
    inner = (
        node("startEvent", "in")
        + user_task("ask")
        + node("endEvent", "thrown", trigger("error", "poor"))
        + chain("in", "ask", "thrown")
        + event_subprocess("near", trigger("error", "poor"), user_task("mend"), "mend")
    )
    body = subprocess("examine", inner) + start_and_end("examine") + watcher("error")
    story = begin(world, bundle(body, extra=DECLARED)).do("ask")

    assert story.open == ["mend"]
    assert story.do("mend").outcome == "done"


def test_an_error_inside_the_handling_goes_to_the_next_scope(world: World) -> None:
    """A handler does not hear its own error."""
    handler = (
        node("startEvent", "near_on", trigger("error", "poor"))
        + user_task("mend")
        + node("endEvent", "again", trigger("error", "poor"))
        + chain("near_on", "mend", "again")
    )
    inner = (
        node("startEvent", "in")
        + user_task("ask")
        + node("endEvent", "thrown", trigger("error", "poor"))
        + chain("in", "ask", "thrown")
        + subprocess("near", handler, 'triggeredByEvent="true"')
    )
    body = subprocess("examine", inner) + start_and_end("examine") + watcher("error")
    story = begin(world, bundle(body, extra=DECLARED)).do("ask").do("mend")

    assert story.open == ["react"]
    assert story.do("react").outcome == "watch_out"


def test_a_repeated_subprocess_has_one_for_each_instance(world: World) -> None:
    marker = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>items</bpmn:loopDataInputRef>"
        '<bpmn:inputDataItem id="item" name="item"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    inner = small_body("inner", user_task("ask"), "ask") + watcher("message") + marker
    story = begin(
        world, bundle(subprocess("each", inner) + start_and_end("each"), extra=DECLARED), items=["x", "y"]
    )

    story.message("word")

    assert story.open == ["ask", "react"]
    assert story.do("ask").outcome == "active"
    assert story.do("react").outcome == "done"


def test_work_that_an_escalation_interrupts_is_not_told_as_done(world: World) -> None:
    thrown = node("intermediateThrowEvent", "thrown", trigger("escalation", "late"))
    inner = subprocess("inner", small_body("b", user_task("ask") + thrown, "ask", "thrown"))
    caught = boundary("caught", "inner", trigger("escalation", "late")) + node("endEvent", "too_late")
    service = bundle(inner + caught + start_and_end("inner") + chain("caught", "too_late"), extra=DECLARED)

    story = begin(world, service).do("ask")

    assert story.outcome == "too_late"
    assert "thrown" in story.passed
    assert "inner" not in story.passed
