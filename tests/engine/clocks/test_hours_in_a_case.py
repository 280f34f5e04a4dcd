"""A case whose clock runs by the hour: due dates, warnings, breaches, and what a promise may not be."""

from __future__ import annotations

import pytest

from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.story import begin


def asking(limit, *, kind="internal", warn=""):
    """Make a service with one task that such a clock watches."""
    levels = f' warn="{warn}"' if warn else ""
    clock = f'<linbang:deadline id="reply" kind="{kind}" limit="{limit}"{levels}/>'
    return bundle(user_task("ask", inner=clock) + start_and_end("ask"))


def test_a_task_is_due_after_so_many_hours(world):
    """Started on Monday 2 March at 10:15."""
    story = begin(world, asking("24 h"))

    assert story.due("ask") == story.due("reply") == "2026-03-03T10:15"
    assert story.do("ask").deadlines == {"reply": "kept"}


def test_it_warns_and_is_missed_at_night(world):
    story = begin(world, asking("12 h", warn="60%, 2 WD, 1 h"))

    story.later(hours=11, minutes=59)
    assert [event["level"] for event in story.events("deadline_warned")] == ["60%", "1 h"]

    story.later(minutes=1)
    assert story.deadlines == {"reply": "breached"}


def test_the_usual_warning_levels_do_for_a_clock_in_hours(world):
    """Two working days left say nothing of it; six tenths do."""
    story = begin(world, asking("10 h")).later(hours=9)

    assert [event["level"] for event in story.events("deadline_warned")] == ["60%"]


@pytest.mark.parametrize(("urgent", "due"), [(True, "2026-03-03T10:15"), (False, "2026-03-04T17:00")])
def test_an_expression_may_choose_between_hours_and_days(world, urgent, due):
    limit = "= if urgent then &quot;24 h&quot; else &quot;2 WD&quot;"

    assert begin(world, asking(limit), urgent=urgent).due("reply") == due


def test_an_expression_that_gives_a_promise_hours_raises_an_incident_and_loses_no_work(world):
    story = begin(world, asking("= limit", kind="promised"), limit="24 h")

    (incident,) = story.incidents
    assert incident.code == "limit_broken"
    assert "'reply'" in incident.message
    assert "24 h" in incident.message
    assert story.do("ask").outcome == "done"
