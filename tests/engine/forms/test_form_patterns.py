import pytest

from engine.errors import InvalidInput
from engine.forms.patterns import check_pattern, matches


def test_it_looks_anywhere_in_the_text_as_browsers_do():
    assert matches("b+", "abbc")


def test_it_ends_at_the_end_and_not_before_a_last_line_feed():
    assert not matches(r"^\d{2}$", "12\n")


def test_it_takes_only_plain_digits_as_browsers_do():
    assert not matches(r"^\d$", "３")


def test_it_knows_characters_written_the_browsers_way():
    assert matches("^[\\u4e00-\\u9fa5]{2,4}$", "王秀英")
    assert not matches("^[\\u4e00-\\u9fa5]{2,4}$", "Wang")


def test_it_leaves_an_escaped_backslash_alone():
    assert matches(r"^\\u0041$", "\\u0041")


def test_it_answers_at_once_where_a_browser_would_run_for_years():
    """The test would not end with a backtracking engine."""
    assert not matches("^(a+)+$", "a" * 20_000 + "!")
    assert not matches("(x+x+)+y", "x" * 20_000)


@pytest.mark.parametrize(
    "bad", ["(", "[z-a]", r"(a)\1", "(?=a)", "a{2000}", "", "x" * 501, 5, None, "\udcff"]
)
def test_it_refuses_what_cannot_be_matched_in_linear_time(bad):
    with pytest.raises(InvalidInput, match="Expected a pattern"):
        check_pattern(bad)


def test_it_applies_to_answers(problem_of):
    field = {"type": "textfield", "key": "code", "validate": {"pattern": r"^\d{6}$"}}
    assert problem_of(field, "990101") is None
    assert problem_of(field, "99010") == ("pattern", {})
