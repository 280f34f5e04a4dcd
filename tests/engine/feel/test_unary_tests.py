"""Cells of decision tables: a value, a comparison, a range, several of them, or a condition on `?`."""

from __future__ import annotations

import pytest

from engine import feel
from engine.feel import FeelSyntaxError


@pytest.mark.parametrize(
    ("cell", "value", "passes"),
    [
        ("-", None, True),
        ("5", 5, True),
        ("< 5", 4, True),
        ("< 5", 5, False),
        ("[18..60)", 60, False),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ("not(< 5)", 5, True),
        ("not(< 5)", None, False),
        ("null", None, True),
        ("true", True, True),
        ("true", False, False),
        ("? > 3 and ? < 9", 5, True),
        ('contains(?, "居")', "低保居民", True),
        ("? in [1, 2]", 2, True),
        ("> limit", 11, True),
        ("limit", 10, True),
        ("limits", 3, True),
        ("not(limit > 5)", False, True),
        ('"a"', 1, False),
        ("< 5", "a", False),
        ('@"2026-01-01"', None, False),
    ],
)
def test_it_tells_whether_the_input_passes(evaluate, cell, value, passes):
    assert evaluate.passes(cell, value, {"limit": 10, "limits": [3, 7]}) is passes


def test_it_takes_a_condition_that_is_not_about_the_input(evaluate):
    """A cell that is true or false on its own counts as a condition, unless the input is boolean too."""
    assert evaluate.passes("limit > 5", "anything", {"limit": 10}) is True
    assert evaluate.passes("limit > 5", "anything", {"limit": 1}) is False


def test_it_refuses_an_empty_cell():
    with pytest.raises(FeelSyntaxError):
        feel.compile_unary(" ")
