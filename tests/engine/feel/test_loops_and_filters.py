"""`for`, filters, paths and functions over lists and contexts."""

from __future__ import annotations

from datetime import date

import pytest


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("for x in [1, 2], y in [10, 20] return x + y", [11, 21, 12, 22]),
        ("for i in 1..3 return i", [1, 2, 3]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..3) return i", [1, 2]),
        ("for x in [[1, 2], [3]], y in x return y", [1, 2, 3]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for x in 5 return x", [5]),
        ("for x in null return x", None),
        ('for i in "a".."z" return i', None),
        ('for d in @"2026-02-28"..@"2026-03-01" return d', [date(2026, 2, 28), date(2026, 3, 1)]),
    ],
)
def test_it_turns_over_lists_and_ranges(evaluate, text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[10, 20, 30][2]", 20),
        ("[10, 20, 30][-1]", 30),
        ("[10, 20, 30][4]", None),
        ("[10, 20, 30][item > 10]", [20, 30]),
        ("[{a: 1}, {a: 2}][a > 1]", [{"a": 2}]),
        ("[{a: 1}, {b: 2}][a > 0]", [{"a": 1}]),
        ("[{item: 1}, {item: 2}][item > 1]", [{"item": 2}]),
        ("[][1]", None),
        ("[][item > 1]", []),
        ("5[1]", 5),
        ("5[false]", []),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("[{a: {b: 1}}, {a: {b: 2}}].a.b", [1, 2]),
        ("{a: {b: [1, 2]}}.a.b[2]", 2),
    ],
)
def test_it_filters_and_follows_paths(evaluate, text, value):
    assert evaluate(text) == value


def test_it_sees_variables_around_a_filter(evaluate):
    people = [{"name": "甲", "age": 70}, {"name": "乙", "age": 40}]

    assert evaluate("people[age >= limit].name", {"people": people, "limit": 60}) == ["甲"]


def test_it_lets_an_entry_see_those_before_it(evaluate):
    assert evaluate("{income: 1200, share: income / 3, rest: 1650 - share}.rest") == 1250


def test_it_has_no_context_with_a_key_twice(evaluate):
    assert evaluate("{a: 1, a: 2}") is None


def test_it_says_what_a_context_lacks(evaluate):
    result = evaluate.explain("applicant.income > 1", {"applicant": {}})

    assert result.value is None
    assert "'income'" in result.warnings[0]


def test_it_calls_functions_of_the_expression(evaluate):
    assert evaluate("{double: function(n) n * 2, r: double(4)}.r") == 8
    assert evaluate("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(20)}.r") == 2432902008176640000
    assert evaluate("{add: function(a) function(b) a + b, r: add(1)(2)}.r") == 3
    assert evaluate('(function(a: number) a)("x")') is None


def test_it_takes_builtins_as_values(evaluate):
    assert evaluate("{apply: function(f, x) f(x), r: apply(abs, -3)}.r") == 3


def test_it_calls_functions_of_the_environment():
    """The application may add functions; what they give is checked like any variable."""
    from datetime import UTC, datetime

    from engine import feel
    from tests.engine.feel.conftest import SHANGHAI

    environment = feel.Environment(
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        zone=SHANGHAI,
        calendar=None,
        functions={"office of": str.upper},
    )

    assert feel.compile('office of("a")').evaluate({}, environment) == "A"
    assert feel.compile('no such("a")').evaluate({}, environment) is None


def test_it_shares_no_list_with_the_variables_it_changes(evaluate):
    numbers = [1, 2]

    assert evaluate("append(numbers, 3)", {"numbers": numbers}) == [1, 2, 3]
    assert numbers == [1, 2]
