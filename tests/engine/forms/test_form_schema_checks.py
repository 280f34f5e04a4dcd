import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms import check_schema

TEXT = {"type": "textfield", "key": "name", "label": "Name"}
CHOICE = {"type": "select", "key": "kind", "values": [{"label": "A", "value": "a"}]}
LIST = {"type": "dynamiclist", "path": "rows", "components": [TEXT]}


def found(component, **schema):
    problems = check_schema(
        {"type": "default", "components": [component], **schema}, filename="apply.form.json"
    )
    return [(problem.code, problem.severity) for problem in problems]


def test_it_finds_nothing_in_a_sound_form():
    full = [
        TEXT | {"validate": {"required": True, "minLength": 2, "maxLength": 30, "pattern": "^.+$"}},
        {
            "type": "number",
            "key": "n",
            "decimalDigits": 2,
            "increment": "0.5",
            "validate": {"min": 0, "max": "9"},
        },
        CHOICE | {"conditional": {"hide": "=n > 3"}, "defaultValue": "a"},
        {"type": "radio", "key": "who", "valuesKey": "people"},
        {"type": "datetime", "key": "day", "subtype": "date", "dateLabel": "Day"},
        {"type": "filepicker", "key": "papers", "multiple": True},
        {"type": "group", "label": "Home", "components": [TEXT | {"key": "街道"}]},
        LIST,
        {"type": "text", "text": "Read **this**."},
        {"type": "separator"},
        {"type": "spacer", "height": 20},
    ]
    checks = [{"check": "n > 1", "field": "n", "text": "too_few"}]
    schema = {"type": "default", "schemaVersion": 18, "components": full, "linbang:checks": checks}
    assert check_schema(schema, filename="apply.form.json") == []


def test_it_says_file_element_and_how_to_mend_it():
    problem = check_schema({"components": [{"type": "iframe", "id": "Field_1"}]}, filename="apply.form.json")[
        0
    ]
    assert (problem.file, problem.element, problem.line) == ("apply.form.json", "Field_1", None)
    assert problem.message.startswith("Expected ")
    assert "textfield" in problem.hint


def test_it_says_everything_at_once():
    schema = {"components": [{"type": "iframe"}, {"type": "textfield"}, CHOICE | {"values": []}]}
    codes = [problem.code for problem in check_schema(schema, filename="f")]
    assert codes == ["unsupported_component", "bad_name", "bad_choices"]


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "html", "content": "<b>x</b>"}, "unsupported_component"),
        ("text", "not_a_component"),
        ({"type": ["textfield"]}, "unsupported_component"),
        ({"type": "textfield"}, "bad_name"),
        (TEXT | {"key": "self"}, "bad_name"),
        (TEXT | {"key": "_add"}, "bad_name"),
        (TEXT | {"key": "a.b"}, "bad_name"),
        (TEXT | {"key": "csrf_token"}, "bad_name"),
        ({"type": "dynamiclist", "components": []}, "bad_name"),
        (LIST | {"components": "x"}, "not_a_list"),
        (LIST | {"components": [LIST]}, "list_in_list"),
        (LIST | {"components": [TEXT | {"disabled": True}]}, "locked_in_growing_list"),
        (LIST | {"defaultRepetitions": 201}, "bad_rule"),
        (TEXT | {"label": "=name"}, "computed_text"),
        (TEXT | {"description": "Hello {{name}}"}, "computed_text"),
        (TEXT | {"label": 5}, "bad_text"),
        (TEXT | {"conditional": "x"}, "bad_condition"),
        (TEXT | {"conditional": {"show": "=true"}}, "bad_condition"),
        (TEXT | {"conditional": {"hide": "a = 1"}}, "bad_condition"),
        (TEXT | {"conditional": {"hide": "=a ="}}, "bad_expression"),
        (TEXT | {"disabled": "=a"}, "bad_flag"),
        (TEXT | {"validate": []}, "bad_rule"),
        (TEXT | {"validate": {"max": 3}}, "unsupported_rule"),
        (TEXT | {"validate": {"required": "yes"}}, "bad_rule"),
        (TEXT | {"validate": {"maxLength": "=n"}}, "bad_rule"),
        (TEXT | {"validate": {"minLength": 5, "maxLength": 4}}, "bad_rule"),
        (TEXT | {"validate": {"minLength": -1}}, "bad_rule"),
        (TEXT | {"validate": {"pattern": "(?=a)"}}, "bad_pattern"),
        (TEXT | {"validate": {"validationType": "iban"}}, "bad_rule"),
        (TEXT | {"properties": {"linbang:check": "1 +"}}, "bad_expression"),
        (TEXT | {"properties": {"linbang:check": ""}}, "bad_expression"),
        (TEXT | {"properties": {"linbang:checks": "true"}}, "bad_property"),
        (TEXT | {"properties": {"linbang:sensitive": "name"}}, "bad_property"),
        (TEXT | {"properties": "x"}, "bad_property"),
        (CHOICE | {"values": None}, "bad_choices"),
        (CHOICE | {"values": [{"label": "A", "value": 1.5}]}, "bad_choices"),
        (CHOICE | {"values": [{"value": 1}, {"value": "1"}]}, "bad_choices"),
        (CHOICE | {"valuesKey": "people"}, "bad_choices"),
        (CHOICE | {"valuesExpression": "=people"}, "unsupported_property"),
        (CHOICE | {"defaultValue": "b"}, "bad_default"),
        ({"type": "number", "key": "n", "decimalDigits": -1}, "bad_rule"),
        ({"type": "number", "key": "n", "increment": 0}, "bad_rule"),
        ({"type": "number", "key": "n", "serializeToString": True}, "unsupported_property"),
        ({"type": "number", "key": "n", "validate": {"max": 5}, "defaultValue": 6}, "bad_default"),
        ({"type": "datetime", "key": "d", "subtype": "week"}, "bad_rule"),
    ],
)
def test_it_refuses(component, code):
    assert (code, "error") in found(component)


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "button", "key": "send", "action": "submit"}, "button_ignored"),
        (TEXT | {"validates": {}}, "unknown_property"),
        (
            {"type": "datetime", "key": "d", "subtype": "time", "timeSerializingFormat": "utc_offset"},
            "time_zone",
        ),
    ],
)
def test_it_warns(component, code):
    assert found(component) == [(code, "warning")]


