"""Flows, ways in and out, and where ways meet."""

from __future__ import annotations

from collections.abc import Mapping

from ...engine.bundles import (
    bundle,
    chain,
    flow,
    node,
    start_and_end,
    user_task,
)
from .rows import PLAIN, Refused, Run

ROWS: Mapping[str, tuple[Refused | Run, ...]] = {
    "a flow without an id": (
        Run(
            bundle(PLAIN.replace('id="f_ask_done"', "")),
            ("ask",),
            "begin ask done",
            "flow_without_id",
            more="engine/execution/test_flows.py::test_a_flow_without_an_id_is_run",
        ),
    ),
    "an implicit end": (
        Run(
            bundle(node("startEvent", "begin") + user_task("ask") + chain("begin", "ask")),
            ("ask",),
            "begin ask",
            "end_added",
            more="engine/execution/test_flows.py::test_a_path_may_end_without_an_end_event",
        ),
    ),
    "link events": (
        Run(
            bundle(
                node("startEvent", "begin")
                + node("intermediateThrowEvent", "jump", '<bpmn:linkEventDefinition name="x"/>')
                + node("intermediateCatchEvent", "land", '<bpmn:linkEventDefinition name="x"/>')
                + user_task("ask")
                + node("endEvent", "done")
                + chain("begin", "jump")
                + chain("land", "ask", "done")
            ),
            ("ask",),
            "begin jump land ask done",
            "link_joined",
            more="engine/execution/test_flows.py::test_link_events_are_one_way",
        ),
    ),
    "a conditional flow that leaves a task": tuple(
        Run(
            bundle(
                node("startEvent", "begin")
                + user_task("ask")
                + user_task("check")
                + node("endEvent", "done")
                + chain("begin", "ask")
                + flow("ask", "check", "wanted")
                + chain("check", "done")
            ),
            acts,
            passes,
            "gateway_added",
            begun={"wanted": wanted},
            more="engine/execution/test_flows.py::test_a_conditional_flow_that_leaves_a_task_is_taken_only_when_it_is_true",
        )
        for wanted, acts, passes in (
            (True, ("ask", "check"), "begin ask check done"),
            (False, ("ask",), "begin ask"),
        )
    ),
    "two tokens into one task": (
        Run(
            bundle(
                node("startEvent", "begin")
                + node("parallelGateway", "split")
                + node("task", "one")
                + node("task", "two")
                + user_task("ask")
                + node("endEvent", "done")
                + chain("begin", "split", "one", "ask", "done")
                + chain("split", "two", "ask")
            ),
            ("ask", "ask"),
            "begin split one two ask done ask done",
            "not_synchronised",
            more="engine/execution/test_flows.py::test_two_tokens_into_one_task_are_two_tasks",
        ),
    ),
    "an element that cannot be reached": (
        Refused(bundle(f"{PLAIN}\n{user_task('bad')}\n{chain('bad', 'done')}"), "unreachable", "bad"),
    ),
    "a dead end": (
        Refused(
            bundle(
                f"{node('startEvent', 'begin')}{chain('begin', 'bad', 'other', 'bad')}\n{user_task('bad')}\n{user_task('other')}"
            ),
            "never_ends",
            "bad",
        ),
    ),
    "a join that waits for ever": (
        Refused(
            bundle(
                node("exclusiveGateway", "which", attributes='default="f_which_a"')
                + user_task("a")
                + user_task("b")
                + f"\n{node('parallelGateway', 'bad')}\n"
                + start_and_end("which", "a", "bad")
                + flow("which", "b", "ok")
                + chain("b", "bad")
            ),
            "deadlock",
            "bad",
        ),
    ),
    "a default flow that leaves a task": (
        Run(
            bundle(
                node("startEvent", "begin")
                + user_task("ask").replace('id="ask"', 'id="ask" default="f_ask_never"')
                + node("endEvent", "done")
                + node("endEvent", "never")
                + chain("begin", "ask", "done")
                + chain("ask", "never")
            ),
            ("ask",),
            "begin ask done",
            "gateway_added",
        ),
    ),
    "a link that leads nowhere": (
        Refused(
            bundle(
                f"{node('startEvent', 'begin')}\n"
                + node("intermediateThrowEvent", "bad", '<bpmn:linkEventDefinition name="x"/>')
                + f"\n{chain('begin', 'bad')}"
            ),
            "link_dangling",
            "bad",
        ),
    ),
}
