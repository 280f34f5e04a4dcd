"""Calls of outside systems fit what the connectors offer: parameters, error codes, what is kept as evidence."""

from __future__ import annotations

import pytest

from engine.definitions import compile_bundle

from ..engine.bundles import GROUPS, boundary, bundle, chain, declare, node, trigger
from .gate import assert_refused, errors_of, shape, with_texts

CHECK = {
    "registry.check": shape(
        "id_no", "purpose", optional="note", answer="ok", errors="person_unknown registry_down"
    )
}
BOTH = '<spiffworkflow:parameter id="id_no" value="id"/><spiffworkflow:parameter id="purpose" value="1"/>'


def call(parameters: str = BOTH, evidence: str = "", caught: str | None = None) -> str:
    """Write a process of one call, with an error boundary that catches one code."""
    operator = (
        '<spiffworkflow:serviceTaskOperator id="registry.check" resultVariable="x">'
        f"<spiffworkflow:parameters>{parameters}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
    )
    task = node(
        "serviceTask", "bad", f"<bpmn:extensionElements>{operator}{evidence}</bpmn:extensionElements>"
    )
    ends = node("startEvent", "begin") + node("endEvent", "done") + chain("begin", "bad", "done")
    if caught is None:
        return task + ends
    event = (
        boundary("failed", "bad", trigger("error", caught))
        + node("endEvent", "gone")
        + chain("failed", "gone")
    )
    return task + ends + event


def errors(body: str, extra: str = "") -> list[tuple[str, str | None]]:
    return errors_of(bundle(body, extra=extra), operations=CHECK)


def test_a_call_with_its_parameters_is_sound() -> None:
    assert errors(call()) == []
    assert errors(call(BOTH + '<spiffworkflow:parameter id="note" value="1"/>')) == []


def test_a_parameter_that_the_operation_does_not_take_is_refused() -> None:
    assert errors(call(BOTH + '<spiffworkflow:parameter id="shoe" value="1"/>')) == [
        ("parameter_unknown", "bad")
    ]


def test_a_parameter_that_the_operation_needs_must_be_given() -> None:
    assert errors(call("")) == [("parameter_missing", "bad")] * 2


def test_parameters_are_unchecked_where_no_connectors_are_known() -> None:
    assert errors_of(bundle(call(""))) == []


@pytest.mark.parametrize("code", ["person_unknown", "registry_down", "call_broken", "connector_missing"])
def test_an_error_that_the_operation_can_give_may_be_caught(code: str) -> None:
    assert errors(call(caught=code), declare("error", code)) == []


def test_an_error_code_that_never_comes_is_refused_where_it_is_caught() -> None:
    assert errors(call(caught="unknown"), declare("error", "unknown")) == [("error_code_unknown", "failed")]


def test_an_event_that_catches_every_error_is_sound() -> None:
    assert errors(call(caught="")) == []


def test_evidence_is_read_with_its_purpose_consent_and_expiry() -> None:
    evidence = '<linbang:evidence purpose="because" consent="= consent.number" expires="P6M"/>'
    definition, problems = compile_bundle(bundle(call(evidence=evidence)), GROUPS)

    assert problems == []
    assert definition is not None
    declared = definition.elements["bad"].call
    assert declared is not None
    assert declared.evidence is not None
    assert (declared.evidence.purpose, declared.evidence.consent) == ("because", "consent.number")
    assert declared.evidence.expires == "P6M"


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        ("<linbang:evidence/>", "evidence_purpose"),
        ('<linbang:evidence purpose="because" expires="soon"/>', "evidence_expires"),
        ('<linbang:evidence purpose="because" recipient="nobody"/>', "evidence_recipient"),
        ('<linbang:evidence purpose="because" consent="1 +"/>', "expression_broken"),
    ],
)
def test_broken_evidence_is_refused(evidence: str, code: str) -> None:
    assert_refused(bundle(call(evidence=evidence)), code, "bad")


def test_the_purpose_of_evidence_needs_words() -> None:
    silent = with_texts(bundle(call(evidence='<linbang:evidence purpose="because"/>')), reasons={})

    assert errors_of(silent) == [("text_missing", None)] * 2


def test_evidence_stands_on_calls_only() -> None:
    end = node(
        "endEvent",
        "bad",
        '<bpmn:extensionElements><linbang:evidence purpose="because"/></bpmn:extensionElements>',
    )

    assert_refused(
        bundle(node("startEvent", "begin") + end + chain("begin", "bad")), "evidence_misplaced", "bad"
    )


def test_what_a_message_must_match_is_feel() -> None:
    messages = '\n<bpmn:message id="good" name="one" linbang:matches="= message.no = offer.no"/>\n'
    sound, _ = compile_bundle(bundle(call(), extra=messages), GROUPS)

    assert sound is not None
    assert sound.messages["one"].matches == "message.no = offer.no"
    assert_refused(bundle(call(), extra=messages.replace("offer.no", "(")), "expression_broken", "good")
