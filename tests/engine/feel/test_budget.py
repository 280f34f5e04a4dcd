"""Every expression ends: hostile ones are stopped by the budget, in bounded time and room."""

from __future__ import annotations

import time

import pytest

from engine import feel
from engine.feel import Environment, FeelBudgetExceeded
from tests.engine.feel.conftest import NOW, SHANGHAI

DOUBLING = "{" + "a0: [1, 1], " + ", ".join(f"a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 60)) + ", r: "
HOSTILE = {
    "a large range": "for i in 1..10000000000 return i",
    "nested loops": "for a in 1..999, b in 1..999, c in 1..999 return a",
    "endless recursion": "{f: function(n) f(n + 1), r: f(1)}.r",
    "wide recursion": "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), r: f(50)}.r",
    "a growing text": "count(for i in 1..99999 return string join(partial))",
    "a doubling text": "{"
    'a0: "xxxxxxxxxx", ' + ", ".join(f"a{n}: a{n - 1} + a{n - 1}" for n in range(1, 40)) + "}",
    "a doubling list": DOUBLING + "a59}",
    "a doubling list as text": DOUBLING + "string(a59)}.r",
    "a doubling list made flat": DOUBLING + "flatten(a59)}.r",
    "a doubling list as a path": DOUBLING + "a59.x}.r",
    "many quantifiers": "every a in 1..999, b in 1..999 satisfies a > 0 and b > 0",
    "a filter in a loop": "for i in 1..9999 return [1..9999][item > i]",
    "distinct values of many": "distinct values(for i in 1..30000 return i)",
    "a slow pattern": 'for i in 1..9999 return matches(string join(for j in 1..500 return "a"), "(a*)*b")',
}


@pytest.mark.parametrize("text", [*HOSTILE.values()], ids=[*HOSTILE])
def test_it_stops_what_does_not_end(evaluate, text):
    started = time.process_time()

    with pytest.raises(FeelBudgetExceeded):
        evaluate(text)

    assert time.process_time() - started < 10


def test_it_compares_doubling_lists_quickly(evaluate):
    """The same part is compared once, however often it comes."""
    assert evaluate(DOUBLING + "[a59, a59] = [a59, [a58, a58]]}.r") is True


def test_it_counts_steps_of_the_environment():
    few = Environment(now=lambda: NOW, zone=SHANGHAI, calendar=None, steps=100)
    loop = feel.compile("for i in 1..60 return i * 2")

    with pytest.raises(FeelBudgetExceeded, match="100 steps"):
        loop.evaluate({}, few)
    assert len(loop.evaluate({}, Environment(now=lambda: NOW, zone=SHANGHAI, calendar=None))) == 60


def test_it_does_not_count_what_cannot_repeat(evaluate):
    """A long condition without loops is bounded by its length and costs no steps."""
    few = Environment(now=lambda: NOW, zone=SHANGHAI, calendar=None, steps=0)

    assert feel.compile("x > 1 and x < 9 or x = 20").evaluate({"x": 20}, few) is True


def test_a_long_row_of_comparisons_costs_each_part_once(evaluate):
    """A comparison with a literal that turns out to be of another type does not look at its left side again."""
    started = time.process_time()

    assert evaluate("1" + " = 2" * 60) is None
    assert time.process_time() - started < 1
