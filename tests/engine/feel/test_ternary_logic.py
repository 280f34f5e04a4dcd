"""`and`, `or` and `not` know true, false and null; everything else counts as null."""

from __future__ import annotations

import itertools

import pytest

VALUES = {"true": True, "false": False, "null": None, '"text"': None, "1": None}


def expected_and(a, b):
    if a is False or b is False:
        return False
    return True if a and b else None


def expected_or(a, b):
    if a is True or b is True:
        return True
    return False if a is False and b is False else None


@pytest.mark.parametrize(("a", "b"), [*itertools.product(VALUES, VALUES)])
def test_it_keeps_the_whole_table(evaluate, a, b):
    assert evaluate(f"{a} and {b}") is expected_and(VALUES[a], VALUES[b])
    assert evaluate(f"{a} or {b}") is expected_or(VALUES[a], VALUES[b])


@pytest.mark.parametrize(("a", "b", "c"), [*itertools.product(["true", "false", "null"], repeat=3)])
def test_it_joins_three_like_two_and_one(evaluate, a, b, c):
    for word in ("and", "or"):
        assert evaluate(f"{a} {word} {b} {word} {c}") is evaluate(f"({a} {word} {b}) {word} {c}")


def test_it_negates_only_booleans(evaluate):
    assert evaluate("not(true)") is False
    assert evaluate("not(false)") is True
    assert evaluate("not(null)") is None
    assert evaluate('not("true")') is None


def test_it_says_what_is_not_boolean(evaluate):
    assert "got string" in evaluate.explain('"yes" and true').warnings[0]


def test_it_takes_else_unless_the_condition_is_true(evaluate):
    assert evaluate("if null then 1 else 2") == 2
    assert evaluate('if "true" then 1 else 2') == 2
    assert evaluate("if true then 1 else 2") == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("some x in [1, 2] satisfies x > 1", True),
        ("some x in [1, null] satisfies x > 1", None),
        ("some x in [] satisfies x > 1", False),
        ("every x in [1, 2] satisfies x > 0", True),
        ("every x in [1, null] satisfies x > 0", None),
        ("every x in [0, null] satisfies x > 0", False),
        ("every x in [] satisfies x > 0", True),
        ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
    ],
)
def test_it_quantifies_like_a_long_or_and_a_long_and(evaluate, text, value):
    assert evaluate(text) is value
