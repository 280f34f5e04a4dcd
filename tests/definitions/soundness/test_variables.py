"""Variables that are read before anything has set them, and those that branches set side by side."""

from __future__ import annotations

import pytest

from engine.definitions import Bundle

from ...engine.bundles import (
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
from ..gate import errors_of
from .support import said, the_only

READS = {"variable_never_written", "variable_maybe_unwritten"}
START = node("startEvent", "begin", attributes='linbang:form="a"') + node("endEvent", "done")
"""A case begins with the answer `a`, and with nothing else."""


def service(inner: str, *ids: str, extra: str = "", **files: bytes) -> Bundle:
    """Make a service that goes from its start form `a` through these elements to its end."""
    return bundle(START + inner + chain("begin", *ids, "done"), extra=extra, process=_TITLED, **files)


_TITLED = 'linbang:caseNumber="T" linbang:title="a" linbang:startGroups="clerk"'


def reads(found: Bundle) -> list[tuple[str, str | None]]:
    """Give what is said of reads, as (code, element)."""
    return [(one.code, one.element) for one in said(found, READS)]


def test_a_variable_that_nothing_sets_is_told_with_the_expression() -> None:
    found = service(script("count", "{total: incom * 12}"), "count")

    assert errors_of(found) == []
    problem = the_only(found, "variable_never_written")
    assert problem.element == "count"
    assert "'incom'" in problem.message
    assert "incom * 12" in problem.message


def test_what_is_set_only_behind_the_element_does_not_count() -> None:
    late = script("count", "{total: income * 12}") + script("set", "{income: 5}")

    assert reads(service(late, "count", "set")) == [("variable_never_written", "count")]


@pytest.mark.parametrize(
    "before",
    [
        user_task("set", form="n"),
        script("set", "{n: 5}"),
        script("set", "if a = null then {n: 1} else {n: 2}"),
        script("set", "context put({}, a, 5)"),
        node("task", "set", extensions('<linbang:assign name="n" value="5"/>')),
        node("receiveTask", "set", attributes='messageRef="message_said"'),
        node("intermediateCatchEvent", "set", trigger("message", "said")),
        subprocess("set", small_body("x", user_task("deep", form="n"), "deep")),
        node("callActivity", "set", attributes='calledElement="other"'),
        node(
            "serviceTask",
            "set",
            extensions('<spiffworkflow:serviceTaskOperator id="x.y" resultVariable="n"/>'),
        ),
    ],
    ids=[
        "form",
        "script",
        "choice",
        "unknown",
        "assign",
        "receive",
        "message",
        "subprocess",
        "call",
        "service",
    ],
)
def test_it_knows_what_sets_a_variable(before: str) -> None:
    """A message without a form may bring anything, and so may a script whose entries are worked out."""
    other = diagram(small_body("other", user_task("inner", form="n"), "inner"), key="other", process="")
    message = declare("message", "said")

    assert (
        reads(
            service(before + script("count", "{b: n + 1}"), "set", "count", extra=message, other__bpmn=other)
        )
        == []
    )


def test_a_form_of_a_message_says_what_it_brings() -> None:
    message = declare("message", "said").replace("/>", ' linbang:form="b"/>')
    event = node("intermediateCatchEvent", "hear", trigger("message", "said"))
    found = service(event + script("count", "{c: b + n}"), "hear", "count", extra=message)

    assert "'n'" in the_only(found, "variable_never_written").message


def test_a_variable_that_one_way_sets_may_be_missing() -> None:
    choice = node("exclusiveGateway", "which", attributes='default="f_which_merge"') + flow(
        "which", "set", "a = null"
    )
    inner = (
        choice
        + script("set", "{n: 5}")
        + node("exclusiveGateway", "merge")
        + script("count", "{total: n + 1}")
    )
    found = bundle(
        START + inner + chain("begin", "which", "merge", "count", "done") + chain("set", "merge"),
        process=_TITLED,
    )

    problem = the_only(found, "variable_maybe_unwritten")
    assert problem.element == "count"
    assert "'n'" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "{total: if n = null then 0 else n + 1}",
        "{total: if n != null and n + 1 = 3 then 1 else 0}",
        '{total: n = "x"}',
        '{total: n in ("x", "y")}',
    ],
)
def test_an_expression_that_says_what_counts_without_the_variable_is_no_problem(text: str) -> None:
    assert reads(service(script("count", text), "count")) == []


def test_what_is_only_passed_on_may_be_missing_on_some_ways() -> None:
    """Null is handed on; it spoils nothing here."""
    late = boundary("late", "ask", timer("P1D")) + node("exclusiveGateway", "merge") + chain("late", "merge")
    inner = user_task("ask", form="n") + late + script("keep", "{kept: n}")

    assert reads(service(inner, "ask", "merge", "keep")) == []


def test_both_branches_have_set_theirs_behind_a_parallel_join() -> None:
    inner = (
        node("parallelGateway", "split")
        + node("parallelGateway", "join")
        + user_task("x", form="n")
        + user_task("y", form="b")
    )
    more = chain("split", "y", "join")

    assert reads(service(inner + more + script("count", "{c: n + b}"), "split", "x", "join", "count")) == []


def test_a_branch_does_not_see_what_another_one_sets() -> None:
    inner = (
        node("parallelGateway", "split")
        + node("parallelGateway", "join")
        + user_task("x", form="n")
        + script("y", "{c: n + 1}")
    )

    assert reads(service(inner + chain("split", "y", "join"), "split", "x", "join")) == [
        ("variable_never_written", "y")
    ]


