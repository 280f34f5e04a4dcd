"""Charts are places on a drawing that nothing leaves, whatever the numbers are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.charts import bar_chart, line_chart, share_chart
from webui.charts.drawing import HEIGHT, WIDTH

VALUES = st.lists(st.none() | st.integers(0, 10**7), min_size=1, max_size=30)


@given(VALUES)
def test_bars_stay_on_the_drawing_and_differ_as_their_numbers_do(values: list[int | None]) -> None:
    chart = bar_chart([str(place) for place in range(len(values))], [("a", values), ("b", values)])

    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
    order = sorted(zip((value or 0 for value in values), chart.bars, strict=False), key=lambda one: one[0])
    assert [bar.height for _, bar in order] == sorted(bar.height for _, bar in order)


@given(VALUES)
def test_a_line_has_a_mark_for_each_number_and_a_gap_for_none(values: list[int | None]) -> None:
    chart = line_chart([str(place) for place in range(len(values))], [("a", values)])

    assert len(chart.marks) == sum(value is not None for value in values)
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.y <= HEIGHT for mark in chart.marks)


def test_a_gap_begins_the_line_anew() -> None:
    chart = line_chart(["a", "b", "c"], [("x", [1, None, 2])])

    assert chart.paths[0][1].count("M") == 2


@pytest.mark.parametrize(
    ("most", "words"),
    [(8, "0 2 4 6 8 10"), (17, "0 5 10 15 20"), (42, "0 10 20 30 40 50"), (1, "0 1"), (0, "0 1")],
)
def test_an_axis_has_round_numbers(most: int, words: str) -> None:
    assert " ".join(one.words for one in bar_chart(["a"], [("x", [most])]).up) == words


def test_words_below_leave_room_for_each_other() -> None:
    chart = bar_chart([str(week) for week in range(40)], [("x", [1] * 40)])

    assert len(chart.across) <= 6
    assert chart.across[-1].words == "39"


def test_shares_fill_the_whole_width() -> None:
    chart = share_chart([("good", 3), ("bad", 1)])

    assert [bar.width for bar in chart.bars] == [WIDTH * 0.75, WIDTH * 0.25]
    assert share_chart([("good", 0)]).bars[0].width == 0
