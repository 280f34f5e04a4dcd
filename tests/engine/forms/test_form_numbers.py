from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms.values import Unfit, check_rules, number

MONEY = {"type": "number", "key": "amount", "decimalDigits": 2, "validate": {"min": 0, "max": "5000.50"}}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1650", 1650),
        ("1650.00", 1650),
        ("0.1", Decimal("0.1")),
        ("-3", -3),
        ("１６５０．５", Decimal("1650.5")),
    ],
)
def test_it_reads_numbers_exactly(raw, value):
    assert number(raw) == value
    assert type(number(raw)) is type(value)


def test_it_understands_grouped_thousands():
    assert number("1,234,567.8") == Decimal("1234567.8")


@pytest.mark.parametrize(
    "bad",
    ["abc", "1,23", "1e5", "NaN", "Infinity", "--1", "1.", ".5", "1 2", "0x10", "9" * 61, True, 1.5, [], {}],
)
def test_it_refuses_what_is_no_exact_number(bad):
    with pytest.raises(Unfit, match="not_a_number"):
        number(bad)


@pytest.mark.parametrize("bad", [Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN")])
def test_it_refuses_decimals_that_are_no_numbers(bad):
    with pytest.raises(Unfit, match="not_a_number"):
        number(bad)


@pytest.mark.parametrize(
    "bad", ["9" * 35, 10**34, -(10**34), Decimal("1E+999999"), Decimal("1E-999999"), Decimal("1." + "1" * 34)]
)
def test_it_refuses_more_digits_than_the_expression_language_keeps(bad):
    with pytest.raises(Unfit, match="too_many_digits"):
        number(bad)


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20))
def test_it_gives_back_every_number_that_it_is_given(value):
    assert number(f"{value:f}") == value


def test_it_holds_both_limits(problem_of):
    assert problem_of(MONEY, "-0.01") == ("too_small", {"min": Decimal(0)})
    assert problem_of(MONEY, "5000.50") is None
    assert problem_of(MONEY, "5000.51") == ("too_large", {"max": Decimal("5000.50")})


def test_it_counts_only_decimals_that_say_something(problem_of):
    assert problem_of(MONEY, "12.3400") is None
    assert problem_of(MONEY, "12.345") == ("decimals", {"digits": 2})


def test_it_takes_zero_with_any_number_of_decimals(problem_of):
    assert problem_of(MONEY, "0.0000") is None


@pytest.mark.parametrize("step", ["0.05", 0.05, Decimal("0.05")])
def test_it_wants_a_multiple_of_the_increment(problem_of, step):
    field = {"type": "number", "key": "amount", "increment": step}
    assert problem_of(field, "0.15") is None
    assert problem_of(field, "0.17") == ("increment", {"step": Decimal("0.05")})


@settings(deadline=None)
@given(st.integers(-(10**33), 10**33), st.integers(1, 10**6), st.integers(0, 6))
def test_it_knows_every_multiple_and_nothing_else(count, step, scale):
    """Decimal's own remainder would be wrong from 28 digits on."""
    field = {"type": "number", "increment": Decimal(step).scaleb(-scale)}
    value = number(Decimal(count))
    if count * 10**scale % step == 0:
        check_rules(field, value, None)
    else:
        with pytest.raises(Unfit, match="increment"):
            check_rules(field, value, None)


def test_it_makes_nothing_typed_null(value_of):
    assert value_of(MONEY, "") is None
