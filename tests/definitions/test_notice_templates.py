"""Words with FEEL between braces: what stands there is sent, and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.notices import compile_template
from engine.errors import InvalidInput


def said(text: str, **values: object) -> str:
    return compile_template(text).render(lambda expression: values[expression])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("王", "王"),
        (None, ""),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 2, 15, tzinfo=UTC), "2026-03-02 10:15"),
        (datetime(2026, 3, 2, 10, 15), "2026-03-02 10:15"),
        (12, "12"),
        (Decimal("1650.00"), "1650.00"),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
    ],
)
def test_a_value_is_written_plainly(value: object, words: str) -> None:
    assert said("x {a} y", a=value) == f"x {words} y"


def test_it_names_the_variables_that_it_reads() -> None:
    template = compile_template('{applicant.name}, {string(visit_on)} {if a then "{b}" else c}')

    assert template.names == {"applicant", "visit_on", "a", "c"}
    assert template.expressions[0] == "applicant.name"


def test_braces_of_feel_and_inside_its_texts_do_not_end_a_place() -> None:
    assert said('<{ {a: "}"}.a }>', **{'{a: "}"}.a': "z"}) == "<z>"
    assert said(r'<{"\"}"}>', **{r'"\"}"': 7}) == "<7>"


def test_two_braces_are_a_brace() -> None:
    assert said("{{a} and {{") == "{a} and {"


@pytest.mark.parametrize(
    "text", ["{", "a {b", "{}", "{ }", "{1 +}", '{"}', "{a" * 3, "{1}" * 101, "x" * 10_001]
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        compile_template(text)

    assert caught.value.code == "template_broken"
    assert caught.value.message.startswith("Expected ")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_without_an_opening_brace_is_said_as_it_is(text: str) -> None:
    plain = text.replace("{", "")

    assert said(plain) == plain


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    """No text makes it fall over, and what it takes it can say."""
    try:
        template = compile_template(text)
    except InvalidInput:
        return
    assert isinstance(template.render(lambda _expression: None), str)
