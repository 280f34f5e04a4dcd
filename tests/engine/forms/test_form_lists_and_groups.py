import pytest

NAME = {"type": "textfield", "key": "name", "validate": {"required": True}}
MEMBERS = {
    "type": "dynamiclist",
    "path": "members",
    "components": [NAME, {"type": "number", "key": "income"}, {"type": "checkbox", "key": "works"}],
}
FIXED = MEMBERS | {
    "allowAddRemove": False,
    "components": [NAME | {"disabled": True}, {"type": "number", "key": "income"}],
}
HOME = {"type": "group", "path": "home", "components": [NAME, {"type": "number", "key": "rooms"}]}


def test_it_reads_every_row(read):
    answers = read(
        [MEMBERS], {"members": [{"name": "王秀英", "income": "700.5"}, {"name": "李娜", "works": "true"}]}
    )
    assert answers.problems == ()
    assert [row["name"] for row in answers.values["members"]] == ["王秀英", "李娜"]
    assert [row["works"] for row in answers.values["members"]] == [False, True]


def test_it_names_the_row_of_a_problem(read):
    answers = read([MEMBERS], {"members": [{"name": "王秀英"}, {"income": "x"}]})
    assert [(problem.path, problem.code) for problem in answers.problems] == [
        ("members.1.name", "required"),
        ("members.1.income", "not_a_number"),
    ]


def test_it_drops_rows_that_nobody_filled_in(read):
    answers = read([MEMBERS], {"members": [{"name": " ", "works": False}, {"name": "李娜"}, {}]})
    assert answers.problems == ()
    assert [row["name"] for row in answers.values["members"]] == ["李娜"]


def test_it_reads_a_list_that_was_not_posted_as_empty(read):
    assert read([MEMBERS], {}).values == {"members": []}


def test_it_takes_two_hundred_rows_and_no_more(read):
    row = {"name": "王秀英"}
    assert len(read([MEMBERS], {"members": [row] * 200}).values["members"]) == 200
    answers = read([MEMBERS], {"members": [row] * 201})
    assert [(problem.path, problem.code) for problem in answers.problems] == [("members", "too_many_rows")]


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        ("x", "members", "not_a_list"),
        ({"0": {}}, "members", "not_a_list"),
        (["x"], "members.0", "not_a_group"),
    ],
)
def test_it_refuses_a_list_of_another_shape(read, raw, path, code):
    assert (path, code) in [
        (problem.path, problem.code) for problem in read([MEMBERS], {"members": raw}).problems
    ]


def test_it_keeps_what_the_case_has_in_fixed_rows(read):
    """The clerk fills in incomes; names and what the form does not show stay with the case."""
    case = {"members": [{"name": "王秀英", "sex": "F"}, {"name": "李娜", "sex": "F"}]}
    answers = read([FIXED], {"members": [{"income": "1", "name": "forged"}, {"income": "2"}]}, case)
    assert answers.values["members"] == [
        {"name": "王秀英", "sex": "F", "income": 1},
        {"name": "李娜", "sex": "F", "income": 2},
    ]


def test_it_keeps_a_fixed_row_in_which_nothing_was_answered(read):
    answers = read(
        [FIXED], {"members": [{"income": ""}, {"income": "2"}]}, {"members": [{"name": "a"}, {"name": "b"}]}
    )
    assert [row["income"] for row in answers.values["members"]] == [None, 2]


@pytest.mark.parametrize("rows", [[], [{"income": "1"}], [{"income": "1"}] * 3])
def test_it_wants_as_many_fixed_rows_as_the_case_has(read, rows):
    answers = read([FIXED], {"members": rows}, {"members": [{"name": "a"}, {"name": "b"}]})
    assert [(problem.code, problem.params) for problem in answers.problems] == [
        ("wrong_rows", {"expected": 2})
    ]


def test_it_nests_a_group_with_a_path_and_keeps_what_the_case_has(read):
    answers = read([HOME], {"home": {"name": "和风苑", "rooms": "2"}}, {"home": {"rent": 300}})
    assert answers.values == {"home": {"rent": 300, "name": "和风苑", "rooms": 2}}


def test_it_opens_a_group_without_a_path(read):
    answers = read([{"type": "group", "components": [NAME]}], {"name": "王秀英"})
    assert answers.values == {"name": "王秀英"}


def test_it_names_the_group_of_a_problem(read):
    assert [problem.path for problem in read([HOME], {"home": {}}).problems] == ["home.name"]


def test_it_refuses_a_group_of_another_shape(read):
    answers = read([HOME], {"home": "x"})
    assert ("home", "not_a_group") in [(problem.path, problem.code) for problem in answers.problems]
