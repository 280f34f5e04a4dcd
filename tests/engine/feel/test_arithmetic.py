"""Numbers are exact: int where they are whole, decimals of 34 digits otherwise, never float."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.errors import InvalidInput

cents = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n).scaleb(-2))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("100 / 10 / 5", 2),
        ("-2 ** 2", 4),
        ("2 ** 3 ** 2", 64),
        ("2 ** -1", Decimal("0.5")),
        ("10 / 4", Decimal("2.5")),
        ("1.5e3 + .5", Decimal("1500.5")),
        ("0.1 + 0.2", Decimal("0.3")),
    ],
)
def test_it_follows_the_order_of_operators(evaluate, text, value):
    assert evaluate(text) == value


def test_it_keeps_whole_numbers_whole(evaluate):
    assert type(evaluate("6 / 3")) is int
    assert type(evaluate("2 ** 100")) is int
    assert type(evaluate("1650 * 12")) is int


def test_it_keeps_the_cents_of_money(evaluate):
    assert str(evaluate("1650.00 + 0")) == "1650.00"


def test_it_rounds_to_34_digits(evaluate):
    assert str(evaluate("1 / 3")) == "0." + "3" * 34


@pytest.mark.parametrize(
    "text", ["1 / 0", "0.0 / 0", "9 ** 9999999", '"a" - 1', "true + 1", "null * 2", '-("a")']
)
def test_it_has_no_value_where_there_is_none_and_says_why(evaluate, text):
    result = evaluate.explain(text)

    assert result.value is None
    assert result.warnings


@pytest.mark.parametrize("text", ["x", "x + 1", "x = 1", "{a: x}", "[x]", "x > 1", "xs[1]", "sum(xs)", "p.y"])
def test_it_refuses_a_float_from_outside(evaluate, text):
    with pytest.raises(InvalidInput):
        evaluate(text, {"x": 1.5, "xs": [1.5], "p": {"y": 1.5}})


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_it_refuses_a_decimal_that_is_no_number(evaluate, number):
    with pytest.raises(InvalidInput, match="finite"):
        evaluate("x > 1", {"x": Decimal(number)})


@given(cents, cents)
def test_it_adds_and_multiplies_like_fractions(evaluate, a, b):
    """Money never loses a cent: what fits 34 digits is exact."""
    variables = {"a": a, "b": b}

    assert Fraction(evaluate("a + b", variables)) == Fraction(a) + Fraction(b)
    assert Fraction(evaluate("a - b", variables)) == Fraction(a) - Fraction(b)
    assert Fraction(evaluate("a * b", variables)) == Fraction(a) * Fraction(b)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_it_takes_division_back(evaluate, a, b):
    """modulo and floor are two halves of a division."""
    assert evaluate("floor(a / b) * b + modulo(a, b)", {"a": a, "b": b}) == a


@given(st.integers(), st.integers())
def test_it_never_makes_a_float(environment, a, b):
    for symbol in "+-*/":
        value = feel.compile(f"a {symbol} b").evaluate({"a": a, "b": b}, environment)
        assert value is None or type(value) in {int, Decimal}
