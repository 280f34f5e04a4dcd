"""What an expression of another engine is in FEEL, and which have no counterpart."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.importing import feel_of
from engine.importing.juel import TranslationError, read
from tests.engine.support import SHANGHAI

ENVIRONMENT = feel.Environment(now=lambda: datetime(2026, 3, 2, tzinfo=UTC), zone=SHANGHAI, calendar=None)
CONDITIONS = {
    "${approved == true}": "approved = true",
    "${approved}": "approved = true",
    "${!approved}": "not(approved = true)",
    '${execution.getVariable("kind") == "urgent"}': 'kind = "urgent"',
    '#{kind eq "a" or kind eq "b"}': 'kind = "a" or kind = "b"',
    "${a && (b || c)}": "a = true and (b = true or c = true)",
    '${"Yes".equals(answer)}': '("Yes" = answer)',
    '${execution.hasVariable("note")}': "note != null",
    '${kind != "a"}': 'kind != "a"',
}
VALUES = {
    "plain text": '"plain text"',
    "${amount * 2}": "amount * 2",
    "${kind == 'a' ? 1 : 10}": '(if kind = "a" then 1 else 10)',
    "Dear ${name}": '"Dear " + string(name)',
    "${list[0]}": "list[1]",
    "${person.address.city}": "person.address.city",
    "${n % 3}": "modulo(n, 3)",
    'said "so"': '"said \\"so\\""',
}


@pytest.mark.parametrize(("theirs", "ours"), CONDITIONS.items())
def test_a_condition_is_said_in_feel(theirs: str, ours: str) -> None:
    assert feel_of.condition(theirs).feel == ours


@pytest.mark.parametrize(("theirs", "ours"), VALUES.items())
def test_a_value_is_said_in_feel(theirs: str, ours: str) -> None:
    assert feel_of.value(theirs).feel == ours


@pytest.mark.parametrize(
    ("theirs", "variables", "result"),
    [
        ("${approved}", {}, False),
        ("${!approved}", {}, True),
        ("${empty list}", {"list": []}, True),
        ("${empty list}", {"list": ["a"]}, False),
        ("${empty name}", {}, True),
        ("${amount > 100 && !late}", {"amount": Decimal(101)}, True),
        ("${amount > 100}", {}, False),
        ('${name.startsWith("W") || name.contains("ang")}', {"name": "Zhang"}, True),
        ('${kind == "a" ? x : y}', {"kind": "b", "y": True}, True),
    ],
)
def test_a_condition_is_true_or_false_whatever_is_missing(
    theirs: str, variables: dict[str, Any], result: bool
) -> None:
    assert feel.compile(feel_of.condition(theirs).feel).evaluate(variables, ENVIRONMENT) is result


@pytest.mark.parametrize(
    "text",
    [
        "approved",
        "${approved",
        "${bean.check(execution)}",
        "${a b}",
        "${}",
        "${a ==}",
        "${now()}",
        "${execution.getProcessInstanceId()}",
        "${a; b}",
        "${" + "(" * 100 + "a" + ")" * 100 + "}",
        "${" + "a" * 6_000 + "}",
    ],
)
def test_what_has_no_counterpart_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(TranslationError, match=r"\w"):
        feel_of.condition(text)


def test_a_call_of_a_bean_is_what_would_be_asked_outside() -> None:
    asked = feel_of.asked('${registry.check(execution.getVariable("id_no"), "full")}')

    assert asked is not None
    assert (asked.bean, asked.method) == ("registry", "check")
    assert [one.feel for one in asked.arguments] == ["id_no", '"full"']


def test_the_values_that_decide_are_known_of_each_variable() -> None:
    said = feel_of.condition('${kind == "a" || kind != "b" || done}')

    assert said.compared == {"kind": {"a", "b", feel_of.OTHERWISE}, "done": {True, False}}


@given(st.text(alphabet="abx01.$#{}()[]!=&|<>+-*/%?:,\"' _", max_size=60))
def test_no_text_gives_more_than_a_reason_or_feel_that_can_be_read(text: str) -> None:
    try:
        said = feel_of.value(text)
    except TranslationError:
        return
    feel.compile(said.feel)


def test_a_choice_in_a_choice_is_read_from_the_right() -> None:
    assert (
        feel_of.value("${a ? 1 : b ? 2 : 3}").feel == "(if a = true then 1 else (if b = true then 2 else 3))"
    )
    assert read("1 - 2 - 3") == read("(1 - 2) - 3")
