"""Builtins on lists."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("list contains([1, null], null)", True),
        ("count([1, 2])", 2),
        ("count([])", 0),
        ("min(3, 1, 2)", 1),
        ('max(["b", "a"])', "b"),
        ("max([])", None),
        ('min([1, "a"])', None),
        ("sum([1, 2.5])", Decimal("3.5")),
        ("sum(1, 2)", 3),
        ("sum([])", None),
        ('sum([1, "a"])', None),
        ("mean([1, 2])", Decimal("1.5")),
        ("median([6, 1, 2, 3])", Decimal("2.5")),
        ("stddev([2, 4, 7, 5]) > 2.08 and stddev([2, 4, 7, 5]) < 2.09", True),
        ("mode([6, 1, 9, 6, 1])", [1, 6]),
        ("product([2, 3, 4])", 24),
        ("all([true, null])", None),
        ("all([true, false, null])", False),
        ("any([false, true])", True),
        ("any([])", False),
        ("sublist([4, 5, 6], 2)", [5, 6]),
        ("sublist([4, 5, 6], -2, 1)", [5]),
        ("sublist([4, 5, 6], 4)", None),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("insert before([1, 3], 2, 2)", [1, 2, 3]),
        ("remove([1, 2, 3], 2)", [1, 3]),
        ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
        ("list replace([1, 2, 3], function(item, new) item > 1, 9)", [1, 9, 9]),
        ("reverse([1, 2])", [2, 1]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("distinct values([1, 1.0, 2])", [1, 2]),
        ("flatten([[1, [2]], 3])", [1, 2, 3]),
        ("sort([3, 1, 2])", [1, 2, 3]),
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
        ('sort([1, "a"])', None),
        ("count(5)", 1),
        ("count(null)", None),
        ("count([null])", 1),
        ("remove([1], 2)", None),
    ],
)
def test_it_gives(evaluate, text, value):
    assert evaluate(text) == value


@given(st.lists(st.integers(-99, 99), min_size=1, max_size=12))
def test_it_sorts_and_sums_like_python(evaluate, numbers):
    variables = {"n": numbers}

    assert evaluate("sort(n)", variables) == sorted(numbers)
    assert evaluate("sum(n)", variables) == sum(numbers)
    assert evaluate("min(n) <= median(n) and median(n) <= max(n)", variables) is True
    assert evaluate("reverse(reverse(n)) = n", variables) is True
