"""What a clock names must lie where it can hear of it: in what it stands on, or in what that calls."""

from __future__ import annotations

import pytest

from engine.definitions import Bundle

from ..engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    extensions,
    node,
    small_body,
    start_and_end,
    subprocess,
    trigger,
    user_task,
)
from .gate import assert_refused, errors_of, problems_of

OTHER = diagram(small_body("other", user_task("deep"), "deep"), key="other", process="")


def clock(**attributes: str) -> str:
    more = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return extensions(f'<linbang:deadline id="limit" kind="internal" limit="5 WD" {more}/>')


def service(*, inside: str = "", around: str = "") -> Bundle:
    """Make `ask` → the subprocess `examine` with `check` in it → a call of `other`, all with a boundary event.

    inside: a clock on the subprocess. around: one on the process.
    """
    examine = subprocess("examine", inside + small_body("examine", user_task("check"), "check"))
    call = node("callActivity", "call", attributes='calledElement="other"')
    stopped = boundary("stopped", "examine", trigger("message", "stop")) + node("endEvent", "out")
    body = around + user_task("ask") + examine + call + stopped + chain("stopped", "out")
    return bundle(
        body + start_and_end("ask", "examine", "call"), extra=declare("message", "stop"), other__bpmn=OTHER
    )


@pytest.mark.parametrize("attribute", ["startsOn", "endsOn", "handsOverOn"])
@pytest.mark.parametrize("elsewhere", ["ask", "done", "call", "deep"])
def test_it_refuses_an_element_outside_of_the_subprocess(attribute: str, elsewhere: str) -> None:
    refused = service(inside=clock(**{attribute: elsewhere}))

    assert_refused(refused, "deadline_unreachable", "examine")
    (problem,) = problems_of(refused)
    assert problem.message.startswith(
        f"Expected {attribute} of the clock 'limit' to name what lies in 'examine'"
    )
    assert repr(elsewhere) in problem.message
    assert "move the clock" in problem.hint


@pytest.mark.parametrize("element", ["check", "examine_out", "stopped"])
def test_it_takes_what_lies_in_the_subprocess_or_on_its_border(element: str) -> None:
    assert errors_of(service(inside=clock(endsOn=element))) == []


@pytest.mark.parametrize("element", ["ask", "check", "deep", "call", "stopped", "done"])
def test_a_clock_of_the_process_hears_of_everything_in_it_and_in_what_it_calls(element: str) -> None:
    assert errors_of(service(around=clock(endsOn=element))) == []


def test_a_clock_of_a_called_process_does_not_hear_of_its_caller() -> None:
    called = diagram(
        clock(endsOn="ask") + small_body("other", user_task("deep"), "deep"), key="other", process=""
    )
    refused = bundle(
        user_task("ask")
        + node("callActivity", "call", attributes='calledElement="other"')
        + start_and_end("ask", "call"),
        other__bpmn=called,
    )

    assert_refused(refused, "deadline_unreachable", "other", file="other.bpmn")


@pytest.mark.parametrize("name", ["f_begin_ask", "t"])
def test_a_clock_follows_flow_nodes_alone(name: str) -> None:
    """No token rests on a flow or a process, so the clock would hear of neither."""
    assert_refused(service(around=clock(endsOn=name)), "deadline_element", "t")
