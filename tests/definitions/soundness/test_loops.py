"""Loops that go round for ever, because nothing in them changes what their ways out ask."""

from __future__ import annotations

import pytest

from engine.definitions import Bundle

from ...engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    event_subprocess,
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
from ..gate import assert_refused, errors_of
from .support import said, the_only


def looping(inside: str, condition: str, *ids: str, more: str = "", extra: str = "") -> Bundle:
    """Make a loop over some elements that goes back while a condition holds."""
    merge = f"\n{node('exclusiveGateway', 'merge')}\n"
    again = node("exclusiveGateway", "again", attributes='default="f_again_done"') + flow(
        "again", "merge", condition
    )
    return bundle(merge + inside + again + start_and_end("merge", *ids, "again") + more, extra=extra)


def test_a_loop_whose_condition_nothing_changes_is_refused_with_its_way() -> None:
    service = looping(user_task("ask", form="a"), "ok", "ask")

    assert_refused(service, "loop_same_again", "merge")
    assert "merge → ask → again → merge" in the_only(service, "loop_same_again").message


@pytest.mark.parametrize(
    "inside",
    [
        user_task("ask", form="ok"),
        script("ask", "{ok: false}"),
        script("ask", "context put({}, a, 1)"),
        subprocess("ask", small_body("x", user_task("deep", form="ok"), "deep")),
        node("receiveTask", "ask", attributes='messageRef="message_said"'),
    ],
    ids=["form", "script", "unknown", "subprocess", "message"],
)
def test_a_loop_that_changes_it_is_no_problem(inside: str) -> None:
    assert errors_of(looping(inside, "ok", "ask", extra=declare("message", "said"))) == []


@pytest.mark.parametrize("condition", ["today() &lt; until", "now() &lt; until"])
def test_time_changes_by_itself(condition: str) -> None:
    assert errors_of(looping(user_task("ask", form="a"), condition, "ask")) == []


def test_an_event_may_lead_out_of_a_loop() -> None:
    late = boundary("late", "ask", timer("P1D")) + chain("late", "done")

    assert errors_of(looping(user_task("ask", form="a"), "ok", "ask", more=late)) == []


def test_what_may_be_stopped_from_around_is_a_warning() -> None:
    """A case that is watched until somebody withdraws it."""
    handler = event_subprocess("handler", trigger("message", "stop"), user_task("note"), "note")
    service = looping(user_task("ask", form="a"), "ok", "ask", more=handler, extra=declare("message", "stop"))

    assert errors_of(service) == []
    assert [one.element for one in said(service, {"loop_same_again"})] == ["merge"]


@pytest.mark.parametrize(
    ("form", "maximum", "found"), [("a", "", True), ("ok", "", False), ("a", 'loopMaximum="3"', False)]
)
def test_an_activity_that_repeats_has_to_change_its_condition(form: str, maximum: str, found: bool) -> None:
    loop = f"<bpmn:standardLoopCharacteristics {maximum}><bpmn:loopCondition>ok</bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:userTask>"
    service = bundle(
        "\n" + user_task("ask", form=form).replace("</bpmn:userTask>", loop) + "\n" + start_and_end("ask")
    )

    assert errors_of(service) == []
    assert [one.element for one in said(service, {"loop_same_again"})] == (["ask"] if found else [])
