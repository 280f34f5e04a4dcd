import pytest

SIZES = [{"label": "One", "value": 1}, {"label": "Two", "value": 2}, {"label": "Yes", "value": True}]
ONE = {"type": "select", "key": "size", "values": SIZES}
MANY = {"type": "checklist", "key": "sizes", "values": SIZES}
FROM_CASE = {"type": "radio", "key": "member", "valuesKey": "people"}


@pytest.mark.parametrize(("raw", "value"), [("1", 1), (2, 2), ("true", True)])
def test_it_gives_the_value_of_the_schema_and_not_the_posted_text(value_of, raw, value):
    found = value_of(ONE, raw)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("raw", ["3", 1.0, ["1"], {"value": 1}, "One", "True"])
def test_it_refuses_what_is_not_offered(problem_of, raw):
    assert problem_of(ONE, raw) == ("not_a_choice", {})


def test_it_gives_several_in_the_order_of_the_form_and_each_once(value_of):
    assert value_of(MANY, ["2", "1", "2"]) == [1, 2]


def test_it_gives_an_empty_list_when_none_is_ticked(value_of):
    assert value_of(MANY, None) == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [(["1", "9"], "not_a_choice"), ([["1"]], "not_a_choice"), ("1", "not_a_list"), ({"1": 1}, "not_a_list")],
)
def test_it_refuses_several_when_one_is_not_offered(problem_of, raw, code):
    assert problem_of(MANY, raw) == (code, {})


def test_it_wants_at_least_one_where_an_answer_is_required(problem_of):
    assert problem_of(MANY | {"validate": {"required": True}}, []) == ("required", {})


@pytest.mark.parametrize(
    "people", [["王秀英", "李娜"], [{"label": "Wang", "value": "王秀英"}, {"label": "Li", "value": "李娜"}]]
)
def test_it_takes_choices_from_a_variable_of_the_case(problem_of, people):
    assert problem_of(FROM_CASE, "李娜", {"people": people}) is None
    assert problem_of(FROM_CASE, "赵六", {"people": people}) == ("not_a_choice", {})


@pytest.mark.parametrize("people", [None, "李娜", {"李娜": 1}, [1.5, None, []]])
def test_it_offers_nothing_when_the_variable_is_no_list_of_choices(problem_of, people):
    assert problem_of(FROM_CASE, "李娜", {"people": people}) == ("not_a_choice", {})


def test_it_never_takes_choices_from_the_post_itself(read):
    """A stranger could otherwise widen the choices by posting the variable's name."""
    answers = read([FROM_CASE], {"member": "赵六", "people": ["赵六"]}, {"people": ["李娜"]})
    assert [problem.code for problem in answers.problems] == ["not_a_choice"]


@pytest.mark.parametrize(
    ("raw", "value"), [("true", True), (True, True), (None, False), ("", False), ("false", False)]
)
def test_it_reads_a_tick(value_of, raw, value):
    assert value_of({"type": "checkbox", "key": "agreed"}, raw) is value


def test_it_refuses_a_tick_of_another_kind(problem_of):
    assert problem_of({"type": "checkbox", "key": "agreed"}, 1) == ("not_yes_or_no", {})


def test_it_wants_a_required_tick_to_be_ticked(problem_of):
    assert problem_of({"type": "checkbox", "key": "agreed", "validate": {"required": True}}, False) == (
        "required",
        {},
    )


def test_it_reads_attachments_as_a_list_of_ids(value_of):
    assert value_of({"type": "filepicker", "key": "papers"}, "a1") == ["a1"]
    assert value_of({"type": "filepicker", "key": "papers", "multiple": True}, ["a1", "b2", "a1"]) == [
        "a1",
        "b2",
    ]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (["../x"], "not_a_file"),
        ([5], "not_a_file"),
        (["a", "b"], "too_many_files"),
        (["a"] * 21, "too_many_files"),
    ],
)
def test_it_refuses_attachments_that_cannot_be_ids(problem_of, raw, code):
    assert problem_of({"type": "filepicker", "key": "papers"}, raw)[0] == code
