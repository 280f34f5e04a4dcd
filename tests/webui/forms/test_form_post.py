import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from webui.forms import is_only_refresh, parse

NAME = {"type": "textfield", "key": "name"}
TICK = {"type": "checkbox", "key": "works"}
MANY = {"type": "checklist", "key": "papers", "values": []}
MEMBERS = {"type": "dynamiclist", "path": "members", "components": [NAME, TICK]}
HOME = {"type": "group", "path": "home", "components": [NAME, MEMBERS]}


def parsed(components, *pairs):
    return parse({"components": components}, MultiDict(pairs))


def test_it_takes_only_what_the_schema_names():
    assert parsed([NAME], ("name", "王秀英"), ("csrf_token", "x"), ("other", "y")) == {"name": "王秀英"}


def test_it_leaves_out_what_was_not_on_the_page():
    """An absent tick that was offered is false; one that was not offered is nothing."""
    assert parsed([TICK, MANY]) == {}
    assert parsed([TICK, MANY], ("works", ""), ("papers", "")) == {"works": False, "papers": []}


def test_it_reads_ticks_and_several_choices():
    pairs = [("works", ""), ("works", "true"), ("papers", ""), ("papers", "id"), ("papers", "hukou")]
    assert parsed([TICK, MANY], *pairs) == {"works": True, "papers": ["id", "hukou"]}


def test_it_reads_rows_in_the_order_of_their_numbers():
    rows = parsed([MEMBERS], ("members.10.name", "c"), ("members.2.name", "b"), ("members.0.name", "a"))
    assert [row["name"] for row in rows["members"]] == ["a", "b", "c"]


def test_it_keeps_a_row_in_which_nothing_was_ticked():
    only_ticks = MEMBERS | {"components": [TICK]}
    assert parsed([only_ticks], ("members.0._row", ""), ("members.0.works", "")) == {
        "members": [{"works": False}]
    }


def test_it_knows_an_empty_list_from_one_that_was_not_shown():
    assert parsed([MEMBERS], ("members._row", "")) == {"members": []}
    assert parsed([MEMBERS]) == {}


def test_it_reads_groups_with_and_without_a_path():
    opened = {"type": "group", "components": [TICK]}
    pairs = [("home.name", "和风苑"), ("works", "true"), ("home.members.0.name", "a")]
    assert parsed([HOME, opened], *pairs) == {
        "home": {"name": "和风苑", "members": [{"name": "a"}]},
        "works": True,
    }


def test_it_adds_a_blank_row():
    assert parsed([MEMBERS], ("members.0.name", "a"), ("_add", "members")) == {"members": [{"name": "a"}, {}]}
    assert parsed([HOME], ("_add", "home.members")) == {"home": {"members": [{}]}}


def test_it_removes_the_row_that_the_button_names():
    pairs = [("members.0.name", "a"), ("members.1.name", "b"), ("_remove", "members.0")]
    assert parsed([MEMBERS], *pairs) == {"members": [{"name": "b"}]}


@pytest.mark.parametrize("path", ["nobody", "name", "home", "members.0", "", ".", "a.b.c.d.e.f.g.h.i.j"])
def test_it_adds_nothing_where_there_is_no_list(path):
    assert parsed([NAME, MEMBERS, HOME], ("_add", path)).get("members", []) == []


@pytest.mark.parametrize("row", ["members.7", "members.x", "members.-1", "members", "members.²", "name.0"])
def test_it_removes_no_row_that_is_not_there(row):
    assert parsed([MEMBERS], ("members.0.name", "a"), ("_remove", row)) == {"members": [{"name": "a"}]}


def test_it_neither_adds_to_nor_removes_from_a_fixed_list():
    fixed = MEMBERS | {"allowAddRemove": False}
    for button in (("_add", "members"), ("_remove", "members.0")):
        assert parsed([fixed], ("members.0.name", "a"), button) == {"members": [{"name": "a"}]}


def test_it_stops_one_row_behind_the_most_so_that_the_check_can_say_so():
    pairs = [(f"members.{index}.name", "a") for index in range(300)]
    assert len(parsed([MEMBERS], *pairs)["members"]) == 201


def test_it_adds_no_row_beyond_the_most():
    pairs = [(f"members.{index}.name", "a") for index in range(200)]
    assert len(parsed([MEMBERS], *pairs, ("_add", "members"))["members"]) == 200


@pytest.mark.parametrize(
    ("name", "only"), [("_add", True), ("_remove", True), ("_refresh", True), ("name", False)]
)
def test_it_knows_a_button_that_completes_nothing(name, only):
    assert is_only_refresh(MultiDict({name: "x"})) is only


NAMES = st.sampled_from(["members", "name", "home", "0", "1", "²", "-1", "_row", "works", "", "99999"])
PATHS = st.lists(NAMES, min_size=1, max_size=10).map(".".join) | st.sampled_from(["_add", "_remove"])


@settings(deadline=None)
@given(st.lists(st.tuples(PATHS, st.text(max_size=8) | PATHS), max_size=20))
def test_it_never_raises_whatever_is_posted(pairs):
    raw = parsed([NAME, TICK, MANY, MEMBERS, HOME], *pairs)
    assert raw.keys() <= {"name", "works", "papers", "members", "home"}
