"""What a diagram cannot be run as it is drawn: each is refused by a code, with file, line and element."""

from __future__ import annotations

import pytest

from ..engine.bundles import (
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
from .gate import assert_refused, errors_of

PLAIN = user_task("ask") + start_and_end("ask")
TERMINATE = "<bpmn:terminateEventDefinition/>"


def around(bad: str, *ids: str) -> str:
    """Put something on a line of its own between a start and an end."""
    return f"{node('startEvent', 'begin')}\n{bad}\n{node('endEvent', 'done')}{chain('begin', *ids, 'done')}"


def beside(bad: str) -> str:
    return f"{PLAIN}\n{bad}\n"


CASES = {
    "complex gateway": ("not_supported", "bad", around(node("complexGateway", "bad"), "bad")),
    "transaction": (
        "not_supported",
        "bad",
        around(node("transaction", "bad", small_body("x", user_task("ask"), "ask")), "bad"),
    ),
    "ad-hoc subprocess": (
        "not_supported",
        "bad",
        around(node("adHocSubProcess", "bad", user_task("ask")), "bad"),
    ),
    "compensation": (
        "not_supported",
        "bad",
        around(node("intermediateThrowEvent", "bad", "<bpmn:compensateEventDefinition/>"), "bad"),
    ),
    "compensation task": (
        "not_supported",
        "bad",
        around(script("bad", "{}").replace('id="bad"', 'id="bad" isForCompensation="true"'), "bad"),
    ),
    "conditional event": (
        "not_supported",
        "bad",
        around(node("intermediateCatchEvent", "bad", "<bpmn:conditionalEventDefinition/>"), "bad"),
    ),
    "preScript": (
        "not_supported",
        "bad",
        around(
            script(
                "bad",
                "{}",
                "<bpmn:extensionElements><spiffworkflow:preScript>x</spiffworkflow:preScript></bpmn:extensionElements>",
            ),
            "bad",
        ),
    ),
    "postScript": (
        "not_supported",
        "bad",
        around(
            script(
                "bad",
                "{}",
                "<bpmn:extensionElements><spiffworkflow:postScript>x</spiffworkflow:postScript></bpmn:extensionElements>",
            ),
            "bad",
        ),
    ),
    "receive task without a message": ("message_missing", "bad", around(node("receiveTask", "bad"), "bad")),
    "send task without a message": ("message_missing", "bad", around(node("sendTask", "bad"), "bad")),
    "event without a message": (
        "message_missing",
        "bad",
        around(node("intermediateCatchEvent", "bad", trigger("message")), "bad"),
    ),
    "message of nowhere": (
        "message_missing",
        "bad",
        around(node("intermediateCatchEvent", "bad", trigger("message", "x")), "bad"),
    ),
    "signal of nowhere": (
        "signal_missing",
        "bad",
        around(node("intermediateCatchEvent", "bad", trigger("signal", "x")), "bad"),
    ),
    "error end without an error": (
        "error_missing",
        "bad",
        f"{node('startEvent', 'begin')}\n{node('endEvent', 'bad', trigger('error'))}\n{chain('begin', 'bad')}",
    ),
    "start called Start": (
        "id_reserved",
        "Start",
        f"\n{node('startEvent', 'Start')}\n{node('endEvent', 'done')}{chain('Start', 'done')}",
    ),
    "double underscore": ("id_reserved", "a__b", around(user_task("a__b"), "a__b")),
    "no start": ("start_missing", "t", node("endEvent", "done")),
    "two starts": ("starts_several", "t", beside(node("startEvent", "second") + chain("second", "ask"))),
    "unreachable": ("unreachable", "bad", beside(user_task("bad") + flow("bad", "done"))),
    "goes round for ever": (
        "never_ends",
        "bad",
        f"{node('startEvent', 'begin')}{chain('begin', 'bad', 'other', 'bad')}\n{user_task('bad')}\n{user_task('other')}",
    ),
    "flow to nowhere": ("flow_dangling", "bad", beside(flow("ask", "nowhere", flow_id="bad"))),
    "flow into a subprocess": (
        "flow_dangling",
        "bad",
        around(subprocess("sub", small_body("x", user_task("deep"), "deep")), "sub")
        + "\n"
        + flow("begin", "deep", flow_id="bad")
        + "\n",
    ),
    "two flows between two": (
        "flows_parallel",
        "bad",
        around(node("exclusiveGateway", "which") + user_task("ask"), "which", "ask")
        + "\n"
        + flow("which", "ask", "true", "bad")
        + "\n",
    ),
    "boundary of nothing": (
        "boundary_dangling",
        "bad",
        beside(boundary("bad", "nothing", timer("P1D")) + flow("bad", "done")),
    ),
    "boundary without an event": (
        "boundary_plain",
        "bad",
        beside(boundary("bad", "ask", "") + flow("bad", "done")),
    ),
    "exclusive flow without a condition": (
        "condition_missing",
        "bad",
        around(node("exclusiveGateway", "which") + user_task("ask"), "which", "ask")
        + "\n"
        + flow("which", "done", None, "bad")
        + "\n",
    ),
    "inclusive flow without a condition": (
        "condition_missing",
        "bad",
        around(node("inclusiveGateway", "which") + user_task("ask"), "which", "ask")
        + "\n"
        + flow("which", "done", None, "bad")
        + "\n",
    ),
    "condition behind a parallel gateway": (
        "condition_ignored",
        "bad",
        around(node("parallelGateway", "which") + user_task("ask"), "which", "ask")
        + "\n"
        + flow("which", "done", "true", "bad")
        + "\n",
    ),
    "default of another gateway": (
        "default_dangling",
        "bad",
        around(
            node("exclusiveGateway", "bad", attributes='default="f_ask_done"') + user_task("ask"),
            "bad",
            "ask",
        ),
    ),
    "event gateway before a task": (
        "event_gateway_target",
        "bad",
        around(node("eventBasedGateway", "which") + user_task("ask"), "which").replace(
            '<bpmn:sequenceFlow id="f_which_done" sourceRef="which" targetRef="done"></bpmn:sequenceFlow>',
            "\n" + flow("which", "ask", flow_id="bad") + "\n" + flow("ask", "done"),
        ),
    ),
    "typed start of a subprocess": (
        "subprocess_trigger",
        "bad",
        around(
            "\n"
            + subprocess(
                "bad", node("startEvent", "in", timer("P1D")) + node("endEvent", "out") + chain("in", "out")
            ),
            "bad",
        ),
    ),
    "event subprocess without an event": (
        "event_subprocess_trigger",
        "bad",
        beside(event_subprocess("bad", "", "")),
    ),
    "quiet error": (
        "error_not_interrupting",
        "bad_on",
        beside(event_subprocess("bad", trigger("error", "x"), "", interrupting=False)),
    ),
    "unknown attribute of ours": ("unknown_extension", "bad", around(user_task("bad", colour="red"), "bad")),
    "unknown element of ours": (
        "unknown_extension",
        "bad",
        around(user_task("bad", inner="<linbang:magic/>"), "bad"),
    ),
    "broken condition": (
        "expression_broken",
        "bad",
        around(node("exclusiveGateway", "which") + user_task("ask"), "which", "ask")
        + "\n"
        + flow("which", "done", "if if", "bad")
        + "\n",
    ),
    "broken script": ("expression_broken", "bad", around(script("bad", "{a: "), "bad")),
    "broken timer expression": (
        "expression_broken",
        "bad",
        around(node("intermediateCatchEvent", "bad", timer("= 1 +")), "bad"),
    ),
    "broken loop condition": (
        "expression_broken",
        "bad",
        around(
            user_task("bad").replace(
                "</bpmn:userTask>",
                "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>(</bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:userTask>",
            ),
            "bad",
        ),
    ),
    "recursive call": (
        "call_recursive",
        "bad",
        around(node("callActivity", "bad", attributes='calledElement="t"'), "bad"),
    ),
    "loop without an end": (
        "loop_endless",
        "bad",
        around(
            user_task("bad").replace(
                "</bpmn:userTask>", "<bpmn:standardLoopCharacteristics/></bpmn:userTask>"
            ),
            "bad",
        ),
    ),
    "repeated for nothing": (
        "collection_missing",
        "bad",
        around(
            user_task("bad").replace(
                "</bpmn:userTask>", "<bpmn:multiInstanceLoopCharacteristics/></bpmn:userTask>"
            ),
            "bad",
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_refuses(name: str) -> None:
    code, element, body = CASES[name]
    extra = declare("error", "x") if "errorRef" in body else ""

    assert_refused(bundle(body, extra=extra), code, element)


@pytest.mark.parametrize(("name", "errors"), [("one", [("item_name", "one_id")]), ("one_id", []), (None, [])])
def test_an_item_of_a_collection_is_named_by_its_id(
    name: str | None, errors: list[tuple[str, str | None]]
) -> None:
    """The id is the variable; another name beside it would be null when it is read."""
    named = f'name="{name}"' if name else ""
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>many</bpmn:loopDataInputRef>"
        f'<bpmn:inputDataItem id="one_id" {named}/></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    )

    assert errors_of(bundle(around(user_task("ask").replace("</bpmn:userTask>", loop), "ask"))) == errors


def test_it_says_everything_at_once() -> None:
    body = around(
        node("complexGateway", "one") + user_task("two", form="nowhere") + script("three", "{"),
        "one",
        "two",
        "three",
    )

    found = errors_of(bundle(body))

    assert {("not_supported", "one"), ("form_unknown", "two"), ("expression_broken", "three")} <= set(found)


def test_a_reserved_or_doubled_id_is_refused_with_every_place() -> None:
    body = f"{PLAIN}\n{user_task('ask')}\n"

    assert errors_of(bundle(body)).count(("id_twice", "ask")) == 2


def test_an_id_in_two_diagrams_is_refused() -> None:
    from ..engine.bundles import diagram

    other = diagram(small_body("x", user_task("ask"), "ask"), key="other", process="")

    assert ("id_twice", "ask") in errors_of(bundle(PLAIN, other__bpmn=other))


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("flow without an id", PLAIN.replace('id="f_ask_done"', ""), "flow_without_id"),
        ("implicit end", node("startEvent", "begin") + user_task("ask") + chain("begin", "ask"), "end_added"),
        ("several flows", PLAIN + user_task("other") + chain("ask", "other", "done"), "gateway_added"),
        (
            "conditional flow",
            node("startEvent", "begin")
            + user_task("ask")
            + node("endEvent", "done")
            + chain("begin", "ask")
            + flow("ask", "done", "true"),
            "gateway_added",
        ),
        (
            "link",
            node("startEvent", "begin")
            + node("intermediateThrowEvent", "a", '<bpmn:linkEventDefinition name="x"/>')
            + node("intermediateCatchEvent", "b", '<bpmn:linkEventDefinition name="x"/>')
            + node("endEvent", "done")
            + chain("begin", "a")
            + chain("b", "done"),
            "link_joined",
        ),
    ],
    ids=lambda value: value if " " in str(value) and len(str(value)) < 30 else None,
)
def test_it_mends_and_says_so(name: str, body: str, code: str) -> None:
    """A warning, and the service can be deployed."""
    from .gate import problems_of

    service = bundle(body)

    assert errors_of(service) == []
    assert [problem.code for problem in problems_of(service) if problem.severity == "warning"] == [code]


def test_documentation_and_data_objects_are_no_problem() -> None:
    """What only tells people something is left out of the run; two levels deep it made the library hang."""
    data = (
        '<bpmn:dataObject id="object"/><bpmn:dataObjectReference id="reference" dataObjectRef="object"/>'
        '<bpmn:textAnnotation id="note"><bpmn:text>x</bpmn:text></bpmn:textAnnotation><bpmn:association id="a" sourceRef="ask" targetRef="note"/>'
    )
    reads = '<bpmn:dataInputAssociation id="in"><bpmn:sourceRef>reference</bpmn:sourceRef></bpmn:dataInputAssociation>'
    deep = user_task("deep").replace("</bpmn:userTask>", f"{reads}</bpmn:userTask>")
    inner = subprocess("inner", small_body("inner", deep, "deep"))
    body = (
        user_task("ask")
        + subprocess("outer", small_body("outer", inner, "inner"))
        + start_and_end("ask", "outer")
        + data
    )

    assert errors_of(bundle(body)) == []


def test_a_process_that_is_not_executable_is_refused() -> None:
    service = bundle(PLAIN)
    for replacement in (b'isExecutable="false"', b""):
        files = {
            **service.files,
            "t.bpmn": service.files["t.bpmn"].replace(b'isExecutable="true"', replacement),
        }
        assert ("not_executable", "t") in errors_of(type(service)("t", files))
