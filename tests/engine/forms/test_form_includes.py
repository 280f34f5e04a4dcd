"""A form that holds the fields of another: their checks too, each id once, never in a circle."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import forms
from engine.forms.includes import MAX_INCLUDED


def text(key, **more):
    return {"type": "textfield", "key": key, **more}


def including(form, **more):
    return {"type": "group", "id": f"group_{form}", "properties": {"linbang:includes": form}, **more}


def schema(*components, **more):
    return {"type": "default", "components": list(components), **more}


def keys(found):
    """List the names of the fields, those inside of groups too."""
    for component in found["components"]:
        if "key" in component:
            yield component["key"]
        yield from keys({"components": component.get("components", ())})


def test_the_group_holds_the_fields_of_the_form():
    schemas = {
        "own": schema(text("a"), including("person", components=[text("b")]), text("d")),
        "person": schema(text("c")),
    }
    before = copy.deepcopy(schemas)

    found = forms.expand("own", schemas)

    assert list(keys(found.schema)) == ["a", "b", "c", "d"]
    assert [part.form for part in found.included] == ["person"]
    assert schemas == before


def test_a_form_that_includes_nothing_stays_the_same_object():
    schemas = {"own": schema(text("a"))}

    assert forms.expand("own", schemas).schema is schemas["own"]


def test_an_included_form_may_include_another():
    schemas = {
        "own": schema(including("person")),
        "person": schema(text("a"), including("agent")),
        "agent": schema(text("b")),
    }

    assert list(keys(forms.expand("own", schemas).schema)) == ["a", "b"]


def test_checks_over_several_fields_come_along(read):
    check = {"check": "a != b", "field": "b", "text": "same"}
    schemas = {
        "own": schema(including("person"), text("c")),
        "person": schema(text("a"), text("b"), **{"linbang:checks": [check]}),
    }

    expanded = forms.expand("own", schemas).schema
    answers = read(
        expanded["components"],
        {"a": "x", "b": "x", "c": "y"},
        **{"linbang:checks": expanded["linbang:checks"]},
    )

    assert [(problem.path, problem.params["text"]) for problem in answers.problems] == [("b", "same")]


def test_an_id_that_is_taken_gets_the_name_of_its_form():
    note = {"type": "text", "id": "note", "text": "Read this."}
    schemas = {
        "own": schema(note, including("person")),
        "person": schema({**note, "text": "And this."}, text("a", id="field")),
    }

    found = forms.expand("own", schemas)

    ids = [part["id"] for part in found.schema["components"][1]["components"]]
    assert ids == ["person_note", "field"]
    assert dict(found.included[0].renamed) == {"note": "person_note"}


@pytest.mark.parametrize(
    ("own", "person", "code"),
    [
        (schema(including("nowhere")), schema(), "includes_unknown"),
        (schema(including("own")), schema(), "includes_recursive"),
        (schema(including("person")), schema(including("own")), "includes_recursive"),
        (schema(including("person", path="p")), schema(text("a")), "includes_misplaced"),
        (schema({"type": "group", "path": "p", "components": [including("person")]}), schema(text("a")), "includes_misplaced"),
        (schema({"type": "dynamiclist", "path": "p", "components": [including("person")]}), schema(text("a")), "includes_misplaced"),
        (schema(*[including("person")] * (MAX_INCLUDED + 1)), schema(), "includes_many"),
    ],
)  # fmt: skip
def test_an_include_that_cannot_be_carried_out_is_told_and_stays_empty(own, person, code):
    found = forms.expand("own", {"own": own, "person": person})

    assert [problem[0] for problem in found.problems] == [code]
    assert all(problem[2].startswith("Expected ") for problem in found.problems)


def test_forms_that_include_each_other_many_times_over_end():
    """Each of ten forms includes the next one twice: a thousand fields are not made."""
    schemas = {f"f{number}": schema(*[including(f"f{number + 1}")] * 2) for number in range(10)}

    found = forms.expand("f0", {**schemas, "f10": schema(text("a"))})

    assert len(found.included) == MAX_INCLUDED


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["components", "properties", "id", "key", "path", "type", "linbang:includes", "linbang:checks"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(_anything)
def test_whatever_a_form_holds_expanding_goes_on(value):
    found = forms.expand("own", {"own": {"components": value}, "person": {"components": value}})

    assert isinstance(forms.check_schema(found.schema, filename="own.form.json"), list)
