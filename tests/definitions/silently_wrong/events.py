"""Events, and the subprocesses that begin with one."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions import Bundle

from ...engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    event_subprocess,
    node,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from .rows import PLAIN, Refused, Run, on_a_line


def watched(kind: str, *, interrupting: bool = True) -> Bundle:
    """Make `ask`, and an event subprocess with `handle` that waits for something."""
    event = timer("P1D") if kind == "timer" else trigger(kind, "stop")
    handler = event_subprocess("handler", event, user_task("handle"), "handle", interrupting=interrupting)
    work = PLAIN
    if kind == "error":
        work = (
            node("startEvent", "begin")
            + user_task("ask")
            + node("endEvent", "failed", trigger("error", "stop"))
        )
        work += chain("begin", "ask", "failed")
    return bundle(work + handler, extra="" if kind == "timer" else declare(kind, "stop"))


def nested() -> Bundle:
    """Write a subprocess that begins with a message, and inside of it one that begins with a timer."""
    inner = event_subprocess("inner", timer("P3D"), user_task("urge"), "urge")
    outer = event_subprocess("outer", trigger("message", "stop"), user_task("handle") + inner, "handle")
    return bundle(PLAIN + outer, extra=declare("message", "stop"))


def thrown_at_the_end() -> Bundle:
    """Write a subprocess whose end is an escalation that somebody looks at beside it."""
    inner = small_body("work", user_task("ask"), "ask").replace(
        '<bpmn:endEvent id="work_out" >', f'<bpmn:endEvent id="work_out" >{trigger("escalation", "late")}'
    )
    heard = boundary("heard", "work", trigger("escalation", "late"), cancel=False)
    heard += user_task("look") + node("endEvent", "looked") + chain("heard", "look", "looked")
    return bundle(
        subprocess("work", inner) + start_and_end("work") + heard, extra=declare("escalation", "late")
    )


ROWS: Mapping[str, tuple[Refused | Run, ...]] = {
    "a signal end event": (
        Run(
            bundle(
                node("startEvent", "begin")
                + node("parallelGateway", "split")
                + node("intermediateCatchEvent", "hear", trigger("signal", "go"))
                + user_task("ask")
                + node("endEvent", "heard")
                + node("endEvent", "told", trigger("signal", "go"))
                + chain("begin", "split", "hear", "heard")
                + chain("split", "ask", "told"),
                extra=declare("signal", "go"),
            ),
            ("ask",),
            "begin split ask told hear heard",
            more="engine/execution/test_events.py::test_a_signal_is_heard_by_everybody_in_the_case",
        ),
    ),
    "a compensation throw": (
        Refused(
            on_a_line(node("intermediateThrowEvent", "bad", "<bpmn:compensateEventDefinition/>"), "bad"),
            "not_supported",
            "bad",
        ),
    ),
    "a message boundary that does not interrupt": (
        Run(
            bundle(
                PLAIN
                + boundary("heard", "ask", trigger("message", "knock"), cancel=False)
                + node("endEvent", "noted")
                + chain("heard", "noted"),
                extra=declare("message", "knock"),
            ),
            ("!knock", "!knock", "!knock", "ask"),
            "begin heard noted heard noted heard noted ask done",
            more="engine/execution/test_events.py::test_a_listening_event_fires_as_often_as_it_is_heard",
        ),
    ),
    "an event subprocess that interrupts": (
        Run(
            watched("message"),
            ("!stop", "handle"),
            "begin handler_on handle handler_out handler",
            more="engine/execution/test_event_subprocesses.py::test_an_interrupting_one_takes_over_with_the_variables_of_its_scope",
        ),
        Run(
            watched("message", interrupting=False),
            ("!stop", "handle", "ask"),
            "begin handler_on handle handler_out handler ask done",
        ),
    ),
    "an event subprocess that begins with an error": (
        Run(watched("error"), ("ask", "handle"), "begin ask handler_on failed handle handler_out handler"),
    ),
    "an event subprocess with a timer": (
        Run(
            watched("timer"),
            ("ask",),
            "begin ask done",
            more="engine/execution/test_event_subprocesses.py::test_one_that_is_never_triggered_does_not_keep_the_case_open",
        ),
        Run(watched("timer"), ("@handler_on", "handle"), "begin handler_on handle handler_out handler"),
    ),
    "an event gateway with two timers": tuple(
        Run(
            bundle(
                node("startEvent", "begin")
                + node("eventBasedGateway", "first")
                + node("intermediateCatchEvent", "day", timer("P1D"))
                + node("intermediateCatchEvent", "week", timer("P7D"))
                + node("endEvent", "after_day")
                + node("endEvent", "after_week")
                + chain("begin", "first", "day", "after_day")
                + chain("first", "week", "after_week")
            ),
            (f"@{name}",),
            f"begin first {name} after_{name}",
            more="engine/execution/test_events.py::test_two_timers_behind_an_event_gateway_keep_their_own_moments",
        )
        for name in ("day", "week")
    ),
    "a receive task without a message": (
        Refused(on_a_line(node("receiveTask", "bad"), "bad"), "message_missing", "bad"),
    ),
    "an event subprocess inside of another one": (
        Run(
            nested(),
            ("!stop", "@inner_on", "urge"),
            "begin outer_on inner_on urge inner_out inner outer",
            more="engine/execution/test_event_subprocesses.py::test_one_inside_another_one_watches_the_handling",
        ),
    ),
    "a quiet event that is thrown as the work ends": (
        Run(
            thrown_at_the_end(),
            ("ask", "look"),
            "begin work_in ask work_out work heard done look looked",
            more="engine/execution/test_combinations.py::test_a_quiet_escalation_in_a_called_part_is_heard_in_every_round_of_a_loop",
        ),
    ),
    "a message that starts a process": (
        Run(
            bundle(
                node("startEvent", "begin", trigger("message", "stop"))
                + user_task("ask")
                + node("endEvent", "done")
                + chain("begin", "ask", "done"),
                extra=declare("message", "stop"),
            ),
            ("ask",),
            "begin ask done",
            "start_trigger_dropped",
        ),
    ),
    "an event that waits for nothing": (
        Refused(on_a_line(node("intermediateCatchEvent", "bad"), "bad"), "event_plain", "bad"),
    ),
    "a timer that is thrown": (
        Refused(on_a_line(node("intermediateThrowEvent", "bad", timer("P1D")), "bad"), "event_cannot", "bad"),
    ),
}
