"""What would be passed over without a word is refused: events that cannot do what they are drawn for, flows that lead where no token goes."""

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
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from .gate import assert_refused, errors_of, problems_of

DECLARED = declare("message", "word") + declare("error", "poor") + declare("escalation", "late")
TERMINATE = "<bpmn:terminateEventDefinition/>"
LINK = '<bpmn:linkEventDefinition name="over"/>'
CAUGHT = "\n" + node("intermediateCatchEvent", "land", LINK)
PLAIN = user_task("ask") + start_and_end("ask")
HANDLER = event_subprocess("handler", trigger("message", "word"), user_task("react"), "react")
WAITS = node("intermediateCatchEvent", "day", timer("P1D"))
GATEWAY = node("eventBasedGateway", "first") + chain("first", "week", "done")
GATEWAY += node("intermediateCatchEvent", "week", timer("P7D"))


def along(bad: str) -> str:
    """Put an element `bad` on a line of its own between a task and an end."""
    return f"{user_task('ask')}\n{bad}\n{start_and_end('ask', 'bad')}"


def ending(what: str) -> str:
    return f"{node('startEvent', 'begin')}\n{node('endEvent', 'bad', what)}\n{chain('begin', 'bad')}"


def with_flow(body: str, source: str, target: str, condition: str | None = None) -> str:
    """Draw one flow more, called `bad`."""
    return f"{body}\n{flow(source, target, condition, 'bad')}\n"


def choosing(*ids: str) -> str:
    """Write an exclusive gateway `which` behind `ask`, on the way to the end."""
    return (
        user_task("ask")
        + node("exclusiveGateway", "which", attributes=f'default="f_which_{(*ids, "done")[0]}"')
        + start_and_end("ask", "which", *ids)
    )


