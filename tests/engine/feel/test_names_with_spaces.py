"""Names may have spaces, Chinese characters and even operators: the longest known name is meant."""

from __future__ import annotations

import pytest

from engine import feel


def test_it_reads_a_name_of_several_words_without_being_told(evaluate):
    assert evaluate("monthly income * 2", {"monthly income": 800}) == 1600


def test_it_reads_chinese_names(evaluate):
    variables = {"月收入": 900, "低保标准": 1650, "户籍": "本地"}

    assert evaluate('月收入 < 低保标准 and 户籍 = "本地"', variables) is True


def test_it_takes_blanks_in_a_name_as_one(evaluate):
    assert evaluate("monthly \n  income", {"monthly income": 1}) == 1


def test_it_prefers_the_longest_known_name(evaluate):
    variables = {"a": 10, "b": 3, "a-b": 99}

    assert evaluate("a-b", variables) == 99
    assert evaluate("a - b", variables) == 7


def test_it_reads_known_names_with_keywords_in_them(evaluate):
    assert evaluate("days in weekend + 1", {"days in weekend": 2}) == 3


def test_it_ends_an_unknown_name_at_a_keyword(evaluate):
    assert evaluate("daily rate in [10..20]", {"daily rate": 15}) is True


def test_it_knows_builtins_with_keywords_in_their_name(evaluate):
    assert evaluate('date and time("2026-03-02T10:00:00").hour') == 10


def test_it_takes_two_variables_for_what_they_are(evaluate):
    """`date and time` is a builtin only when it is called, once somebody has a variable `date`."""
    assert evaluate("date and time", {"date": True, "time": True}) is True


def test_it_reads_keys_of_contexts_with_spaces_and_operators(evaluate):
    assert evaluate("{first name: 1, last+name: first name + 1}.last+name") == 2
    assert evaluate('{"any key!": 1, b: 2}.b') == 2


def test_it_reads_parameter_names_with_spaces(evaluate):
    assert evaluate('substring(string: "foobar", start position: 4)') == "bar"


def test_it_reads_names_bound_in_the_expression(evaluate):
    assert evaluate("for each one in [1, 2] return each one + 1") == [2, 3]
    assert evaluate("some 家庭成员 in [1, 5] satisfies 家庭成员 > 4") is True
    assert evaluate("(function(base pay, bonus) base pay + bonus)(1, 2)") == 3


def test_it_reads_an_emoji_as_a_name(evaluate):
    assert evaluate("🐎 + 1", {"🐎": 1}) == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b.c", {"a", "b"}),
        ("for x in xs return x + y", {"xs", "y"}),
        ("{a: 1, b: a + c}", {"c"}),
        ("function(p) p + q", {"q"}),
        ("count(items) > 1", {"items"}),
        ("some x in xs, y in x satisfies x = y", {"xs"}),
        ("{a: a}", {"a"}),
        ("if 申请人.年龄 >= 60 then 甲 else 乙", {"申请人", "甲", "乙"}),
    ],
)
def test_it_tells_which_variables_it_reads(text, names):
    assert feel.compile(text).names == names


def test_it_tells_names_in_filters_apart():
    """Inside a filter a name is an entry of the item or a variable; known names are variables."""
    unsure = feel.compile("people[age > limit]")
    sure = feel.compile("people[age > limit]", names=["people", "limit"])

    assert (unsure.names, unsure.filter_names) == ({"people"}, {"age", "limit"})
    assert (sure.names, sure.filter_names) == ({"people", "limit"}, {"age"})
