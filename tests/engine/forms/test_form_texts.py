import pytest

NAME = {"type": "textfield", "key": "name"}
NOTE = {"type": "textarea", "key": "note"}


def test_it_trims_what_was_typed(value_of):
    assert value_of(NAME, " 王秀英\u3000") == "王秀英"


def test_it_makes_nothing_typed_null(value_of):
    assert value_of(NAME, "   ") is None


def test_it_keeps_the_lines_of_a_long_text_as_line_feeds(value_of):
    assert value_of(NOTE, "one\r\ntwo\rthree") == "one\ntwo\nthree"


@pytest.mark.parametrize("raw", ["a\nb", "a\x00b", "a\udcffb", "a\tb"])
def test_it_refuses_control_characters_in_a_line(problem_of, raw):
    assert problem_of(NAME, raw) == ("bad_character", {})


@pytest.mark.parametrize("raw", [5, 5.0, True, ["x"], {"x": "y"}])
def test_it_refuses_what_is_no_text(problem_of, raw):
    assert problem_of(NAME, raw) == ("not_text", {})


def test_it_wants_an_answer_where_one_is_required(problem_of):
    assert problem_of(NAME | {"validate": {"required": True}}, " ") == ("required", {})


def test_it_counts_characters_and_not_bytes(problem_of):
    field = NAME | {"validate": {"minLength": 2, "maxLength": "3"}}
    assert problem_of(field, "王") == ("too_short", {"min": 2})
    assert problem_of(field, "王秀英") is None
    assert problem_of(field, "王秀英娜") == ("too_long", {"max": 3})


@pytest.mark.parametrize(("field", "longest"), [(NAME, 1_000), (NOTE, 20_000)])
def test_it_has_a_longest_text_even_without_a_rule(problem_of, field, longest):
    assert problem_of(field, "x" * longest) is None
    assert problem_of(field, "x" * (longest + 1)) == ("too_long", {"max": longest})


@pytest.mark.parametrize("good", ["a@example.org", "wang.xiu+ying@mail.example.org"])
def test_it_takes_an_address_as_e_mail(problem_of, good):
    assert problem_of(NAME | {"validate": {"validationType": "email"}}, good) is None


@pytest.mark.parametrize(
    "bad", ["a", "a@", "@example.org", "a@b@example.org", "a b@example.org", "a@example", "a@b..c"]
)
def test_it_refuses_what_is_no_e_mail_address(problem_of, bad):
    assert problem_of(NAME | {"validate": {"validationType": "email"}}, bad) == ("email", {})


@pytest.mark.parametrize("good", ["19900001234", "021-12345678", "+86 199 0000 1234"])
def test_it_takes_mobile_and_fixed_lines(problem_of, good):
    assert problem_of(NAME | {"validate": {"validationType": "phone"}}, good) is None


@pytest.mark.parametrize("bad", ["199", "1990000123x", "--", "+", "1" * 16, "199 - 00001234"])
def test_it_refuses_what_is_no_phone_number(problem_of, bad):
    assert problem_of(NAME | {"validate": {"validationType": "phone"}}, bad) == ("phone", {})
