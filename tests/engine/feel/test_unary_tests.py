"""Cells of decision tables: a value, a comparison, a range, several of them, or a condition on `?`."""

from __future__ import annotations

import pytest

from engine import feel
from engine.feel import Environment, FeelSyntaxError
from tests.engine.feel.conftest import NOW, SHANGHAI


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


@pytest.mark.parametrize(
    ("text", "value", "passes"),
    [
        ("[-10..-5)", -10, True),
        ("[-10..-5)", -5, False),
        ("-5", -5, True),
        ('"a", "b"', "b", True),
        ('"a", "b"', 1, False),
        ("> 5", "6", False),
        ("[1..2]", None, False),
        ('not("a", "b")', "c", True),
    ],
)
def test_what_is_known_when_compiled_says_the_same(text, value, passes):
    """Literal texts, numbers and ranges have a short way of their own; other types still take the long one."""
    made = feel.compile_unary(text)
    environment = Environment(now=lambda: NOW, zone=SHANGHAI)

    assert made.evaluate({}, environment, value=value) is passes