def test_an_event_finds_what_was_set_before_the_work_and_perhaps_what_was_set_in_it() -> None:
    work = subprocess("work", small_body("x", user_task("deep", form="n"), "deep"))
    late = (
        boundary("late", "work", timer("P1D"))
        + script("count", "{c: n + 1, d: a + 1}")
        + node("endEvent", "out")
    )

    assert reads(service(work + late + chain("late", "count", "out"), "work")) == [
        ("variable_maybe_unwritten", "count")
    ]


def test_an_event_subprocess_finds_whatever_its_scope_sets() -> None:
    handler = event_subprocess(
        "handler", trigger("message", "stop"), script("count", "{c: n + nothing}"), "count"
    )
    found = service(
        user_task("ask", form="n") + handler,
        "ask",
        extra=declare("message", "stop").replace("/>", ' linbang:form="b"/>'),
    )

    assert reads(found) == [("variable_maybe_unwritten", "count"), ("variable_never_written", "count")]


def test_a_called_process_with_declared_data_knows_only_that() -> None:
    io = '<bpmn:ioSpecification><bpmn:dataInput id="a" name="a"/></bpmn:ioSpecification>'
    other = diagram(io + small_body("other", script("count", "{c: a + n}"), "count"), key="other", process="")
    call = user_task("ask", form="n") + node("callActivity", "call", attributes='calledElement="other"')

    found = service(call, "ask", "call", other__bpmn=other)

    assert "'n'" in the_only(found, "variable_never_written").message


def test_an_instance_knows_its_item_and_what_follows_the_list() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>[1, 2]</bpmn:loopDataInputRef>"
        '<bpmn:loopDataOutputRef>found</bpmn:loopDataOutputRef><bpmn:inputDataItem id="one"/>'
        '<bpmn:outputDataItem id="result"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    work = script("work", "{result: one + 1}", loop)

    assert reads(service(work + script("sum", "{total: sum(found)}"), "work", "sum")) == []
    assert reads(service(work + script("sum", "{total: result + 1}"), "work", "sum")) == [
        ("variable_never_written", "sum")
    ]


def test_a_loop_brings_round_what_is_set_in_it() -> None:
    """On the first round it is missing; where that is said, nothing is found."""
    loop = (
        node("exclusiveGateway", "merge")
        + user_task("ask", form="ok")
        + node("exclusiveGateway", "again", attributes='default="f_again_done"')
        + flow("again", "merge", "ok")
    )

    assert reads(service(loop + script("count", "{n: n + 1}"), "merge", "count", "ask", "again")) == [
        ("variable_maybe_unwritten", "count")
    ]
    careful = script("count", "{n: if n = null then 1 else n + 1}")
    assert reads(service(loop + careful, "merge", "count", "ask", "again")) == []


def test_two_branches_that_set_one_variable_are_told_with_both() -> None:
    inner = (
        node("parallelGateway", "split")
        + node("parallelGateway", "join")
        + user_task("x", form="n")
        + subprocess("y", small_body("y", script("deep", "{n: 1}"), "deep"))
    )
    found = service(inner + chain("split", "y", "join"), "split", "x", "join")

    problem = the_only(found, "branches_write_same")
    assert problem.element == "split"
    assert all(name in problem.message for name in ("'n'", "'x'", "'deep'"))


def test_ways_of_a_choice_may_set_the_same() -> None:
    choice = node("exclusiveGateway", "which", attributes='default="f_which_x"') + flow(
        "which", "y", "a = null"
    )
    inner = choice + user_task("x", form="n") + user_task("y", form="n") + node("exclusiveGateway", "merge")

    assert said(service(inner + chain("y", "merge"), "which", "x", "merge"), {"branches_write_same"}) == []


def test_instances_side_by_side_that_set_one_variable_lose_all_but_one() -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics isSequential="false"><bpmn:loopDataInputRef>[1, 2]</bpmn:loopDataInputRef>'
        '<bpmn:inputDataItem id="one"/></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    )
    found = service(user_task("ask", form="n").replace("</bpmn:userTask>", loop), "ask")

    assert the_only(found, "instances_write_same").element == "ask"


def test_variables_are_looked_at_only_where_nothing_else_is_wrong() -> None:
    """A diagram that cannot be read would give findings by the dozen."""
    found = service(script("count", "{total: nothing * 12}") + node("complexGateway", "bad"), "count", "bad")

    assert ("not_supported", "bad") in errors_of(found)
    assert reads(found) == []


def test_without_a_start_form_anything_may_be_given() -> None:
    """Another case may start this one with variables of its own."""
    assert reads(bundle(script("count", "{total: whatever * 12}") + start_and_end("count"))) == []


def test_calls_too_deep_to_follow_are_said_to_be_undecided() -> None:
    """The rest of the check goes on."""
    last = 61
    called = {
        f"p{number}__bpmn": diagram(
            small_body(
                f"p{number}",
                node("callActivity", f"c{number}", attributes=f'calledElement="p{number + 1}"')
                if number < last
                else user_task(f"c{number}"),
                f"c{number}",
            ),
            key=f"p{number}",
            process="",
        )
        for number in range(last + 1)
    }
    found = service(node("callActivity", "call", attributes='calledElement="p0"'), "call", **called)

    assert the_only(found, "soundness_not_decided").severity == "warning"