def test_it_refuses_one_name_twice_in_one_place():
    twice = {"type": "group", "components": [TEXT, TEXT]}
    assert found(twice) == [("double_name", "error")]
    assert found({"type": "group", "components": [TEXT, LIST]}) == []


@pytest.mark.parametrize(
    "check",
    [
        "x",
        {"check": "true"},
        {"check": "1 +", "text": "t"},
        {"check": "true", "text": "t", "field": "nobody"},
    ],
)
def test_it_refuses_a_broken_rule_over_several_fields(check):
    assert {severity for _, severity in found(TEXT, **{"linbang:checks": [check]})} == {"error"}


def test_it_lets_a_rule_name_a_field_inside_a_group():
    group = {"type": "group", "path": "home", "components": [TEXT]}
    check = {"check": "true", "field": "home.name", "text": "t"}
    assert found(group, **{"linbang:checks": [check]}) == []


def test_it_stops_at_five_levels_and_five_hundred_components():
    deep = TEXT
    for _ in range(5_000):
        deep = {"type": "group", "components": [deep]}
    assert [code for code, _ in found(deep)] == ["too_deep"]
    many = {"type": "group", "components": [TEXT | {"key": f"n{i}"} for i in range(600)]}
    assert [code for code, _ in found(many)] == ["too_many_components"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PROPERTIES = st.sampled_from(
    [
        "key",
        "path",
        "label",
        "validate",
        "values",
        "valuesKey",
        "conditional",
        "components",
        "properties",
        "defaultValue",
        "decimalDigits",
        "increment",
        "subtype",
        "disabled",
        "defaultRepetitions",
        "text",
    ]
)
KINDS = st.sampled_from(
    ["textfield", "number", "select", "checklist", "datetime", "dynamiclist", "group", "text"]
)


@settings(deadline=None)
@given(st.dictionaries(PROPERTIES, JSON, max_size=6), KINDS, JSON)
def test_it_never_raises_whatever_a_file_holds(properties, kind, anything):
    assert isinstance(check_schema(anything, filename="f"), list)
    schema = json.loads(
        json.dumps({"components": [{**properties, "type": kind}], "linbang:checks": anything})
    )
    assert all(problem.message for problem in check_schema(schema, filename="f"))
