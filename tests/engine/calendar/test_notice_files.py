"""Notice files: the shipped ones are right, and a wrong one is refused with its line."""

from __future__ import annotations

from datetime import date

import pytest
from chinese_calendar.constants import holidays, workdays

from engine.calendar import Calendar, read_notice, shipped_notices
from engine.errors import InvalidInput

GOOD = """\
year: 2027
number: 国办发明电〔2026〕0号
date: 2026-11-30
off:
  元旦: [2027-01-01, 2027-01-02]
  劳动节: [2027-05-01, 2027-05-02]
  国庆节: [2027-10-01, 2027-10-02, 2027-10-03]
on:
  国庆节: [2027-10-09]
"""


def test_it_reads_the_good_example():
    notice = read_notice(GOOD, "2027.yaml")
    assert (notice.year, notice.number) == (2027, "国办发明电〔2026〕0号")
    assert notice.issued_on == date(2026, 11, 30)
    assert notice.off[date(2027, 1, 2)] == "元旦"
    assert notice.on == {date(2027, 10, 9): "国庆节"}


def test_it_ships_a_notice_for_2026_that_equals_the_package():
    """The same year from two sources proves the file format."""
    # given
    (notice,) = [each for each in shipped_notices() if each.year == 2026]
    # then
    assert set(notice.off) == {day for day in holidays if day.year == 2026}
    assert set(notice.on) == {day for day in workdays if day.year == 2026}
    with_notice, without = Calendar.standard([notice]), Calendar.standard([])
    for day in [*notice.off, *notice.on]:
        assert with_notice.explain(day) == without.explain(day)


@pytest.mark.parametrize("notice", shipped_notices(), ids=lambda notice: str(notice.year))
def test_it_names_each_shipped_file_after_its_year(notice):
    years = [each.year for each in shipped_notices()]
    assert years == sorted(set(years))
    assert notice.issued_on.year in {notice.year - 1, notice.year}


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("year: 2027", "year: next", 1, "a year from 2025 to 2199, but got 'next'"),
        ("year: 2027", "year: 99999999999999999999", 1, "a year from"),
        ("year: 2027\n", "", 1, "the key 'year', but it is missing"),
        ("number: 国办发明电〔2026〕0号", "number: ''", 2, "the notice's number"),
        ("date: 2026-11-30", "date: 30.11.2026", 3, "a date such as 2026-01-01, but got '30.11.2026'"),
        ("date: 2026-11-30", "date: 20261130", 3, "a date such as 2026-01-01, but got '20261130'"),
        ("date: 2026-11-30", "date: 2024-11-30", 3, "a notice issued in 2026 or 2027, but got 2024-11-30"),
        ("date: 2026-11-30", "date: 2026-11-30\nholidays: {}", 4, "only the keys year, number"),
        ("date: 2026-11-30", "date: 2026-11-30\ndate: 2026-11-30", 4, "each key once, but 'date'"),
        ("2027-01-02]", "2027-02-30]", 5, "a date such as 2026-01-01, but got '2027-02-30'"),
        ("2027-01-02]", "2028-01-02]", 5, "a date of 2027 or of the December before, but got 2028-01-02"),
        ("2027-01-02]", "2026-11-30]", 5, "a date of 2027 or of the December before, but got 2026-11-30"),
        ("2027-01-02]", "2027-01-01]", 5, "each day once, either off or on, but 2027-01-01"),
        ("2027-01-02]", "[2027-01-02]]", 5, "a date such as 2026-01-01"),
        ("[2027-01-01, 2027-01-02]", "2027-01-01", 5, "a list of dates for '元旦'"),
        ("2027-10-01, ", "", 5, "the statutory holiday 2027-10-01 among the days off"),
        ("[2027-10-09]", "[2027-10-03]", 9, "each day once, either off or on, but 2027-10-03"),
        ("[2027-10-09]", "[2027-10-08]", 9, "a Saturday or Sunday to be worked, but 2027-10-08"),
        ("on:\n  国庆节: [2027-10-09]", "on: [2027-10-09]", 8, "names of holidays, each with its days"),
        ("year: 2027", "year: [2027", 2, "Expected YAML"),
    ],
)
def test_it_says_in_which_line_a_notice_is_wrong_and_what_was_expected(old, new, line, problem):
    # given
    assert old in GOOD
    text = GOOD.replace(old, new)
    # when
    with pytest.raises(InvalidInput) as refusal:
        read_notice(text, "2027.yaml")
    # then
    assert problem in refusal.value.message
    assert refusal.value.message.startswith(f"2027.yaml, line {line}: Expected ")
    assert refusal.value.details == {"file": "2027.yaml", "line": line}
    assert refusal.value.code == "invalid_notice"


@pytest.mark.parametrize(
    "text", ["", "[]", "- - -", "[" * 10_000, "\0", "&a [*a]", "x" * 30_000, "? {a: b}\n: c"]
)
def test_it_refuses_anything_that_is_no_notice(text):
    with pytest.raises(InvalidInput, match="Expected"):
        read_notice(text, "2027.yaml")


def test_it_refuses_two_notices_for_one_year():
    notice = read_notice(GOOD, "2027.yaml")
    with pytest.raises(InvalidInput, match="Expected one notice a year"):
        Calendar.standard([notice, notice])
