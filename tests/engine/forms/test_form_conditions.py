"""Conditions: what is hidden is neither asked, nor kept, nor seen by what stands behind it."""

KIND = {"type": "radio", "key": "kind", "values": [{"label": v, "value": v} for v in ("wage", "none")]}
WAGE = {
    "type": "number",
    "key": "wage",
    "validate": {"required": True},
    "conditional": {"hide": '=kind != "wage"'},
}
TAX = {"type": "number", "key": "tax", "conditional": {"hide": "=wage = null"}}


def test_it_asks_what_is_shown(read):
    answers = read([KIND, WAGE], {"kind": "wage"})
    assert [(problem.path, problem.code) for problem in answers.problems] == [("wage", "required")]


def test_it_drops_what_is_hidden(read):
    answers = read([KIND, WAGE], {"kind": "none", "wage": "not even a number"})
    assert answers.values == {"kind": "none"}
    assert answers.problems == ()


def test_it_makes_a_hidden_answer_null_for_what_stands_behind(read):
    """The case has a wage from before; hiding the field hides it from conditions too."""
    answers = read([KIND, WAGE, TAX], {"kind": "none", "wage": "5", "tax": "1"}, {"wage": 7})
    assert answers.values == {"kind": "none"}


def test_it_hides_all_that_a_hidden_group_holds(read):
    group = {"type": "group", "components": [WAGE], "conditional": {"hide": "=true"}}
    answers = read([KIND, group, TAX], {"kind": "wage", "wage": "5", "tax": "1"})
    assert answers.values == {"kind": "wage"}


def test_it_reads_variables_of_the_case(read):
    field = {"type": "textfield", "key": "why", "conditional": {"hide": "=household_size < 3"}}
    assert read([field], {"why": "many"}, {"household_size": 4}).values == {"why": "many"}
    assert read([field], {"why": "many"}, {"household_size": 1}).values == {}


def test_it_reads_an_answer_that_stands_further_down(read):
    assert read([WAGE, KIND], {"kind": "none", "wage": "5"}).values == {"kind": "none"}


def test_it_shows_a_field_whose_condition_has_no_value(read):
    field = {"type": "textfield", "key": "why", "conditional": {"hide": "=nobody.knows > 3"}}
    assert read([field], {"why": "x"}).values == {"why": "x"}


def test_it_drops_what_is_locked_or_unknown(read):
    fields = [
        {"type": "textfield", "key": key, **lock}
        for key, lock in (("a", {"disabled": True}), ("b", {"readonly": True}), ("c", {}))
    ]
    answers = read(fields, {"a": "1", "b": "2", "c": "3", "d": "4"})
    assert answers.values == {"c": "3"}


def test_it_evaluates_a_row_with_the_names_of_the_row(read):
    """A row's own names come first, and `this`, `parent` and `i` work as in the form editor."""
    rows = {
        "type": "dynamiclist",
        "path": "members",
        "components": [
            {"type": "textfield", "key": "kind"},
            {"type": "textfield", "key": "own", "conditional": {"hide": '=kind != "wage"'}},
            {"type": "textfield", "key": "mine", "conditional": {"hide": '=this.kind != "wage"'}},
            {"type": "textfield", "key": "above", "conditional": {"hide": '=parent.kind != "wage"'}},
            {"type": "textfield", "key": "first", "conditional": {"hide": "=i[1] > 1"}},
        ],
    }
    row = {"own": "x", "mine": "x", "above": "x", "first": "x"}
    answers = read(
        [KIND, rows], {"kind": "wage", "members": [{"kind": "wage", **row}, {"kind": "none", **row}]}
    )
    assert [set(member) for member in answers.values["members"]] == [
        {"kind", "own", "mine", "above", "first"},
        {"kind", "above"},
    ]
