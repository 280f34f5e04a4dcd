"""The clocks of a moved case: start, pauses and ledger stay, the new version's limit counts from the old start."""

from __future__ import annotations

from engine.definitions import Bundle

from ..bundles import bundle, extensions, start_and_end, user_task
from ..story import Story
from .conftest import Moving
from .test_follow import line

PAUSES = {"pauses__yaml": b"away: {basis: x, name: {zh: x, en: x}}\n"}


def clock(limit: str, *, kind: str = "statutory", name: str = "promise", more: str = "") -> str:
    return f'<linbang:deadline id="{name}" kind="{kind}" limit="{limit}" {more}/>'


def watched(*clocks: str, inner: str = "", **files: bytes) -> Bundle:
    body = user_task("ask", inner=inner) + user_task("check") + start_and_end("ask", "check")
    return bundle(extensions("".join(clocks)) + body, **files)


def test_it_takes_the_new_limit_from_the_old_start(moving: Moving) -> None:
    story = moving.begin(watched(clock("10 D")))
    story.later(days=4)

    seen = moving.move(story, watched(clock("5 D")))

    assert (story.due("promise"), story.due("ask")) == ("2026-03-10T00:00", "2026-03-10T00:00")
    (told,) = moving.case(seen).report.clocks
    assert (told.limit, told.new_limit) == ("10 D", "5 D")
    assert told.new_due_at < (told.due_at or 0)
    assert story.later(days=1).deadlines == {"promise": "running"}
    assert story.later(days=3).deadlines == {"promise": "breached"}


def test_the_history_names_each_due_date_that_changed(moving: Moving) -> None:
    story = moving.begin(watched(clock("10 D")))

    moving.move(story, watched(clock("20 D")))

    ((name, old, new, due, new_due),) = story.links[-1].payload["clocks"]
    assert (name, old, new) == ("promise", "10 D", "20 D")
    assert new_due > due


def test_a_breach_stays_one(moving: Moving) -> None:
    story = moving.begin(watched(clock("3 D")))
    story.later(days=9)

    moving.move(story, watched(clock("30 D")))

    assert story.later(days=1).deadlines == {"promise": "breached"}


def test_a_pause_goes_on_over_the_move(moving: Moving) -> None:
    pause = '<linbang:pause reason="away"/>'
    story = moving.begin(watched(clock("5 WD", kind="promised"), inner=pause, **PAUSES))
    story.later(days=2)

    moving.move(story, watched(clock("8 WD", kind="promised"), inner=pause, **PAUSES))

    assert story.deadlines == {"promise": "paused"}
    story.later(days=1)
    story.do("ask")
    assert story.due("promise") == "2026-03-17T17:00"


def test_a_clock_that_was_added_counts_from_when_the_case_began(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))
    story.later(days=2)

    moving.move(story, watched(clock("10 D")))

    assert story.due("promise") == "2026-03-13T00:00"
    assert story.due("ask") == "2026-03-13T00:00"
    assert story.do("ask").do("check").deadlines == {"promise": "kept"}


def test_a_clock_that_was_added_counts_from_the_element_that_starts_it(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))
    story.later(days=2)
    story.do("ask").later(days=1)

    moving.move(story, watched(clock("10 D", more='startsOn="check"')))

    assert story.due("promise") == "2026-03-17T00:00"


def test_a_clock_whose_start_lies_ahead_begins_there(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))

    moving.move(story, watched(clock("10 D", more='startsOn="check"')))

    assert story.deadlines == {}
    assert story.do("ask").deadlines == {"promise": "running"}


def test_a_clock_on_an_open_task_counts_from_when_it_was_opened(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))
    story.later(days=2)

    moving.move(story, watched(inner=clock("3 D")))

    assert story.due("ask") == "2026-03-06T00:00"


def test_it_refuses_to_lose_a_running_clock(moving: Moving) -> None:
    moving.begin(watched(clock("10 D")))

    assert moving.refusal(watched()) == ("clock_removed", "promise")


def test_a_clock_that_has_ended_may_be_gone(moving: Moving) -> None:
    story = moving.begin(watched(clock("10 D", more='endsOn="check"'))).do("ask")

    moving.move(story, watched())

    assert story.do("check").outcome == "done"


def test_it_refuses_another_kind_of_clock(moving: Moving) -> None:
    moving.begin(watched(clock("10 D")))

    assert moving.refusal(watched(clock("10 D", kind="internal"))) == ("clock_kind", "promise")


def test_it_puts_back_the_due_dates(moving: Moving) -> None:
    story = moving.begin(watched(clock("10 D")))
    before = (story.due("promise"), story.due("ask"))
    seen = moving.move(story, watched(clock("5 D"), clock("2 D", name="other")))
    assert moving_due(story) != before

    moving.undo(seen)

    story.check()
    assert moving_due(story) == before
    assert story.deadlines == {"promise": "running"}


def moving_due(story: Story) -> tuple[str, str]:
    return story.due("promise"), story.due("ask")
