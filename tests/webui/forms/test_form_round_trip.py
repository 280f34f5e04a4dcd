"""What is drawn and sent back unchanged is what was there: no answer is lost or altered by a page."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import forms
from webui.forms import parse

OPTIONS = [{"label": "One", "value": 1}, {"label": '"<B>', "value": '"<b>&'}, {"label": "Yes", "value": True}]
LEAVES = [
    {"type": "textfield", "key": "text", "label": "Text"},
    {"type": "textarea", "key": "long", "label": "Long"},
    {"type": "number", "key": "number", "label": "Number", "appearance": {"suffixAdorner": "元"}},
    {"type": "checkbox", "key": "tick", "label": "Tick"},
    {"type": "radio", "key": "one", "label": "One", "values": OPTIONS},
    {"type": "select", "key": "pick", "label": "Pick", "values": OPTIONS},
    {"type": "checklist", "key": "many", "label": "Many", "values": OPTIONS},
    {"type": "taglist", "key": "tags", "label": "Tags", "values": OPTIONS},
    {"type": "datetime", "key": "day", "subtype": "date", "dateLabel": "Day"},
    {"type": "datetime", "key": "time", "subtype": "time", "timeLabel": "Time"},
    {"type": "datetime", "key": "moment", "subtype": "datetime", "dateLabel": "Moment"},
    {"type": "filepicker", "key": "papers", "label": "Papers", "multiple": True},
]
SCHEMA = {
    "components": [
        *LEAVES,
        {"type": "text", "id": "words", "text": "Words"},
        {"type": "group", "label": "Opened", "components": [{"type": "textfield", "key": "inner"}]},
        {"type": "group", "path": "group", "label": "Group", "components": LEAVES},
        {"type": "dynamiclist", "path": "rows", "label": "Rows", "components": LEAVES},
    ]
}
LETTERS = st.characters(exclude_categories=("C", "Zl", "Zp"))
TEXTS = st.none() | st.text(LETTERS, max_size=12)
VALUES = st.sampled_from([option["value"] for option in OPTIONS])
ANSWERS = {
    "text": TEXTS,
    "long": TEXTS | st.lists(st.text(LETTERS, max_size=8), max_size=4).map("\n".join),
    "number": st.none() | st.integers(-(10**12), 10**12) | st.decimals(-(10**6), 10**6, places=3),
    "tick": st.booleans(),
    "one": st.none() | VALUES,
    "pick": st.none() | VALUES,
    "many": st.lists(VALUES, unique_by=str, max_size=3),
    "tags": st.lists(VALUES, unique_by=str, max_size=3),
    "day": st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)),
    "time": st.none() | st.times().map(lambda time: time.replace(second=0, microsecond=0)),
    "moment": st.none()
    | st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)).map(
        lambda m: m.replace(second=0, microsecond=0)
    ),
    "papers": st.lists(st.from_regex("[A-Za-z0-9_-]{1,10}", fullmatch=True), unique=True, max_size=3),
}
PLACE = st.fixed_dictionaries(ANSWERS)
DATA = st.builds(
    lambda top, inner, group, rows: {**top, "inner": inner, "group": group, "rows": rows},
    PLACE,
    TEXTS,
    PLACE,
    st.lists(PLACE, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(DATA)
def test_it_gets_back_every_answer_that_it_drew(draw, submit, evaluate, data):
    expected = forms.read_answers(SCHEMA, data, {}, evaluate)
    assert expected.problems == ()
    posted = parse(SCHEMA, submit(draw(SCHEMA["components"], data)))
    answers = forms.read_answers(SCHEMA, posted, {}, evaluate)
    assert answers.problems == ()
    assert answers.values == expected.values


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("C",)), max_size=20))
def test_it_draws_a_wrong_answer_as_it_was_typed(draw, typed):
    (control,) = draw([LEAVES[2]], {"number": typed}).xpath("//input[@name='number']")
    assert control.get("value") == typed


def test_it_adds_a_row_and_keeps_what_was_typed(draw, submit, evaluate):
    components = [{"type": "dynamiclist", "path": "rows", "label": "Rows", "components": LEAVES[:2]}]
    schema = {"components": components}
    page = draw(components, {"rows": [{"text": "a", "long": "b\nc"}]})
    (button,) = page.xpath("//button[@name='_add']")
    posted = parse(schema, submit(page, ("_add", button.get("value"))))
    again = draw(components, posted)
    assert len(again.xpath("//input[@name='rows.1.text']")) == 1
    assert parse(schema, submit(again))["rows"][0] == {"text": "a", "long": "b\r\nc"}


def test_it_removes_the_row_whose_button_was_pressed(draw, submit):
    components = [{"type": "dynamiclist", "path": "rows", "label": "Rows", "components": LEAVES[:1]}]
    page = draw(components, {"rows": [{"text": "a"}, {"text": "b"}]})
    first = page.xpath("//button[@name='_remove']")[0]
    posted = parse({"components": components}, submit(page, ("_remove", first.get("value"))))
    assert posted == {"rows": [{"text": "b"}]}


def test_it_keeps_a_row_in_which_nothing_was_chosen(draw, submit):
    """A browser posts nothing of radio buttons that nobody chose; the row must not vanish."""
    components = [{"type": "dynamiclist", "path": "rows", "label": "Rows", "components": [LEAVES[4]]}]
    page = draw(components, {"rows": [{}, {"one": 1}]})
    assert parse({"components": components}, submit(page)) == {"rows": [{}, {"one": "1"}]}
