"""How a clock in hours is said on the case page, in both languages."""

from __future__ import annotations

import pytest

from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.relations.pages import case_page, visitor
from tests.engine.story import begin
from tests.engine.support import CLERK

CLOCK = '<linbang:deadline id="reply" kind="internal" limit="30 h" warn="4 h"/>'


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["30 hours", "20 hours left", "Counted by the hour, on days of rest too: 13:45", "(4 hours)"]),
        ("zh", ["30小时", "剩 20 小时", "按小时计算，休息日也计算在内：13:45", "4小时"]),
    ],
)
def test_it_says_hours_where_it_counts_hours(world, tmp_path, language, words):
    """Started on a Monday at 10:15 and looked at ten hours later; the warning comes in the last four."""
    story = begin(world, bundle(user_task("ask", inner=CLOCK) + start_and_end("ask"))).later(hours=10)
    visit = visitor(world, tmp_path, CLERK)

    page = case_page(visit, CLERK, story.case_id, language)
    story.later(hours=17)
    later = case_page(visit, CLERK, story.case_id, language)

    assert [word for word in words[:-1] if word.replace("：", ": ") not in page.replace("：", ": ")] == []
    assert words[-1] in later


def test_it_says_how_many_hours_it_is_late(world, tmp_path):
    story = begin(world, bundle(user_task("ask", inner=CLOCK) + start_and_end("ask"))).later(hours=33)

    assert "4 hours late" in case_page(visitor(world, tmp_path, CLERK), CLERK, story.case_id)
