"""Builtins for public casework: working days, ages, identity numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.errors import InvalidState
from engine.feel import Environment
from tests.engine.feel.conftest import SHANGHAI

MAN, WOMAN, WITH_X = "990101195203070011", "990101194809220024", "99020119391001025X"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('working days between(@"2026-02-27", @"2026-03-03")', 3),
        ('add working days(@"2026-02-27", 2)', date(2026, 3, 2)),
        ('add working days(@"2026-02-27", 0)', date(2026, 2, 27)),
        ('add working days(@"2026-02-27", -1)', None),
        ('add working days(@"2026-02-27", 1.5)', None),
        ('add working days(@"2026-02-27", 99999999)', None),
        ('is working day(@"2026-02-28")', True),
        ('is working day(@"2026-03-01")', False),
        ('public notice end(@"2026-03-06", 7)', date(2026, 3, 13)),
        ('public notice end(posted on: @"2026-03-07", days: 7)', date(2026, 3, 16)),
        ('age at(@"1952-03-07", @"2026-03-06")', 73),
        ('age at(@"1952-03-07", @"2026-03-07")', 74),
        ('age at(@"2004-02-29", @"2026-02-28")', 21),
        ('age at(@"2026-03-07", @"2026-03-06")', None),
    ],
)
def test_it_counts_days_and_years(evaluate, text, value):
    assert evaluate(text) == value


@pytest.mark.parametrize("number", [MAN, WOMAN, WITH_X, WITH_X.lower(), "11010519491231002X"])
def test_it_takes_a_right_identity_number(evaluate, number):
    assert evaluate("id number is valid(n)", {"n": number}) is True


@pytest.mark.parametrize(
    "number", ["", None, 1, "99010119520307001", "990101195213070011", f" {MAN}", "９９0101195203070011"]
)
def test_it_refuses_a_wrong_identity_number(evaluate, number):
    assert evaluate("id number is valid(n)", {"n": number}) is False
    assert evaluate("birth date of(n)", {"n": number}) is None


@given(st.sampled_from([MAN, WOMAN, WITH_X]), st.integers(0, 17), st.integers(1, 9))
def test_it_finds_every_wrong_digit(evaluate, number, place, shift):
    """The checksum catches each single error."""
    digit = number[place]
    wrong = str((int(digit) + shift) % 10) if digit != "X" else str(shift)

    assert evaluate("id number is valid(n)", {"n": number[:place] + wrong + number[place + 1 :]}) is False


def test_it_reads_what_the_number_says(evaluate):
    assert evaluate("birth date of(n)", {"n": MAN}) == date(1952, 3, 7)
    assert evaluate("sex of(n)", {"n": MAN}) == "male"
    assert evaluate("sex of(n)", {"n": WOMAN}) == "female"
    assert evaluate("age at(birth date of(n), today())", {"n": MAN}) == 73


def test_it_keeps_the_number_out_of_warnings(evaluate):
    """Warnings end in logs and incidents, where no identity number belongs."""
    result = evaluate.explain("[sex of(n + n), date(n), number(n)]", {"n": "99020119391001025x"})

    assert len(result.warnings) == 3
    assert not any("990201" in warning for warning in result.warnings)


def test_it_needs_a_calendar_for_working_days():
    bare = Environment(now=lambda: datetime(2026, 3, 2, tzinfo=UTC), zone=SHANGHAI, calendar=None)

    with pytest.raises(InvalidState, match="calendar"):
        feel.compile('is working day(@"2026-03-02")').evaluate({}, bare)
