"""The text of limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clocks import Limit, Unit, parse_limit, parse_limits
from engine.errors import InvalidInput

LIMITS = st.builds(Limit, st.integers(1, 5000), st.sampled_from(Unit))
IN_DAYS = st.builds(Limit, st.integers(1, 5000), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]))


@given(LIMITS)
def test_it_reads_what_it_writes(limit):
    assert parse_limit(str(limit)) == limit


@given(st.lists(IN_DAYS, min_size=1, max_size=20))
def test_it_reads_limits_with_commas_between(limits):
    assert parse_limits(", ".join(map(str, limits))) == tuple(limits)


def test_it_allows_space_around_a_limit_and_none_in_it():
    assert parse_limit(" 12WD\n") == Limit(12, Unit.WORKING_DAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "WD",
        "12 wd",
        "12 W",
        "24 H",
        "24 hours",
        "0 WD",
        "-1 D",
        "1.5 D",
        "5001 WD",
        "99999 D",
        "P12D",
        "１２ WD",
        "1 D D",
    ],
)
def test_it_refuses_any_other_text_and_shows_two_good_ones(text):
    with pytest.raises(InvalidInput, match="Expected a limit") as refusal:
        parse_limit(text)
    assert refusal.value.code == "invalid_limit"


@pytest.mark.parametrize("value", [None, 12, b"12 WD", ["12 WD"], "12 WD" * 100_000])
def test_it_refuses_what_is_no_text_and_shows_little_of_it(value):
    """FEEL may give anything where a limit is wanted."""
    with pytest.raises(InvalidInput) as refusal:
        parse_limit(value)
    assert len(refusal.value.message) < 200


def test_it_refuses_hours_where_days_are_planned():
    with pytest.raises(InvalidInput, match="in days"):
        parse_limits("7 D, 24 h")


@pytest.mark.parametrize("text", ["", "7 D,", ",", "7 D; 3 WD", ", ".join(["1 D"] * 21)])
def test_it_refuses_a_list_with_a_hole_or_too_many(text):
    with pytest.raises(InvalidInput, match="Expected"):
        parse_limits(text)
