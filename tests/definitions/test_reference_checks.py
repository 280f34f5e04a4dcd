"""Everything that a diagram names must be there: forms, groups, letters, clocks, decisions, diagrams, calls."""

from __future__ import annotations

import pytest

from ..engine.bundles import (
    boundary,
    bundle,
    chain,
    diagram,
    node,
    small_body,
    start_and_end,
    timer,
    user_task,
)
from .gate import assert_refused, errors_of, problems_of, shape

BEGIN = node("startEvent", "begin")


def with_task(task: str, *more: str) -> str:
    return f"{BEGIN}\n{task}\n{node('endEvent', 'done')}{chain('begin', 'bad', 'done')}{''.join(more)}"


def clock(**changes: str) -> str:
    attributes = {"id": "promise", "kind": "promised", "limit": "5 WD", **changes}
    return "<linbang:deadline " + " ".join(f'{key}="{value}"' for key, value in attributes.items()) + "/>"


def on_process(element: str) -> str:
    return f"\n<bpmn:extensionElements>{element}</bpmn:extensionElements>\n" + with_task(user_task("bad"))


def service_task(operation: str = "registry.check", **attributes: str) -> str:
    more = "".join(f' linbang:{key}="{value}"' for key, value in attributes.items())
    operator = (
        f'<spiffworkflow:serviceTaskOperator id="{operation}" resultVariable="x"/>' if operation else ""
    )
    return f'<bpmn:serviceTask id="bad"{more}><bpmn:extensionElements>{operator}</bpmn:extensionElements></bpmn:serviceTask>'


NO_GROUP = user_task("bad").replace(' linbang:candidateGroup="reviewer"', "")
NO_FORM = user_task("bad").replace(' linbang:form="any"', "")
RULE = '<bpmn:businessRuleTask id="bad"><bpmn:extensionElements><spiffworkflow:calledDecisionId>none</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>'

