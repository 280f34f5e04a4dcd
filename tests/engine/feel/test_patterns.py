"""`matches`, `replace` and `split`: the patterns of XPath, in bounded time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.patterns import compile_pattern
from engine.feel.runtime import Run

atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "(a)", "a|b", "^", "$"])
patterns = st.lists(
    st.tuples(atoms, st.sampled_from(["", "", "*", "+", "?", "*?", "{1,2}", "{2}", "+?"])), max_size=6
)


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "fits"),
    [
        ("gooal", "^go*a", "", True),
        ("FooBar", "foo", "i", True),
        ("a\nb", "a.b", "", False),
        ("a\nb", "a.b", "s", True),
        ("a\nb", "^b$", "m", True),
        ("ab", "a b", "x", True),
        ("a.b", "a.b", "q", True),
        ("axb", "a.b", "q", False),
        ("990101195203070011", "^[0-9]{17}[0-9X]$", "", True),
        ("居民", r"^\p{Lo}+$", "", True),
        ("居民", r"^\p{IsCJKUnifiedIdeographs}+$", "", True),
        ("hello", "^[a-z-[aeiou]]", "", True),
        ("ello", "^[a-z-[aeiou]]", "", False),
        ("a-b", r"^[\w\-]+$", "", True),
        ("_x1", r"^\i\c*$", "", True),
    ],
)
def test_it_matches(evaluate, text, pattern, flags, fits):
    assert evaluate("matches(t, p, f)", {"t": text, "p": pattern, "f": flags}) is fits


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "[]", "a{2", "a{3,1}", "*", r"\q", r"\1", "(?=a)", "[b-a]", r"\p{Xx}", "a{9999}"],
)
def test_it_refuses_what_is_no_pattern(evaluate, pattern):
    result = evaluate.explain("matches(t, p)", {"t": "a", "p": pattern})

    assert result.value is None
    assert result.warnings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('replace("abracadabra", "bra", "*")', "a*cada*"),
        ('replace("abracadabra", "a.*?a", "*")', "*c*bra"),
        (r'replace("13800001111", "([0-9]{3})[0-9]{4}", "$1****")', "138****1111"),
        (r'replace("a1", "[0-9]", "\\$")', "a$"),
        ('replace("abc", "x*", "-")', None),
        ('replace("abc", "b", "$")', None),
        ('replace("a.c", ".", "$1", "q")', "a$1c"),
        (r'split("a1b22c", "[0-9]+")', ["a", "b", "c"]),
    ],
)
def test_it_replaces_and_splits(evaluate, text, value):
    assert evaluate(text) == value


@given(patterns, st.text("ab\n", max_size=8))
def test_it_finds_what_python_finds(environment, pieces, text):
    """Where both know a pattern, the leftmost fit and its groups are those of Python."""
    pattern = "".join(atom + times for atom, times in pieces if not (atom in "^$" and times))
    try:
        known = re.compile(pattern)
    except re.error:
        return
    expected = known.search(text)
    found = compile_pattern(pattern, "").search(text, 0, Run(environment))

    if pattern.endswith("$") or "$" in pattern:
        return  # Python's `$` also fits before a last line end
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found.spans[0] == expected.span()
