"""Whatever is posted, reading and showing a form end soon, raise nothing and keep their promises."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import forms

OPTIONS = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]
LEAVES = [
    {"type": "textfield", "key": "text", "validate": {"required": True, "pattern": "^[a-z]+$"}},
    {"type": "textarea", "key": "long"},
    {"type": "number", "key": "number", "decimalDigits": 2, "increment": "0.5", "validate": {"min": 0}},
    {"type": "checkbox", "key": "tick"},
    {"type": "radio", "key": "one", "values": OPTIONS},
    {"type": "taglist", "key": "many", "values": OPTIONS},
    {"type": "datetime", "key": "day", "subtype": "date"},
    {"type": "filepicker", "key": "papers"},
]
EVERYTHING = {
    "components": [
        *LEAVES,
        {"type": "group", "path": "group", "components": LEAVES},
        {"type": "dynamiclist", "path": "rows", "components": LEAVES},
    ]
}
KEYS = st.sampled_from(
    ["text", "long", "number", "tick", "one", "many", "day", "papers", "group", "rows", "other"]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=20)
    | st.sampled_from(["a", "true", "2026-03-02", "1.5", "1E+999999"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)
POSTS = st.dictionaries(KEYS, ANYTHING, max_size=9)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(POSTS)
def test_it_never_raises_and_gives_exact_types(evaluate, raw):
    answers = forms.read_answers(EVERYTHING, raw, {}, evaluate)
    assert not any(isinstance(value, float) for value in leaves(answers.values))
    assert answers.values.keys() <= {
        "text",
        "long",
        "number",
        "tick",
        "one",
        "many",
        "day",
        "papers",
        "group",
        "rows",
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(POSTS, POSTS)
def test_it_shows_any_draft_over_any_case(evaluate, data, context):
    assert len(forms.visible(EVERYTHING, data, evaluate, context)) == len(EVERYTHING["components"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(POSTS)
def test_it_reads_its_own_answers_again_to_the_same(evaluate, raw):
    """What was accepted once is accepted again: a draft or a second signer changes nothing."""
    answers = forms.read_answers(EVERYTHING, raw, {}, evaluate)
    if not answers.problems:
        again = forms.read_answers(EVERYTHING, answers.values, {}, evaluate)
        assert again.problems == ()
        assert again.values == answers.values


def test_it_stops_at_ten_thousand_fields(evaluate):
    row = {"text": "a"}
    fields = [{"type": "textfield", "key": "text"}] + [{"type": "number", "key": f"n{i}"} for i in range(60)]
    schema = {"components": [{"type": "dynamiclist", "path": "rows", "components": fields}]}
    answers = forms.read_answers(schema, {"rows": [row] * 200}, {}, evaluate)
    assert answers == forms.Answers({}, (forms.FieldProblem("", "form_too_large"),))


def test_it_stops_at_two_hundred_thousand_characters(read):
    fields = [{"type": "textarea", "key": f"t{i}"} for i in range(11)]
    answers = read(fields, {field["key"]: "x" * 20_000 for field in fields})
    assert [problem.code for problem in answers.problems] == ["form_too_large"]


def test_it_does_not_follow_a_deep_post(read):
    deep = []
    for _ in range(10_000):
        deep = [deep]
    answers = read([{"type": "number", "key": "n"}], {"n": deep, "unknown": deep})
    assert [problem.code for problem in answers.problems] == ["not_a_number"]


@pytest.mark.parametrize("raw", [None, [], "x", 5])
def test_it_takes_a_post_of_another_shape_as_empty(evaluate, raw):
    answers = forms.read_answers({"components": LEAVES}, raw, {}, evaluate)
    assert [problem.code for problem in answers.problems] == ["required"]


def leaves(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_it_has_a_control_for_inexact_numbers(read):
    assert read([{"type": "number", "key": "n"}], {"n": Decimal("1.5")}).values == {"n": Decimal("1.5")}
    assert [problem.code for problem in read([{"type": "number", "key": "n"}], {"n": 1.5}).problems] == [
        "not_a_number"
    ]
