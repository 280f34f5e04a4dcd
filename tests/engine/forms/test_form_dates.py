import datetime as dt

import pytest

DAY = {"type": "datetime", "key": "day", "subtype": "date"}
TIME = {"type": "datetime", "key": "day", "subtype": "time"}
MOMENT = {"type": "datetime", "key": "day", "subtype": "datetime"}


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (DAY, "2026-03-02", dt.date(2026, 3, 2)),
        (DAY, dt.date(2026, 3, 2), dt.date(2026, 3, 2)),
        (TIME, "10:15", dt.time(10, 15)),
        (MOMENT, "2026-03-02T10:15", dt.datetime(2026, 3, 2, 10, 15)),
    ],
)
def test_it_reads_dates_and_times_as_their_own_types(value_of, field, raw, value):
    found = value_of(field, raw)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("field", "raw", "code"),
    [
        (DAY, "2026-02-30", "not_a_date"),
        (DAY, "20260302", "not_a_date"),
        (DAY, "2026-W10-1", "not_a_date"),
        (DAY, 20260302, "not_a_date"),
        (DAY, dt.datetime(2026, 3, 2), "not_a_date"),
        (TIME, "25:00", "not_a_time"),
        (TIME, "2026-03-02", "not_a_time"),
        (MOMENT, "2026-03-02", "not_a_moment"),
        (MOMENT, "2026-03-02T99:00", "not_a_moment"),
        (MOMENT, dt.date(2026, 3, 2), "not_a_moment"),
    ],
)
def test_it_refuses_what_is_no_date(problem_of, field, raw, code):
    assert problem_of(field, raw) == (code, {})


@pytest.mark.parametrize("raw", ["0202-03-02", "1899-12-31", "2201-01-01"])
def test_it_refuses_years_that_are_slips_of_the_finger(problem_of, raw):
    assert problem_of(DAY, raw) == ("date_out_of_range", {"first": 1900, "last": 2200})


def test_it_refuses_days_that_have_passed_by_the_one_clock(problem_of):
    field = DAY | {"disallowPassedDates": True}
    assert problem_of(field, "2026-03-02") is None
    assert problem_of(field, "2026-03-01") == ("date_passed", {"today": dt.date(2026, 3, 2)})
