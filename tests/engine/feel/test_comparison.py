"""Equality, order, ranges and membership; null where two values cannot be compared."""

from __future__ import annotations

import pytest

from engine.feel import Range


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 = 1.0", True),
        ('1 = "1"', None),
        ("null = null", True),
        ("1 != null", True),
        ("[1, 2] = [1, 2]", True),
        ("[1, 2] = [2, 1]", False),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("true = 1", None),
        ("[1..3] = [1..3]", True),
        ("(1..3] = [1..3]", False),
        ('@"2026-03-02" < @"2026-03-03"', True),
        ('@"PT24H" = @"P1D"', True),
        ('@"P1Y" = @"P12M"', True),
        ('@"P1Y" > @"P1D"', None),
        ("null < 1", None),
        ('"a" < "b"', True),
        ("true < false", None),
        ('@"10:00:00+08:00" = @"02:00:00Z"', True),
        ('@"10:00:00" = @"10:00:00Z"', False),
    ],
)
def test_it_compares_values_of_one_type(evaluate, text, value):
    assert evaluate(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5 in [1..5]", True),
        ("5 in [1..5)", False),
        ("1 in ]1..5]", False),
        ("5 in ]1..5[", False),
        ("3 in (< 5)", True),
        ("3 in (< 2, > 10, 3)", True),
        ("3 in <= 3", True),
        ("3 in [1, 2, 3]", True),
        ("3 in [[1..2], [3..4]]", True),
        ("null in [1..5]", None),
        ('"b" in ["a".."c"]', True),
        ("1 between 1 and 5 and true", True),
        ("null between 1 and 5", None),
    ],
)
def test_it_knows_what_lies_in_a_range(evaluate, text, value):
    assert evaluate(text) is value


def test_it_never_takes_a_missing_limit_for_no_limit(evaluate):
    """Only an end that is written as null is open."""
    assert evaluate("5 in [1..limit]", {"limit": None}) is None
    assert evaluate("5 in [1..null]") is True
    assert evaluate("[null..null]") is None


def test_it_gives_ranges_as_values(evaluate):
    assert evaluate("[1..5)") == Range(1, 5, True, False)
    assert evaluate("(>= 5)") == Range(5, None, True, False)
    assert evaluate("[1..5).end included") is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 instance of number", True),
        ('"a" instance of number', False),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1} instance of context<a: number>", True),
        ('@"P1D" instance of days and time duration', True),
        ("[1..2] instance of range<number>", True),
        ("abs instance of function<number>->number", True),
        ("null instance of Any", False),
    ],
)
def test_it_knows_types(evaluate, text, value):
    assert evaluate(text) is value