CASES = {
    "no form": ("form_missing", "bad", with_task(NO_FORM)),
    "unknown form": ("form_unknown", "bad", with_task(user_task("bad", form="nowhere"))),
    "no group": ("group_missing", "bad", with_task(NO_GROUP)),
    "unknown group": ("group_unknown", "bad", with_task(user_task("bad", "nobody"))),
    "unknown letter": ("letter_unknown", "bad", with_task(user_task("bad", letter="nowhere"))),
    "unknown earlier task": ("not_done_by_unknown", "bad", with_task(user_task("bad", notDoneBy="nothing"))),
    "earlier task that is none": (
        "not_done_by_unknown",
        "bad",
        with_task(user_task("bad", notDoneBy="begin")),
    ),
    "everybody and somebody": (
        "not_done_by_mixed",
        "bad",
        with_task(user_task("bad", notDoneBy="* bad")),
    ),
    "promised clock in hours": (
        "hours_promised",
        "t",
        on_process(clock(limit="24 h")),
    ),
    "promised clock that gets hours": (
        "hours_promised",
        "bad",
        with_task(
            user_task(
                "bad", inner=clock() + '<linbang:extend deadline="promise" limit="24 h" reason="because"/>'
            )
        ),
    ),
    "unknown pause": (
        "pause_unknown",
        "bad",
        with_task(user_task("bad", inner='<linbang:pause reason="none"/>')),
    ),
    "unknown deadline to extend": (
        "deadline_unknown",
        "bad",
        with_task(user_task("bad", inner='<linbang:extend deadline="none" limit="5 WD" reason="because"/>')),
    ),
    "broken extension": (
        "limit_broken",
        "bad",
        with_task(
            user_task(
                "bad", inner=clock() + '<linbang:extend deadline="promise" limit="soon" reason="because"/>'
            )
        ),
    ),
    "unknown deadline to plan for": (
        "deadline_unknown",
        "bad",
        with_task(user_task("bad", latestFor="none", leaving="3 WD")),
    ),
    "broken plan": (
        "limit_broken",
        "bad",
        with_task(user_task("bad", inner=clock(), latestFor="promise", leaving="soon")),
    ),
    "unknown kind of deadline": ("deadline_kind", "t", on_process(clock(kind="friendly"))),
    "broken limit": ("limit_broken", "t", on_process(clock(limit="5 weeks"))),
    "broken warnings": ("warnings_broken", "t", on_process(clock(warn="often"))),
    "unknown escalation": ("group_unknown", "t", on_process(clock(escalateTo="nobody"))),
    "starts nowhere": ("deadline_element", "t", on_process(clock(startsOn="nowhere"))),
    "ends nowhere": ("deadline_element", "t", on_process(clock(endsOn="nowhere"))),
    "hands over nowhere": ("deadline_element", "t", on_process(clock(handsOverOn="nowhere"))),
    "task's clock that starts elsewhere": (
        "deadline_scope",
        "bad",
        with_task(user_task("bad", inner=clock(startsOn="begin"))),
    ),
    "timer without a text": (
        "timer_missing",
        "bad",
        with_task(node("intermediateCatchEvent", "bad", "<bpmn:timerEventDefinition/>")),
    ),
    "timer with nonsense": (
        "timer_broken",
        "bad",
        with_task(node("intermediateCatchEvent", "bad", timer("soon"))),
    ),
    "empty duration": ("timer_broken", "bad", with_task(node("intermediateCatchEvent", "bad", timer("P")))),
    "date as a duration": (
        "timer_broken",
        "bad",
        with_task(node("intermediateCatchEvent", "bad", timer("2026-01-01"))),
    ),
    "date that does not exist": (
        "timer_broken",
        "bad",
        with_task(node("intermediateCatchEvent", "bad", timer("2026-02-30", "timeDate"))),
    ),
    "duration in a wrong order": (
        "timer_broken",
        "bad",
        with_task(node("intermediateCatchEvent", "bad", timer("P1D2Y"))),
    ),
    "event that follows nothing": (
        "deadline_unknown",
        "bad",
        with_task(
            node(
                "intermediateCatchEvent",
                "bad",
                '<bpmn:extensionElements><linbang:onDeadline deadline="none"/></bpmn:extensionElements>'
                + timer("P1D"),
            )
        ),
    ),
    "event at no moment": (
        "deadline_moment",
        "bad",
        with_task(
            user_task("ask", inner=clock())
            + "\n"
            + node(
                "intermediateCatchEvent",
                "bad",
                '<bpmn:extensionElements><linbang:onDeadline deadline="promise" at="noon"/></bpmn:extensionElements>'
                + timer("P1D"),
            ),
            chain("begin", "ask", "done"),
        ),
    ),
    "service task without an operation": ("operation_missing", "bad", with_task(service_task(""))),
    "operation without a connector": ("operation_missing", "bad", with_task(service_task("check"))),
    "broken retries": ("retry_broken", "bad", with_task(service_task(retry="often"))),
    "broken timeout": ("timeout_broken", "bad", with_task(service_task(timeout="20"))),
    "unknown decision": ("decision_unknown", "bad", with_task(RULE)),
    "unknown process": (
        "process_unknown",
        "bad",
        with_task(node("callActivity", "bad", attributes='calledElement="nothing"')),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_refuses(name: str) -> None:
    code, element, body = CASES[name]

    assert_refused(bundle(body), code, element)


def test_a_lane_that_is_no_group_is_refused() -> None:
    lanes = '<bpmn:laneSet id="set">\n<bpmn:lane id="nobody"><bpmn:flowNodeRef>bad</bpmn:flowNodeRef></bpmn:lane>\n</bpmn:laneSet>'

    assert_refused(bundle(lanes + with_task(NO_GROUP)), "group_unknown", "nobody")


def test_lanes_say_who_does_the_work_inside_subprocesses_too() -> None:
    from engine.definitions import compile_bundle

    from ..engine.bundles import GROUPS, subprocess

    inner = small_body("inner", NO_GROUP.replace("bad", "deep"), "deep")
    lanes = (
        '<bpmn:laneSet id="set"><bpmn:lane id="clerk"><bpmn:flowNodeRef>examine</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="reviewer"><bpmn:flowNodeRef>ask</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    body = (
        lanes
        + subprocess("examine", inner)
        + NO_GROUP.replace("bad", "ask")
        + start_and_end("examine", "ask")
    )

    definition, problems = compile_bundle(bundle(body), GROUPS)

    assert definition is not None, problems
    assert (definition.elements["deep"].group, definition.elements["ask"].group) == ("clerk", "reviewer")


def test_days_say_nothing_on_a_clock_in_hours() -> None:
    """A warning that never comes is told, and does not keep the service from being deployed."""
    service = bundle(on_process(clock(limit="24 h", kind="internal", warn="2 WD, 1 D")))

    assert errors_of(service) == []
    assert [problem.code for problem in problems_of(service)] == ["warnings_in_days"]
    assert problems_of(bundle(on_process(clock(limit="24 h", kind="internal")))) == []


def test_an_operation_that_no_connector_offers_is_refused_where_connectors_are_known() -> None:
    service = bundle(with_task(service_task("registry.check")))

    assert errors_of(service) == []
    assert errors_of(service, operations={"registry.check": shape()}) == []
    assert errors_of(service, operations={"sms.send": shape()}) == [("operation_unknown", "bad")]


def test_a_message_must_have_a_name_and_known_groups() -> None:
    extra = '\n<bpmn:message id="m1" name="Big Word"/>\n<bpmn:message id="m2" name="word" linbang:messageGroups="nobody"/>\n'
    found = errors_of(bundle(with_task(user_task("bad")), extra=extra))

    assert ("message_name", "m1") in found
    assert ("group_unknown", "m2") in found


def test_the_main_process_says_what_a_case_is_called() -> None:
    for missing in ("caseNumber", "title", "startGroups"):
        process = 'linbang:caseNumber="T" linbang:title="name" linbang:startGroups="clerk"'
        short = " ".join(part for part in process.split() if missing not in part)
        assert ("main_incomplete", "t") in errors_of(bundle(with_task(user_task("bad")), process=short))


def test_a_process_is_named_like_its_file() -> None:
    other = diagram(small_body("x", user_task("deep"), "deep"), key="another", process="")

    assert ("process_id", "another") in errors_of(bundle(with_task(user_task("bad")), other__bpmn=other))


def test_an_event_that_follows_a_deadline_needs_no_text_of_its_own() -> None:
    on = '<linbang:onDeadline deadline="promise" at="warning"/>'
    body = with_task(
        user_task("bad", inner=clock()),
        boundary("warned", "bad", "<bpmn:timerEventDefinition/>", cancel=False, inner=on),
        node("endEvent", "out"),
        chain("warned", "out"),
    )

    assert errors_of(bundle(body)) == []
