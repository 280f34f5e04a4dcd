"""Values and states go through the codec unchanged, whatever they hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import codec, feel, spiff
from engine.codec import StateUnreadableError, dump_values, load_values
from engine.feel import Range, YearMonthDuration
from engine.spiff.data import merge_branches, same
from engine.values import checked_value

from .stories import played

ENVIRONMENT = feel.Environment(
    now=lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC), zone=ZoneInfo("Asia/Shanghai")
)

moments = st.datetimes(
    dt.datetime(1, 1, 2),
    dt.datetime(9999, 12, 30),
    timezones=st.sampled_from([None, dt.UTC, ZoneInfo("Asia/Shanghai")]),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**30])
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
    | st.dates()
    | moments
    | st.times()
    | st.timedeltas()
    | st.builds(YearMonthDuration, st.integers(-1200, 1200))
)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_every_value_comes_back_as_the_same_value_of_the_same_kind(value: Any) -> None:
    checked_value(value)

    content = dump_values(value)

    again = load_values(content)
    assert same(again, value)
    assert dump_values(again) == content


@pytest.mark.parametrize(
    "text",
    [
        "[1..10]",
        "(1..2.5)",
        '[date("2026-01-01")..date("2026-12-31")]',
        "(> 5)",
        '[duration("P3D")..duration("P4D")]',
        "[1..99999999999999999999]",
    ],
)
def test_ranges_come_back(text: str) -> None:
    value = feel.compile(text, names=frozenset()).evaluate({}, ENVIRONMENT)
    assert isinstance(value, Range)

    again = load_values(dump_values({"range": value}))["range"]

    assert [getattr(again, name) for name in Range.__slots__] == [
        getattr(value, name) for name in Range.__slots__
    ]


@pytest.mark.parametrize("number", ["1", "1.00", "0.1", "-0", "1E+3", "123456789012345678901234567890.12"])
def test_a_decimal_keeps_its_digits(number: str) -> None:
    assert str(load_values(dump_values([Decimal(number)]))[0]) == str(Decimal(number))


def test_a_value_that_is_no_plain_data_is_refused() -> None:
    with pytest.raises(TypeError):
        dump_values({"x": object()})


def test_a_state_of_another_format_is_refused_by_name() -> None:
    with pytest.raises(StateUnreadableError):
        codec.load(dump_values({"v": 99}), None, None)  # type: ignore[arg-type]  # never looked at


@given(
    st.dictionaries(names, values, max_size=4),
    st.lists(st.dictionaries(names, values, max_size=3), max_size=3),
    st.data(),
)
def test_merging_branches_keeps_every_change_that_only_one_made(
    base: dict[str, Any], changes: list[dict[str, Any]], data: st.DataObject
) -> None:
    branches = [{**base, **change} for change in changes]
    before = dump_values([base, branches])

    merged = merge_branches(base, branches)

    for key, value in merged.items():
        written = [
            change[key]
            for change in changes
            if key in change and not same(change[key], base.get(key, object()))
        ]
        assert same(value, written[-1] if written else base[key])
    assert merged.keys() == base.keys() | {key for change in changes for key in change}
    assert dump_values([base, branches]) == before


@pytest.mark.only_sqlite  # the bytes know nothing of the database
def test_every_state_of_every_story_loads_as_it_was_saved() -> None:
    """The same tokens rest with the same variables, and saving again gives the same bytes."""
    definition = played().definition
    engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
    for saved in played().states:
        workflow, extra = codec.load(saved.content, definition.specs, engine)
        found = {} if workflow.completed else spiff.resting(workflow)
        assert found.keys() == saved.resting.keys()
        for number, item in found.items():
            assert (item.element_id, item.kind) == saved.resting[number][:2]
            assert same(dict(item.data), saved.resting[number][2])
        assert codec.dump(workflow, extra) == saved.content
    assert len(played().states) > 300
