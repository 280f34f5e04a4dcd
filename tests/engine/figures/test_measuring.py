"""How long something took, in business hours and working days."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import Calendar
from engine.figures.measuring import CLASSES, business_minutes, rounded
from engine.figures.reading import Distribution
from tests.engine.support import SHANGHAI

CALENDAR = Calendar.standard()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("03-02T10:00", "03-02T11:30", 90),
        ("03-02T08:00", "03-02T20:00", 480),
        ("03-02T16:00", "03-03T10:00", 120),
        ("03-06T16:00", "03-09T10:00", 120),
        ("03-02T10:00", "03-04T10:00", 960),
        ("03-07T10:00", "03-08T10:00", 0),
        ("03-02T11:00", "03-02T10:00", 0),
    ],
    ids=[
        "an hour and a half",
        "a day",
        "over night",
        "over a weekend",
        "two days",
        "at a weekend",
        "backwards",
    ],
)
def test_it_counts_business_hours_alone(start: str, end: str, minutes: int) -> None:
    assert business_minutes(CALENDAR, at(start), at(end)) == minutes


def test_a_make_up_saturday_counts() -> None:
    """2026-02-14 is a working Saturday before the Spring Festival."""
    assert business_minutes(CALENDAR, at("02-13T16:00"), at("02-14T11:00")) == 60 + 120


@given(st.lists(st.integers(0, 60 * 24 * 40), min_size=3, max_size=3).map(sorted))
def test_two_stretches_add_up_to_the_whole(moments: list[int]) -> None:
    first, middle, last = (datetime.fromtimestamp(1_772_000_000 + 60 * one, SHANGHAI) for one in moments)

    whole = business_minutes(CALENDAR, first, last)

    parts = business_minutes(CALENDAR, first, middle) + business_minutes(CALENDAR, middle, last)
    assert abs(whole - parts) <= 1  # a part of a minute is left out of each


@given(st.integers(15, CLASSES[-1]))
def test_a_class_is_never_below_and_at_most_twice_as_long(minutes: int) -> None:
    assert minutes <= rounded(minutes) <= minutes * 2


def test_nothing_is_longer_than_the_last_class() -> None:
    assert [rounded(minutes) for minutes in (0, 1, 9_999_999)] == [0, 15, CLASSES[-1]]


def test_classes_keep_the_order() -> None:
    assert all(rounded(one) <= rounded(other) for one, other in pairwise(range(3000)))


def test_percentiles_are_values_that_were_measured() -> None:
    found = Distribution()
    for value in (1, 2, 3, 4, 100):
        found.add(value, 1, value)

    assert [found.percentile(share) for share in (0.5, 0.8, 0.9, 0.99)] == [3, 4, 100, 100]
    assert found.mean == 22
    assert Distribution().percentile(0.5) is None
