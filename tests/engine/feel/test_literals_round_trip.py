"""`to_text` gives a literal that compiles to the same value again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import Range, YearMonthDuration, to_text

zones = st.sampled_from([None, UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=5, minutes=30))])
named_zones = st.sampled_from([ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Paris")])
numbers = st.integers(-(10**33), 10**33) | st.decimals(
    allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20
)
scalars = (
    st.none()
    | st.booleans()
    | numbers
    | st.text(max_size=30)
    | st.dates()
    | st.times(timezones=zones)
    | st.datetimes(timezones=zones | named_zones)
    | st.timedeltas()
    | st.integers(-(10**9), 10**9).map(YearMonthDuration)
    | st.builds(Range, st.integers(0, 9), st.integers(10, 20), st.booleans(), st.booleans())
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_it_reads_its_own_literals(evaluate, value):
    assert evaluate(to_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (Decimal("1E+3"), "1000"),
        ('居\n"民"', '"居\\n\\"民\\""'),
        (date(2026, 3, 2), '@"2026-03-02"'),
        (time(9, 30), '@"09:30:00"'),
        (datetime(2026, 3, 2, 9, 30, 0, 500000, tzinfo=UTC), '@"2026-03-02T09:30:00.5Z"'),
        (timedelta(days=-1, hours=-2), '@"-P1DT2H"'),
        (timedelta(0), '@"PT0S"'),
        (YearMonthDuration(14), '@"P1Y2M"'),
        ([1, {"a b": True}], "[1, {a b: true}]"),
        (Range(None, 5, False, False), "(< 5)"),
    ],
)
def test_it_writes_what_a_designer_would_write(value, text):
    assert to_text(value) == text


def test_it_cuts_a_text_that_is_too_long():
    assert to_text(["x" * 300_000]).endswith("…")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\u5c45\t\"\\"', '居\t"\\'),
        (r'"\uD83D\uDC0E"', "🐎"),
        (r'"\U01F40E"', "🐎"),
        ("1 /* two */ + 2 // three", 3),
        ('@"no date"', None),
    ],
)
def test_it_reads_escapes_and_comments(evaluate, text, value):
    assert evaluate(text) == value
