"""Builtins on numbers and conversions to them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("decimal(2.5, 0)", 2),
        ("decimal(1 / 3, 2)", Decimal("0.33")),
        ("round up(5.1, 0)", 6),
        ("round up(-5.1, 0)", -6),
        ("round down(-5.9, 0)", -5),
        ("round half up(2.5, 0)", 3),
        ("round half up(1.005, 2)", Decimal("1.01")),
        ("round half down(2.5, 0)", 2),
        ("floor(-1.5)", -2),
        ("floor(-1.56, 1)", Decimal("-1.6")),
        ("ceiling(1.21, 1)", Decimal("1.3")),
        ("floor(1234, -2)", 1200),
        ("abs(-1.5)", Decimal("1.5")),
        ('abs(@"-P1D") = @"P1D"', True),
        ("modulo(-12, 5)", 3),
        ("modulo(10.1, 4.5)", Decimal("1.1")),
        ("modulo(1, 0)", None),
        ("sqrt(16)", 4),
        ("sqrt(-1)", None),
        ("log(0)", None),
        ("decimal(exp(1), 5)", Decimal("2.71828")),
        ("odd(5)", True),
        ("even(5)", False),
        ("even(2.5)", None),
        ('number("1 650,50", " ", ",")', Decimal("1650.50")),
        ('number("1,650.50", ",", ".")', Decimal("1650.50")),
        ('number("1650")', 1650),
        ('number("1650 元")', None),
        ('number("1.5", ".", ".")', None),
        ("decimal(1, 99999)", None),
        ("floor(1.5, null)", None),
        ("is(1, 1.0)", True),
        ('is(@"10:00:00Z", @"10:00:00+08:00")', False),
    ],
)
def test_it_gives(evaluate, text, value):
    assert evaluate(text) == value


@given(st.decimals(-(10**6), 10**6, places=4), st.integers(0, 3))
def test_it_rounds_in_order(evaluate, number, scale):
    """Down, to the middle and up enclose the number, at most one step apart."""
    variables = {"n": number, "s": scale}
    low, high = evaluate("floor(n, s)", variables), evaluate("ceiling(n, s)", variables)

    assert low <= number <= high
    assert high - low <= Decimal(1).scaleb(-scale)
    for name in ("decimal", "round half up", "round half down", "round up", "round down"):
        assert evaluate(f"{name}(n, s)", variables) in {low, high}
