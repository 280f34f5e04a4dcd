"""Called processes: which variables go in and out, and what of them is heard around the call."""

from __future__ import annotations

from ..bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    node,
    raising,
    script,
    small_body,
    start_and_end,
    timer,
    trigger,
    user_task,
)
from ..story import begin
from ..support import World


def called(body: str, **more: str) -> bytes:
    return diagram(body, key="called", process="", **more)


CALL = node("callActivity", "examine", attributes='calledElement="called"')


def test_a_called_process_shares_the_variables(world: World) -> None:
    service = bundle(
        CALL + user_task("after") + start_and_end("examine", "after"),
        called__bpmn=called(small_body("called", user_task("ask", form="a"), "ask")),
    )
    story = begin(world, service, a="old", b="kept").do("ask", a="new")

    assert story.open == ["after"]
    assert story.seen_by("after")[0]["a"] == "new"
    assert story.variables["b"] == "kept"


def test_a_called_process_with_declared_data_gets_and_gives_only_that(world: World) -> None:
    io = (
        '<bpmn:ioSpecification><bpmn:dataInput id="a" name="a"/><bpmn:dataInput id="missing" name="missing"/>'
        '<bpmn:dataOutput id="n" name="n"/><bpmn:inputSet><bpmn:dataInputRefs>a</bpmn:dataInputRefs>'
        "<bpmn:dataInputRefs>missing</bpmn:dataInputRefs></bpmn:inputSet>"
        "<bpmn:outputSet><bpmn:dataOutputRefs>n</bpmn:dataOutputRefs></bpmn:outputSet></bpmn:ioSpecification>"
    )
    service = bundle(
        CALL + start_and_end("examine"),
        called__bpmn=called(
            io + small_body("called", user_task("ask") + script("count", "{n: 1, a: 2}"), "ask", "count")
        ),
    )
    story = begin(world, service, a="in", b="hidden")

    assert story.seen_by("ask") == [{"a": "in", "missing": None}]
    assert story.do("ask").variables == {"a": "in", "b": "hidden", "n": 1}


def test_an_error_thrown_in_a_called_process_is_caught_around_the_call(world: World) -> None:
    service = bundle(
        CALL
        + boundary("failed", "examine", trigger("error", "poor"))
        + user_task("mend")
        + node("endEvent", "mended")
        + start_and_end("examine")
        + chain("failed", "mend", "mended"),
        extra=declare("error", "poor"),
        called__bpmn=called(raising("error", "poor"), extra=declare("error", "poor")),
    )
    story = begin(world, service).do("ask", a="found")

    assert story.open == ["mend"]
    assert story.seen_by("mend")[0]["a"] == "found"


def test_a_timer_on_a_call_interrupts_the_called_process(world: World) -> None:
    service = bundle(
        CALL
        + boundary("too_late", "examine", timer("P3D"))
        + node("endEvent", "late")
        + start_and_end("examine")
        + chain("too_late", "late"),
        called__bpmn=called(small_body("called", user_task("ask"), "ask")),
    )
    story = begin(world, service).later(days=3)

    assert story.outcome == "late"
    assert story.open == []