CASES = {
    "a timer that is thrown": ("event_cannot", along(node("intermediateThrowEvent", "bad", timer("P1D")))),
    "a timer at an end": ("event_cannot", ending(timer("P1D"))),
    "an error that is waited for": (
        "event_cannot",
        along(node("intermediateCatchEvent", "bad", trigger("error", "poor"))),
    ),
    "an escalation that is waited for": (
        "event_cannot",
        along(node("intermediateCatchEvent", "bad", trigger("escalation", "late"))),
    ),
    "an error on the way": (
        "event_cannot",
        along(node("intermediateThrowEvent", "bad", trigger("error", "poor"))),
    ),
    "a terminate on the way": ("event_cannot", along(node("intermediateThrowEvent", "bad", TERMINATE))),
    "a terminate on a border": (
        "event_cannot",
        PLAIN + "\n" + boundary("bad", "ask", TERMINATE) + chain("bad", "done"),
    ),
    "an error that starts a case": (
        "event_cannot",
        "\n" + node("startEvent", "bad", trigger("error", "poor")) + "\n" + chain("bad", "ask", "done")
        + user_task("ask") + node("endEvent", "done"),
    ),
    "an error that lets the work go on": (
        "error_not_interrupting",
        subprocess("work", small_body("x", user_task("ask"), "ask"))
        + start_and_end("work")
        + "\n"
        + boundary("bad", "work", trigger("error", "poor"), cancel=False)
        + "\n"
        + chain("bad", "done"),
    ),
    "an event that waits for two things": (
        "event_several",
        along(node("intermediateCatchEvent", "bad", timer("P1D") + trigger("message", "word"))),
    ),
    "an event that waits for two things together": (
        "event_several",
        along(
            node(
                "intermediateCatchEvent", "bad", timer("P1D") + trigger("message", "word"),
                'parallelMultiple="true"',
            )
        ),
    ),
    "an event that waits for nothing": ("event_plain", along(node("intermediateCatchEvent", "bad"))),
    "an event whose definition is elsewhere": (
        "event_reference",
        along(
            node("intermediateCatchEvent", "bad", "<bpmn:eventDefinitionRef>day</bpmn:eventDefinitionRef>")
        ),
    ),
    "an escalation of nowhere": (
        "escalation_missing",
        along(node("intermediateThrowEvent", "bad", trigger("escalation", "nowhere"))),
    ),
    "a link that leads nowhere": ("link_dangling", ending("").replace("endEvent", "intermediateThrowEvent")
        .replace("></bpmn", f">{LINK}</bpmn")),
    "a link out of its scope": (
        "link_dangling",
        subprocess("work", node("startEvent", "in") + "\n" + node("intermediateThrowEvent", "bad", LINK) + "\n" + chain("in", "bad"))
        + CAUGHT + start_and_end("work") + chain("land", "done"),
    ),
    "a link that leads to two places": (
        "link_twice",
        node("startEvent", "begin") + "\n" + node("intermediateThrowEvent", "bad", LINK) + "\n" + CAUGHT
        + node("intermediateCatchEvent", "other", LINK) + node("endEvent", "done")
        + chain("begin", "bad") + chain("land", "done") + chain("other", "done"),
    ),
    "a link with a flow behind": (
        "flow_misplaced",
        with_flow(
            node("startEvent", "begin") + node("intermediateThrowEvent", "leap", LINK) + CAUGHT
            + node("endEvent", "done") + chain("begin", "leap") + chain("land", "done"), "leap", "done"),
    ),
    "a flow out of an end": (
        "flow_misplaced",
        with_flow(PLAIN + user_task("after") + node("endEvent", "over") + chain("after", "over"), "done", "after"),
    ),
    "a flow into a start": ("flow_misplaced", with_flow(choosing(), "which", "begin", "ok")),
    "a flow onto a border": (
        "flow_misplaced",
        with_flow(choosing() + boundary("late", "ask", timer("P1D")) + chain("late", "done"), "which", "late", "ok"),
    ),
    "a flow into an event subprocess": (
        "flow_misplaced", with_flow(choosing() + HANDLER, "which", "handler", "ok"),
    ),
    "a flow out of an event subprocess": ("flow_misplaced", with_flow(PLAIN + HANDLER, "handler", "done")),
    "an event on the border of a gateway": (
        "boundary_dangling",
        choosing() + "\n" + boundary("bad", "which", timer("P1D")) + "\n" + chain("bad", "done"),
    ),
    "an event on the border of an event": (
        "boundary_dangling",
        WAITS + start_and_end("day") + "\n" + boundary("bad", "day", timer("PT1H")) + "\n" + chain("bad", "done"),
    ),
    "an event on the border of an event subprocess": (
        "boundary_dangling",
        PLAIN + HANDLER + "\n" + boundary("bad", "handler", timer("P1D")) + "\n" + chain("bad", "done"),
    ),
    "a way past an event gateway": (
        "event_gateway_shared",
        with_flow(
            choosing("first").replace(flow("first", "done"), "") + GATEWAY + WAITS + chain("day", "done")
            + flow("which", "day", "ok"), "first", "day"),
    ),
    "an event on the border of what an event gateway waits for": (
        "event_gateway_target",
        with_flow(
            user_task("ask") + node("startEvent", "begin") + node("endEvent", "done") + chain("begin", "first") + GATEWAY
            + node("receiveTask", "hear", attributes='messageRef="message_word"')
            + boundary("late", "hear", timer("P1D")) + chain("late", "ask", "done") + chain("hear", "done"),
            "first", "hear"),
    ),
    "a condition behind a lone parallel way": (
        "condition_ignored",
        with_flow(node("startEvent", "begin") + node("parallelGateway", "split") + node("endEvent", "done")
            + chain("begin", "split"), "split", "done", "ok"),
    ),
    "a task that waits for two tokens": (
        "not_supported", along(node("task", "bad", attributes='startQuantity="2"')),
    ),
    "a task that gives two tokens": (
        "not_supported", along(node("task", "bad", attributes='completionQuantity="2"')),
    ),
    "a script task without a script": ("script_missing", along(node("scriptTask", "bad"))),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_refuses(name: str) -> None:
    code, body = CASES[name]

    assert_refused(bundle(body, extra=DECLARED), code, "bad")


@pytest.mark.parametrize(("attribute", "host"), [("behavior", "userTask"), ("eventGatewayType", "")])
def test_it_refuses_a_way_to_run_that_is_none_of_ours(attribute: str, host: str) -> None:
    if host:
        loop = '<bpmn:multiInstanceLoopCharacteristics behavior="One"><bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>'
        body = PLAIN.replace("</bpmn:userTask>", f"{loop}</bpmn:userTask>")
    else:
        body = node("startEvent", "begin") + node("endEvent", "done") + chain("begin", "first") + GATEWAY
        body = body.replace('"first" ', '"first" eventGatewayType="Parallel" ', 1)

    found = problems_of(bundle(body))

    assert [one.code for one in found if attribute in one.message] == ["not_supported"]


@pytest.mark.parametrize(
    "body",
    [
        PLAIN + HANDLER,
        along(node("intermediateThrowEvent", "bad")),
        subprocess("work", small_body("x", user_task("ask"), "ask"))
        + start_and_end("work")
        + boundary("any", "work", trigger("escalation"))
        + chain("any", "done"),
    ],
    ids=["an event subprocess", "an event that does nothing", "a border that hears every escalation"],
)
def test_it_lets_pass_what_can_be_run(body: str) -> None:
    assert errors_of(bundle(body, extra=DECLARED)) == []
