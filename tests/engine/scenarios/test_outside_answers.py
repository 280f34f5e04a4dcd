"""What a story lets outside systems say: only what they could, and what they usually say where it is silent."""

from __future__ import annotations

import pytest
from marshmallow import Schema, fields

from connectors.operations import Operation, text
from engine.definitions import Bundle, compile_bundle
from engine.scenarios import StoryResult, run_service

from ..bundles import GROUPS, bundle, chain, node


class Question(Schema):
    """Parameters of the check."""

    id_no = text(longest=18, required=False)


class Found(Schema):
    """Answer of the check."""

    ok = fields.Boolean(required=True)
    query_no = text(longest=40, required=False)


class Wanted(Schema):
    """Parameters of opening a case."""

    service = text(longest=40, required=False)


class Opened(Schema):
    """Answer of opening a case."""

    case_number = text(longest=40)
    case_id = fields.Integer(required=True)


OFFERED = {
    "registry.check": Operation(Question, Found, {"person_unknown": "Nobody of that number"}),
    "cases.open": Operation(Wanted, Opened, {}),
}


def calling(operation: str, story: str, parameters: str = "") -> Bundle:
    """Make a service of one call and one story about it."""
    call = (
        f'<bpmn:serviceTask id="ask"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="{operation}" '
        f'resultVariable="found"><spiffworkflow:parameters>{parameters}</spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>"
    )
    body = node("startEvent", "begin") + call + node("endEvent", "done") + chain("begin", "ask", "done")
    made = bundle(body)
    return Bundle("t", {**made.files, "scenarios/s.yaml": story.encode()})


def played(service: Bundle) -> StoryResult:
    definition, problems = compile_bundle(service, GROUPS)
    assert definition is not None, problems
    ((result,), _) = run_service(service, definition, GROUPS, offered=OFFERED)
    return result


def test_an_answer_of_the_operation_is_taken() -> None:
    story = "outside: {registry.check: {ok: true}}\nexpect: {outcome: done, variables: {found: {ok: true}}}"

    assert played(calling("registry.check", story)).problems == ()


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("{registry.check: {shoe: 1}}", "'shoe'"),
        ("{registry.check: [{ok: true}, {shoe: 1}]}", "'shoe'"),
        ("{registry.check: {error: never}}", "'never'"),
        ("{registry.check: 5}", "5"),
        ("{registry.nothing: {ok: true}}", "'registry.nothing'"),
        ("{nothing: {ok: true}}", "'nothing'"),
    ],
)
def test_what_the_operation_can_never_say_is_an_error_of_the_story(told: str, named: str) -> None:
    (problem,) = played(calling("registry.check", f"outside: {told}")).problems

    assert problem.startswith("Expected ")
    assert named in problem


@pytest.mark.parametrize("code", ["registry_down", "call_broken"])
def test_an_error_that_the_operation_can_give_is_played(code: str) -> None:
    story = f"outside: {{registry.check: {{error: {code}}}}}\nexpect: {{open: [], incidents: 1}}"

    assert played(calling("registry.check", story)).problems == ()


def test_an_operation_of_which_the_story_says_nothing_is_an_incident() -> None:
    assert played(calling("registry.check", "expect: {incidents: 1}")).problems == ()


@pytest.mark.parametrize("operation", ["sms.send", "mail.send", "cases.open", "cases.similar", "cases.tell"])
def test_messages_and_cases_answer_by_themselves(operation: str) -> None:
    assert played(calling(operation, "expect: {outcome: done, incidents: 0}")).problems == ()


def test_a_story_knows_which_cases_were_started() -> None:
    service = '<spiffworkflow:parameter id="service" value="&quot;other&quot;"/>'

    assert played(calling("cases.open", "expect: {started: [other]}", service)).problems == ()
    assert played(calling("cases.open", "expect: {started: []}", service)).problems != ()
    assert played(calling("registry.check", "expect: {started: []}")).problems == ()


def test_a_case_that_could_not_be_opened_was_not_started() -> None:
    story = "outside: {cases.open: {error: call_broken}}\nexpect: {started: []}"
    service = '<spiffworkflow:parameter id="service" value="&quot;other&quot;"/>'

    assert played(calling("cases.open", story, service)).problems == ()


@pytest.mark.parametrize(
    ("asked", "told", "said"),
    [
        ("17", "{ok: true}", "Expected other parameters for the registry; wrong: id_no"),
        ('"17"', "{ok: maybe}", "Expected an answer of the agreed shape from the registry; wrong: ok"),
    ],
)
def test_calls_and_answers_are_checked_as_the_connector_would(asked: str, told: str, said: str) -> None:
    service = calling(
        "registry.check",
        f"outside: {{registry.check: {told}}}",
        f"<spiffworkflow:parameter id='id_no' value='{asked}'/>",
    )

    assert f"registry.check: {said}" in played(service).problems
