"""Values that go out and come in: exact numbers, days and moments, and nothing that only looks like one."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from connectors.operations import Amount, Count, Day, Moment, flag

MOMENT = datetime(2026, 3, 3, 17, 0, tzinfo=timezone(timedelta(hours=8)))


class Values(Schema):
    day = Day()
    moment = Moment()
    count = Count(highest=6)
    amount = Amount()
    yes = flag(required=False)


def taken(**value: Any) -> Any:
    """Give what becomes of a value, or None when it is refused."""
    try:
        (found,) = Values().load(value).values()
    except ValidationError:
        return None
    return found


@pytest.mark.parametrize(
    "given_",
    [
        MOMENT,
        datetime(2026, 3, 3, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
        "2026-03-03T17:00:00+08:00",
        "2026-03-03T09:00:00Z",
        "2026-03-03T17:00:00@Asia/Shanghai",
    ],
    ids=["a date and time", "with a zone", "ISO", "UTC", "as FEEL writes it"],
)
def test_a_moment_is_the_same_however_it_is_written(given_: Any) -> None:
    """A diagram's `string(now() + duration("PT24H"))` names the zone."""
    assert taken(moment=given_) == MOMENT


@pytest.mark.parametrize(
    "given_",
    [
        "2026-03-03T17:00:00",
        datetime(2026, 3, 3, 17, 0),
        "2026-03-03T17:00:00@Nowhere/Town",
        "2026-03-03T17:00:00@../../etc/passwd",
        "soon",
        "",
        17,
        None,
        date(2026, 3, 3),
    ],
)
def test_a_moment_without_its_place_on_earth_is_none(given_: Any) -> None:
    assert taken(moment=given_) is None


@pytest.mark.parametrize("given_", [date(2026, 3, 2), "2026-03-02"])
def test_a_day_is_the_same_however_it_is_written(given_: Any) -> None:
    assert taken(day=given_) == date(2026, 3, 2)


@pytest.mark.parametrize("given_", [MOMENT, "2026-03-02T10:15:00", "2026-02-30", "", 20260302, None])
def test_a_day_is_nothing_else(given_: Any) -> None:
    assert taken(day=given_) is None


@pytest.mark.parametrize("given_", [7, -1, 1.0, "3", True, None])
def test_a_count_stays_in_its_range(given_: Any) -> None:
    assert taken(count=given_) is None


@pytest.mark.parametrize("given_", ["true", 1, "yes", None])
def test_only_true_is_true(given_: Any) -> None:
    """Consent is no text that somebody could have mistyped."""
    assert taken(yes=given_) is None


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats(), st.booleans(), st.none(), st.dates()))
def test_any_value_is_taken_or_refused_without_a_traceback(value: Any) -> None:
    for name in ("day", "moment", "count", "amount", "yes"):
        taken(**{name: value})
