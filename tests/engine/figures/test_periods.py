"""Weeks and months by which figures are counted."""

from __future__ import annotations

from datetime import date

import pytest

from engine.errors import InvalidInput
from engine.figures import MONTH, WEEK, Period


def test_a_week_begins_on_monday_and_belongs_to_the_year_of_its_thursday() -> None:
    found = Period.of(date(2027, 1, 2), WEEK)

    assert (found.first, found.last, found.key) == (date(2026, 12, 28), date(2027, 1, 3), "2026-W53")
    assert Period.of(date(2027, 1, 4), WEEK).before == found


def test_a_month_has_its_own_last_day() -> None:
    found = Period.of(date(2028, 2, 10), MONTH)

    assert (found.first, found.last, found.key) == (date(2028, 2, 1), date(2028, 2, 29), "2028-02")
    assert found.before.key == "2028-01"


@pytest.mark.parametrize("text", ["2026-W46", "2026-11", "2020-W53", "2026-01"])
def test_what_is_written_is_read_again(text: str) -> None:
    assert Period.read(text).key == text


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-W54", "2026-13", "2026-W00", "0001-01", "9999-12", "２０２６-11", "2026-W46 "]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Period.read(text)
    assert refused.value.code == "period_unknown"


def test_a_chart_shows_the_ones_before_it() -> None:
    assert [one.key for one in Period.read("2026-01").last_ones(3)] == ["2025-11", "2025-12", "2026-01"]


def test_a_week_touches_one_month_or_two() -> None:
    assert [one.key for one in Period.read("2026-W46").months] == ["2026-11"]
    assert [one.key for one in Period.read("2026-W49").months] == ["2026-11", "2026-12"]
