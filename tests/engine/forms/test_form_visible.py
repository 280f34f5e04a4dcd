import pytest

from engine import forms

NAME = {"type": "textfield", "key": "name", "defaultValue": "nobody"}
MEMBERS = {"type": "dynamiclist", "path": "members", "components": [NAME]}


@pytest.fixture
def show(evaluate):
    def run(components, data=None, context=None):
        return forms.visible({"components": components}, data or {}, evaluate, context)

    return run


@pytest.mark.parametrize(
    ("data", "context", "value"),
    [
        ({}, {}, "nobody"),
        ({}, {"name": "王秀英"}, "王秀英"),
        ({"name": "李"}, {"name": "王秀英"}, "李"),
        ({"name": ""}, {}, ""),
    ],
)
def test_it_begins_with_the_post_then_the_case_then_the_default(show, data, context, value):
    assert show([NAME], data, context)[0].value == value


def test_it_shows_a_locked_field_only_as_the_case_has_it(show):
    assert show([NAME | {"disabled": True}], {"name": "forged"}, {"name": "王秀英"})[0].value == "王秀英"


def test_it_keeps_a_wrong_answer_to_be_mended(show):
    assert show([{"type": "number", "key": "n"}], {"n": "12o"})[0].value == "12o"


def test_it_leaves_hidden_parts_out(show):
    hidden = {"type": "text", "id": "t", "text": "x", "conditional": {"hide": "=n > 3"}}
    number = {"type": "number", "key": "n"}
    assert [shown.path for shown in show([number, hidden], {"n": "5"})] == ["n"]
    assert len(show([number, hidden], {"n": "2"})) == 2


def test_it_gives_rows_their_paths(show):
    (members,) = show([MEMBERS], {"members": [{"name": "a"}, {"name": "b"}]})
    assert [(row[0].path, row[0].value) for row in members.rows] == [
        ("members.0.name", "a"),
        ("members.1.name", "b"),
    ]


def test_it_offers_blank_rows_only_when_nothing_is_known(show):
    assert len(show([MEMBERS | {"defaultRepetitions": 3}])[0].rows) == 3
    assert len(show([MEMBERS], {"members": []})[0].rows) == 0


def test_it_fills_fixed_rows_from_the_case(show):
    fixed = MEMBERS | {
        "allowAddRemove": False,
        "components": [NAME | {"disabled": True}, {"type": "number", "key": "n"}],
    }
    (members,) = show([fixed], {"members": [{"n": "x"}]}, {"members": [{"name": "a"}, {"name": "b"}]})
    assert [[field.value for field in row] for row in members.rows] == [["a", "x"], ["b", None]]


def test_it_offers_the_choices_of_the_case(show):
    (field,) = show([{"type": "select", "key": "who", "valuesKey": "people"}], {}, {"people": ["a", "b"]})
    assert [option.value for option in field.options] == ["a", "b"]


def test_it_opens_groups(show):
    (group,) = show(
        [{"type": "group", "path": "home", "components": [NAME]}], {}, {"home": {"name": "和风苑"}}
    )
    assert [(child.path, child.value) for child in group.children] == [("home.name", "和风苑")]
