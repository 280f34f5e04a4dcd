"""Dates and durations that are written out are read when the expression is compiled, and mean the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import feel

ENVIRONMENT = feel.Environment(now=lambda: datetime(2026, 3, 2, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('duration("P1D")', timedelta(days=1)),
        ('today() + duration("P1D")', date(2026, 3, 3)),
        ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
        ('{duration: function(x) 5, one: duration("P1D")}.one', 5),
        ("date(text)", date(2026, 3, 2)),
    ],
)
def test_it_gives_the_same(text: str, value: Any) -> None:
    assert feel.compile(text).evaluate({"text": "2026-03-02"}, ENVIRONMENT) == value


def test_what_cannot_be_read_is_null_each_time_and_says_why() -> None:
    expression = feel.compile('date("2026-02-30")')

    for _ in range(2):
        found = expression.explain({}, ENVIRONMENT)
        assert found.value is None
        assert found.warnings == ("date: Expected a date of the calendar, but got 2026-2-30",)
