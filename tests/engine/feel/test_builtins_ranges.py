"""Builtins that compare points and ranges."""

from __future__ import annotations

from datetime import date

import pytest


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("before(1, 10)", True),
        ("before([1..5), [5..9])", True),
        ("before([1..5], [5..9])", False),
        ("after([5..9], (1..5))", True),
        ("meets([1..5], [5..9])", True),
        ("meets([1..5), [5..9])", False),
        ("met by([5..9], [1..5])", True),
        ("overlaps([1..5], [3..9])", True),
        ("overlaps([1..5), [5..9])", False),
        ("overlaps before([1..5], [3..9])", True),
        ("overlaps after([3..9], [1..5])", True),
        ("finishes(5, [1..5])", True),
        ("finishes(5, [1..5))", False),
        ("finished by([1..5], [3..5])", True),
        ("starts(1, [1..5])", True),
        ("started by([1..5], [1..3])", True),
        ("includes([1..5], 3)", True),
        ("includes([1..5], [2..6])", False),
        ("during((2..3), [1..5])", True),
        ("coincides([1..5], [1..5])", True),
        ("includes((< 5), 3)", True),
        ('before(1, "a")', None),
        ('range("[1..5)") = [1..5)', True),
        ('includes(range("[@\\"2026-01-01\\"..@\\"2026-12-31\\"]"), @"2026-03-02")', True),
        ('range("1..5")', None),
        ('range("[5..1]")', None),
    ],
)
def test_it_gives(evaluate, text, value):
    assert evaluate(text) == value


def test_range_reads_dates_written_as_calls(evaluate):
    assert evaluate('range("[date(\\"2026-01-01\\")..date(\\"2026-02-01\\"))").start') == date(2026, 1, 1)
    assert evaluate('range("")') is None
