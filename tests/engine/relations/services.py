"""Two small services: one whose cases ask about others, and one whose cases are opened, found and told."""

from __future__ import annotations

import json
from typing import Any

from tests.engine.bundles import bundle, chain, extensions, node, start_and_end, trigger, user_task

ID_NO, OTHER_ID_NO = "990101195203070011", "990101196001010028"

FORM = {
    "type": "default",
    "components": [
        {"type": "textfield", "key": "name", "validate": {"required": True}},
        {"type": "textfield", "key": "id_no"},
        {"type": "select", "key": "item", "values": [{"value": "card"}, {"value": "bed"}]},
        {"type": "number", "key": "budget"},
        {"type": "datetime", "key": "born", "subtype": "date"},
        {"type": "dynamiclist", "path": "slots", "components": [{"type": "textfield", "key": "day"}]},
    ],
}
RESULT = {
    "type": "default",
    "components": [{"type": "textfield", "key": "result", "validate": {"required": True}}],
}

_CHILD = 'linbang:caseNumber="C" linbang:title="name" linbang:subject="id_no" linbang:startGroups="clerk"'
_MESSAGES = (
    '<bpmn:message id="message_note" name="note" linbang:matches="message.topic = item"/>'
    '<bpmn:message id="message_result" name="result" linbang:form="outcome"/>'
)

CHILD = bundle(
    '<bpmn:startEvent id="begin" linbang:form="lead"/>'
    + user_task("ask")
    + node("endEvent", "done")
    + chain("begin", "ask", "done")
    + node(
        "boundaryEvent", "note_came", trigger("message", "note"), 'attachedToRef="ask" cancelActivity="false"'
    )
    + node("endEvent", "noted")
    + chain("note_came", "noted")
    + node("boundaryEvent", "result_came", trigger("message", "result"), 'attachedToRef="ask"')
    + node("endEvent", "settled")
    + chain("result_came", "settled"),
    key="child",
    process=_CHILD,
    extra=_MESSAGES,
    lead__form__json=json.dumps(FORM).encode(),
    outcome__form__json=json.dumps(RESULT).encode(),
)


def asking(operation: str, *caught: str, result: str = "answer", **parameters: str) -> Any:
    """Make a service that does one call on cases and lies in the inbox after it; `caught` are error codes."""
    return bundle(
        call(operation, result=result, **parameters)
        + user_task("look")
        + start_and_end("call", "look")
        + "".join(
            node(
                "boundaryEvent",
                f"on_{code}",
                f'<bpmn:errorEventDefinition errorRef="error_{code}"/>',
                'attachedToRef="call"',
            )
            + node("endEvent", f"end_{code}")
            + chain(f"on_{code}", f"end_{code}")
            for code in caught
        ),
        extra="".join(f'<bpmn:error id="error_{code}" errorCode="{code}"/>' for code in caught),
    )


def call(operation: str, *, result: str = "answer", **parameters: str) -> str:
    """Write a service task that asks about cases; the parameters are FEEL."""
    listed = "".join(
        '<spiffworkflow:parameter id="{}" value="{}"/>'.format(name, text.replace('"', "&quot;"))
        for name, text in parameters.items()
    )
    return '<bpmn:serviceTask id="call" linbang:retry="R0/PT1M">{}</bpmn:serviceTask>'.format(
        extensions(
            f'<spiffworkflow:serviceTaskOperator id="cases.{operation}" resultVariable="{result}">'
            f"<spiffworkflow:parameters>{listed}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        )
    )
