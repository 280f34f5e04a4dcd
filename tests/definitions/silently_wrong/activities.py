"""Tasks, calls, repetitions and the data that are drawn beside them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.definitions import Bundle

from ...engine.bundles import (
    bundle,
    chain,
    diagram,
    extensions,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    user_task,
)
from .rows import Refused, Run, on_a_line

OUTER_DATA = '<bpmn:dataObject id="object"/><bpmn:dataObjectReference id="reference" dataObjectRef="object"/>'
READS = '<bpmn:dataInputAssociation id="in"><bpmn:sourceRef>reference</bpmn:sourceRef></bpmn:dataInputAssociation>'
LOST_DATA = '<bpmn:dataObjectReference id="reference" dataObjectRef="nowhere"/>'
TAKES = (
    '<bpmn:ioSpecification><bpmn:dataInput id="taken"/><bpmn:dataOutput id="given"/>'
    "<bpmn:inputSet><bpmn:dataInputRefs>taken</bpmn:dataInputRefs></bpmn:inputSet>"
    "<bpmn:outputSet><bpmn:dataOutputRefs>given</bpmn:dataOutputRefs></bpmn:outputSet></bpmn:ioSpecification>"
)


def repeated(items: str) -> Bundle:
    loop = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="true"><bpmn:loopDataInputRef>{items}</bpmn:loopDataInputRef>'
        '<bpmn:inputDataItem id="item"/></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>'
    )
    return bundle(user_task("ask").replace("</bpmn:userTask>", loop) + start_and_end("ask"))


ROWS: Mapping[str, tuple[Refused | Run, ...]] = {
    "an ad-hoc subprocess": (
        Refused(on_a_line(node("adHocSubProcess", "bad", user_task("ask")), "bad"), "not_supported", "bad"),
    ),
    "a sequence of instances with a null item": (
        Run(repeated("[1, null, 3]"), ("ask", "ask", "ask"), "begin ask ask ask done"),
    ),
    "a call that leads back to itself": (
        Refused(
            on_a_line(node("callActivity", "bad", attributes='calledElement="t"'), "bad"),
            "call_recursive",
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
    "a data object that is nowhere, used in a subprocess": (
        Run(
            bundle(
                subprocess(
                    "outer",
                    LOST_DATA
                    + small_body(
                        "outer",
                        user_task("ask").replace("</bpmn:userTask>", f"{READS}</bpmn:userTask>"),
                        "ask",
                    ),
                )
                + start_and_end("outer")
            ),
            ("ask",),
            "begin outer_in ask outer_out outer done",
        ),
    ),
    "a data store": (
        Run(
            bundle(
                '<bpmn:dataStoreReference id="reference" dataStoreRef="store"/>'
                + user_task("ask").replace("</bpmn:userTask>", f"{READS}</bpmn:userTask>")
                + start_and_end("ask"),
                extra='<bpmn:dataStore id="store" name="Register"/>',
            ),
            ("ask",),
            "begin ask done",
        ),
    ),
    "a task that says what it takes and gives": (
        Run(
            bundle(
                user_task("ask").replace("</bpmn:userTask>", f"{TAKES}</bpmn:userTask>")
                + start_and_end("ask")
            ),
            ("ask",),
            "begin ask done",
        ),
    ),
    "two processes that call each other": (
        Refused(
            bundle(
                node("callActivity", "there", attributes='calledElement="other"') + start_and_end("there"),
                other__bpmn=diagram(
                    "\n"
                    + node("callActivity", "bad", attributes='calledElement="t"')
                    + "\n"
                    + node("startEvent", "in")
                    + node("endEvent", "out")
                    + chain("in", "bad", "out"),
                    key="other",
                    process="",
                ),
            ),
            "call_recursive",
            "bad",
            "other.bpmn",
        ),
    ),
}
