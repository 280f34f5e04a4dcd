"""Builtins on texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('string length("低保🐎")', 3),
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 2)', "ob"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("foobar", 0)', None),
        ('substring("foobar", 9)', None),
        ('substring("foobar", 1, null)', None),
        ('upper case("aé")', "AÉ"),
        ('lower case("AÉ")', "aé"),
        ('trim("  居民 ")', "居民"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "x")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('substring after("foobar", "x")', ""),
        ('contains("低保居民", "居")', True),
        ('starts with("foobar", "foo")', True),
        ('ends with("foobar", "foo")', False),
        ('string join(["a", null, "b"], "、")', "a、b"),
        ('string join(["a", 1])', None),
        ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
        ("string(1.10)", "1.10"),
        ("string(null)", None),
        ('string([1, "a", @"2026-03-02"])', '[1, "a", 2026-03-02]'),
        ('string({a: "b", c: null})', '{a: "b", c: null}'),
        ('"a" + "b"', "ab"),
        ("upper case(1)", None),
        ('upper case(["a"])', "A"),
    ],
)
def test_it_gives(evaluate, text, value):
    assert evaluate(text) == value


def test_it_says_how_a_builtin_is_called(evaluate):
    result = evaluate.explain('substring("a", "b")')

    assert result.value is None
    assert "substring(string: string, start position: number, length?: number)" in result.warnings[0]
    assert "(string, string)" in result.warnings[0]


@given(st.text(max_size=30), st.text(min_size=1, max_size=3))
def test_it_cuts_a_text_in_two(evaluate, text, match):
    """What stands before and behind a match makes the text again."""
    variables = {"t": text, "m": match}

    if evaluate("contains(t, m)", variables):
        assert evaluate("substring before(t, m) + m + substring after(t, m)", variables) == text
