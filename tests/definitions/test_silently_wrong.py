"""What the library would run wrongly without a word is refused by the gate, mended, or run rightly by parts of ours.

One row of ROWS is one construct. What is run is run twice: as it is, and written down and read again after
every step; the tokens rest and pass alike. More of each is told where `more` points to.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine import codec, spiff
from engine.definitions import Bundle, Definition, compile_bundle

from ..engine.bundles import (
    GROUPS,
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    event_subprocess,
    extensions,
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
from ..engine.test_codec import ENVIRONMENT
from .gate import assert_refused, problems_of

TESTS = Path(__file__).resolve().parents[1]
PLAIN = user_task("ask") + start_and_end("ask")
OUTER_DATA = '<bpmn:dataObject id="object"/><bpmn:dataObjectReference id="reference" dataObjectRef="object"/>'
READS = '<bpmn:dataInputAssociation id="in"><bpmn:sourceRef>reference</bpmn:sourceRef></bpmn:dataInputAssociation>'


@dataclass(frozen=True)
class Refused:
    """A service that the gate refuses: the code, and the element that it names."""

    service: Bundle
    code: str
    element: str | None
    file: str = "t.bpmn"


@dataclass(frozen=True)
class Run:
    """A service that runs. acts: what is done, in this order: `element` completes a task, `!name` a message comes,
    `@event` a clock strikes. passes: the elements that the tokens leave. note: the mend that the designer is told of.
    """

    service: Bundle
    acts: tuple[str, ...]
    passes: str
    note: str | None = None
    begun: Mapping[str, object] = field(default_factory=dict)
    more: str = ""


def on_a_line(bad: str, *ids: str) -> Bundle:
    """Put something on a line of its own between a start and an end."""
    return bundle(f"\n{bad}\n{start_and_end(*ids)}")


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


def repeated(items: str) -> Bundle:
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopDataInputRef>{items}</bpmn:loopDataInputRef>'
        '<bpmn:inputDataItem id="item"/></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    )
    return bundle(user_task("ask").replace("</bpmn:userTask>", loop) + start_and_end("ask"))


def executable(value: str) -> Bundle:
    content = diagram(f"\n{PLAIN}").replace(b'isExecutable="true"', value.encode())
    return bundle(PLAIN, t__bpmn=content)


ROWS: Mapping[str, tuple[Refused | Run, ...]] = {
    "a flow without an id": (
        Run(
            bundle(PLAIN.replace('id="f_ask_done"', "")),
            ("ask",),
            "begin ask done",
            "flow_without_id",
            more="engine/execution/test_gateways.py::test_a_flow_without_an_id_is_run",
        ),
    ),
    "an implicit end": (
        Run(
            bundle(node("startEvent", "begin") + user_task("ask") + chain("begin", "ask")),
            ("ask",),
            "begin ask",
            "end_added",
            more="engine/execution/test_gateways.py::test_a_path_may_end_without_an_end_event",
        ),
    ),
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
            more="engine/execution/test_gateways.py::test_link_events_are_one_way",
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
            more="engine/execution/test_gateways.py::test_a_conditional_flow_that_leaves_a_task_is_taken_only_when_it_is_true",
        )
        for wanted, acts, passes in (
            (True, ("ask", "check"), "begin ask check done"),
            (False, ("ask",), "begin ask"),
        )
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
    "a start event called Start": (
        Refused(
            bundle(f"\n{node('startEvent', 'Start')}\n{node('endEvent', 'done')}{chain('Start', 'done')}"),
            "id_reserved",
            "Start",
        ),
    ),
    "an ad-hoc subprocess": (
        Refused(on_a_line(node("adHocSubProcess", "bad", user_task("ask")), "bad"), "not_supported", "bad"),
    ),
    "a sequence of instances with a null item": (
        Run(repeated("[1, null, 3]"), ("ask", "ask", "ask"), "begin ask ask ask done"),
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
            more="engine/execution/test_gateways.py::test_two_tokens_into_one_task_are_two_tasks",
        ),
    ),
    "a process that does not say that it can be executed": (Refused(executable(""), "not_executable", "t"),),
    "a file of which nothing can be executed": (
        Refused(executable('isExecutable="false"'), "not_executable", "t"),
    ),
    "a data object used two subprocesses deep": (
        Run(
            bundle(
                OUTER_DATA
                + subprocess(
                    "outer",
                    small_body(
                        "outer",
                        subprocess(
                            "inner",
                            small_body(
                                "inner",
                                user_task("deep").replace("</bpmn:userTask>", f"{READS}</bpmn:userTask>"),
                                "deep",
                            ),
                        ),
                        "inner",
                    ),
                )
                + start_and_end("outer")
            ),
            ("deep",),
            "begin outer_in inner_in deep inner_out inner outer_out outer done",
        ),
    ),
    "a bad reference inside a subprocess": (
        Refused(
            bundle(
                subprocess(
                    "outer",
                    "\n"
                    + small_body("x", user_task("deep"), "deep")
                    + "\n"
                    + flow("deep", "nobody", flow_id="bad")
                    + "\n",
                )
                + start_and_end("outer")
            ),
            "flow_dangling",
            "bad",
        ),
    ),
    "a broken condition": (
        Refused(
            bundle(
                node("exclusiveGateway", "which", attributes='default="f_which_ask"')
                + PLAIN.replace(chain("begin", "ask"), chain("begin", "which", "ask"))
                + "\n"
                + flow("which", "done", "if if", "bad")
                + "\n"
            ),
            "expression_broken",
            "bad",
        ),
    ),
    "a broken timer": (
        Refused(
            on_a_line(node("intermediateCatchEvent", "bad", timer("tomorrow")), "bad"), "timer_broken", "bad"
        ),
    ),
    "an id that stands twice": (Refused(bundle(f"{PLAIN}\n{user_task('ask')}\n"), "id_twice", "ask"),),
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
    "a call that leads back to itself": (
        Refused(
            on_a_line(node("callActivity", "bad", attributes='calledElement="t"'), "bad"),
            "call_recursive",
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
    "a script before or behind a task": tuple(
        Refused(
            on_a_line(
                script("bad", "{}", extensions(f"<spiffworkflow:{kind}>x</spiffworkflow:{kind}>")), "bad"
            ),
            "not_supported",
            "bad",
        )
        for kind in ("preScript", "postScript")
    ),
}

REFUSED = [(name, one) for name, found in ROWS.items() for one in found if isinstance(one, Refused)]
RUNS = [(name, one) for name, found in ROWS.items() for one in found if isinstance(one, Run)]


@pytest.mark.parametrize("row", [one for _, one in REFUSED], ids=[name for name, _ in REFUSED])
def test_it_is_refused_with_its_place(row: Refused) -> None:
    assert_refused(row.service, row.code, row.element, file=row.file)


@pytest.mark.parametrize("reading", [False, True], ids=["as it is", "read again"])
@pytest.mark.parametrize("row", [one for _, one in RUNS], ids=[name for name, _ in RUNS])
def test_it_runs_as_it_is_drawn(row: Run, reading: bool) -> None:
    definition, problems = compile_bundle(row.service, GROUPS)
    assert definition is not None, problems
    workflow = start(definition, row.begun)
    passed = take_trace(workflow)

    for act in row.acts:
        if reading:
            workflow = read_again(workflow, definition)
        do(workflow, act)
        passed += take_trace(workflow)

    assert workflow.completed
    assert passed == row.passes.split()


@pytest.mark.parametrize("row", [one for _, one in RUNS], ids=[name for name, _ in RUNS])
def test_the_designer_is_told_of_every_mend_and_of_nothing_else(row: Run) -> None:
    told = [problem.code for problem in problems_of(row.service)]

    assert told == ([] if row.note is None else [row.note])


def test_what_a_row_points_to_is_there() -> None:
    for pointed in {one.more for _, one in RUNS if one.more}:
        file, _, name = pointed.partition("::")
        tree = ast.parse((TESTS / file).read_text())
        assert name in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}, pointed


def start(definition: Definition, begun: Mapping[str, object]) -> spiff.Workflow:
    engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
    return spiff.start(definition.specs, engine, {"name": "x", **begun})


def read_again(workflow: spiff.Workflow, definition: Definition) -> spiff.Workflow:
    """Write a case down and read it."""
    content = codec.dump(workflow, {})
    engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
    return codec.load(content, definition.specs, engine)[0]


def do(workflow: spiff.Workflow, act: str) -> None:
    """Complete a task, deliver a message or let a clock strike; exactly one token must wait for it, or the first does."""
    name = act.lstrip("!@")
    if act.startswith("!"):
        assert spiff.deliver_message(workflow, name, {})
        return
    waiting = [
        number
        for number, item in spiff.resting(workflow).items()
        if item.element_id == name or any(getattr(one, "element_id", "") == name for one in item.waits)
    ]
    assert waiting, f"Expected a token at {name!r}"
    if act.startswith("@"):
        assert spiff.fire(workflow, waiting[0], name)
    else:
        spiff.complete(workflow, waiting[0], {})


def take_trace(workflow: spiff.Workflow) -> list[str]:
    """Give the elements that tokens have left since the last look; what a designer did not draw is left out."""
    passed = [one.element_id for one in workflow.trace if one.counted and "__" not in one.element_id]
    workflow.trace.clear()
    return passed
