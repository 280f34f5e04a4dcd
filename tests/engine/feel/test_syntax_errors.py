"""What cannot be read is refused with line, column and what was expected, in words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import feel
from engine.errors import InvalidInput
from engine.feel import FeelBudgetExceeded, FeelSyntaxError

SYMBOLS = ["(", ")", "[", "]", "{", "}", ",", ":", "..", ".", "+", "-", "**", "<", "=", "@", '"', "?", " "]
WORDS = [
    " and ",
    " if ",
    " then ",
    " else ",
    "for ",
    " in ",
    " return ",
    "some ",
    "function",
    "not",
    "between ",
]
PIECES = st.sampled_from([*SYMBOLS, *WORDS, "1", "x", "年", '"a"'])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the text is empty"),
        ("1 +", "an expression, but the text ends"),
        ("if a then b", "'else'"),
        ("foo(1", "')'"),
        ("a = = b", "an expression, but found '='"),
        ("a （1）", "'(', but found the full-width '（'"),
        ('"open', "to end"),
        ("a # b", "'#'"),
        ("for x xs return x", "'in'"),
        ("(1, 2)", "one expression in the brackets"),
        ("x instance of cow", "a type of FEEL"),
        ("not approved", "as in not(x)"),
        ("'a'", "in quotes like"),
        ("a && b", "the word and"),
    ],
)
def test_it_says_what_was_expected(text, words):
    with pytest.raises(FeelSyntaxError) as refused:
        feel.compile(text)

    assert words in refused.value.message


def test_it_says_where():
    with pytest.raises(FeelSyntaxError) as refused:
        feel.compile("a +\n  b c d)\n+ 1")

    assert (refused.value.line, refused.value.column) == (2, 8)
    assert isinstance(refused.value, InvalidInput)


def test_it_refuses_too_long_a_text():
    with pytest.raises(FeelSyntaxError, match="20000 characters"):
        feel.compile("1" * 20_001)


@pytest.mark.parametrize(
    "text", ["(" * 500 + "1" + ")" * 500, "-" * 5000 + "1", "if a then " * 900 + "1" + " else 1" * 900]
)
def test_it_refuses_too_deep_a_text(text):
    with pytest.raises(FeelSyntaxError, match="at most"):
        feel.compile(text)


def test_it_takes_a_long_flat_text(evaluate):
    """A long sum, or a long list of conditions, is not deep."""
    assert evaluate(" + ".join(["1"] * 4000)) == 4000
    assert evaluate(" or ".join(["x = 1"] * 1500), {"x": 1}) is True


@given(st.text(max_size=60) | st.lists(PIECES, max_size=25).map("".join))
@example("x instance of " + "list<" * 200 + "number" + ">" * 200)
@example("]1..2[")
@example('@"')
def test_it_never_fails_in_another_way(environment, text):
    """Random text is an expression with a value, or is refused in words."""
    for compiler in (feel.compile, feel.compile_unary):
        try:
            compiler(text).evaluate({"x": 1}, environment, value=1)
        except (FeelSyntaxError, FeelBudgetExceeded):
            continue
