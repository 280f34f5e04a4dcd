"""Money is paid by the last working day up to the 9th of a month."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendar import Calendar

# Every month of two years whose 9th is no working day. 2026-05-09 is a Saturday too, but worked.
EARLIER = {
    (2025, 2): date(2025, 2, 8),  # a Sunday's 9th; the Saturday before it is a make-up day
    (2025, 3): date(2025, 3, 7),
    (2025, 8): date(2025, 8, 8),
    (2025, 11): date(2025, 11, 7),
    (2026, 8): date(2026, 8, 7),
}


@pytest.mark.parametrize(
    ("year", "month"), [(year, month) for year in (2025, 2026) for month in range(1, 13)]
)
def test_it_finds_the_last_working_day_up_to_the_ninth(year, month):
    pay_by = Calendar.standard().add_working_days(date(year, month, 10), -1)
    assert pay_by == EARLIER.get((year, month), date(year, month, 9))


def test_it_pays_on_a_make_up_saturday_that_is_the_ninth():
    assert Calendar.standard().add_working_days(date(2026, 5, 10), -1) == date(2026, 5, 9)
