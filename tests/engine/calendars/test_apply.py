"""A change of the calendar moves the dates that rest on it: what was promised, tasks, inboxes, warnings, jobs."""

from __future__ import annotations

import pytest

from engine.calendar_changes import applying
from engine.cases import read_case
from engine.errors import InvalidState, NotAllowed

from ..bundles import boundary, bundle, chain, node, start_and_end, timer, user_task
from ..support import ALICE, QINGHE, SHIQIAO, SUPERVISOR
from .conftest import REASON, deadline, service, watched


def test_a_closed_day_moves_clock_task_and_inbox_in_one_step(district):
    """12 working days from Monday 2 March end on the 18th; one of them is closed."""
    story = district.begin()
    assert story.due("promise") == story.due("ask") == "2026-03-18T17:00"

    moved = district.apply(district.close("03-10"))

    assert moved == 1
    assert story.due("promise") == story.due("ask") == "2026-03-19T17:00"
    story.check()


def test_the_history_says_both_dates_both_versions_who_and_why(district):
    story = district.begin()
    before = district.runtime.calendars.known.of(QINGHE)
    row = district.close("03-10")
    district.apply(row)

    link = story.links[-1]
    (event,) = link.payload["events"]
    assert (link.event, link.actor) == ("calendar_changed", SUPERVISOR.person_id)
    assert (link.payload["change"], link.payload["reason"]) == (row.id, REASON)
    assert event["deadline"] == "promise"
    assert f"{event['was']:%m-%d %H:%M}" == "03-18 09:00"  # UTC
    assert f"{event['due_at']:%m-%d %H:%M}" == "03-19 09:00"
    assert event["from"] == before.version
    assert event["calendar"] == district.runtime.calendars.known.of(QINGHE).version


def test_what_was_foreseen_is_what_happens(district):
    district.begin()
    row = district.close("03-10")
    district.look(row)
    (foreseen,) = district.moves(row, "foreseen")
    district.apply(row)
    (moved,) = district.moves(row, "moved")

    assert foreseen.report == moved.report
    assert [one.element_id for one in moved.report.tasks] == ["ask"]


def test_looking_changes_no_case(district):
    story = district.begin()
    before = story.links
    district.look(district.close("03-10"))

    assert story.links == before
    assert story.due("promise") == "2026-03-18T17:00"


def test_a_case_of_another_office_stays(district):
    story = district.begin()

    assert district.apply(district.close("03-10", office=SHIQIAO)) == 0
    assert story.due("promise") == "2026-03-18T17:00"


def test_the_district_decides_for_offices_without_a_word_of_their_own_and_the_nearest_office_first(district):
    story = district.begin()

    district.apply(district.close("03-10", office=1))
    assert story.due("promise") == "2026-03-19T17:00"

    district.apply(district.open("03-10"))
    assert story.due("promise") == "2026-03-18T17:00"


def test_a_case_that_goes_on_before_it_was_moved_follows_in_that_very_step(district):
    story = district.begin(service(tasks=user_task("ask") + user_task("then"), order=("ask", "then")))
    row = district.close("03-10")
    district.approve(row)

    story.do("ask")

    assert story.due("promise") == story.due("then") == "2026-03-19T17:00"
    assert len(story.events("calendar_changed")) == 1
    assert "calendar_changed" not in [
        link.event for link in story.links
    ]  # it stands in the link of the claim
    district.go_on(row)
    assert [one.listed.row.state for one in district.moves(row)] == ["moved"]


def test_a_case_that_starts_after_the_approval_counts_by_the_new_calendar_at_once(district):
    district.apply(district.close("03-10"))

    assert district.begin().due("promise") == "2026-03-19T17:00"


def test_a_killed_process_loses_nothing_and_nobody_is_moved_twice(district):
    """After some cases the process dies between a case's step and its note; another goes on."""
    stories = [district.begin() for _ in range(5)]
    row = district.close("03-10")
    district.approve(row)
    applying.go_on(district.runtime, row.id, size=2, budget_s=0)
    store = district.runtime.calendars._store
    kept = store.change(row.id)
    applying.go_on(district.runtime, row.id, size=2, budget_s=0)
    later = store.change(row.id)
    store.put_change(later, kept)  # as if the second call had been killed before it noted its place

    district.go_on(row, size=2)

    assert {story.due("promise") for story in stories} == {"2026-03-19T17:00"}
    for story in stories:
        assert [link.event for link in story.links].count("calendar_changed") == 1
    assert len(district.moves(row, "moved")) == 5
    assert district.runtime.calendars._store.change(row.id).state == "applied"


def test_a_change_leaves_to_the_next_one_what_only_that_one_moves(district, monkeypatch):
    """The first change comes by a case again, since it was killed before it noted that the case has moved."""

    def killed(*_given):
        raise KeyboardInterrupt

    story, first = district.begin(), district.close("03-10")
    district.approve(first)
    with monkeypatch.context() as here:
        here.setattr(type(district.runtime.calendars._store), "put_change", killed)
        with pytest.raises(KeyboardInterrupt):
            applying.go_on(district.runtime, first.id)
    second = district.close("03-10", "03-11")
    district.approve(second)

    district.go_on(first)
    assert story.due("promise") == "2026-03-19T17:00"
    assert len(district.moves(first, "moved")) == 1

    district.go_on(second)
    assert story.due("promise") == "2026-03-20T17:00"
    told = [link.payload["change"] for link in story.links if link.event == "calendar_changed"]
    assert told == [first.id, second.id]


def test_a_clock_that_was_missed_stays_missed_and_is_told(district):
    """What ran out before the calendar came into force did run out: the applicant has waited."""
    story = district.begin(service(deadline(limit="5 WD"))).later(days=8)
    assert story.deadlines == {"promise": "breached"}
    row = district.close("03-05", "03-06")
    district.apply(row)

    assert story.deadlines == {"promise": "breached"}
    assert story.due("promise") == "2026-03-09T17:00"
    (seen,) = district.moves(row)
    assert seen.listed.row.state == "missed"
    (stays,) = seen.report.stays
    assert stays.due_at < stays.would_be
    assert story.do("ask").deadlines == {"promise": "breached"}


def test_a_clock_that_ran_out_unseen_before_the_approval_is_missed_all_the_same(district):
    """Nobody looked after the clocks over that moment; that a new calendar came first to it excuses nobody."""
    story = district.begin(service(deadline(limit="5 WD")))
    district.world.clock.move(days=8)
    district.apply(district.close("03-05", "03-06"))

    story.settle()

    assert story.deadlines == {"promise": "breached"}
    assert story.due("promise") == "2026-03-09T17:00"


def test_a_date_that_comes_after_the_approval_but_before_the_case_was_moved_is_not_missed(district):
    story = district.begin(service(deadline(limit="5 WD")))
    district.approve(district.close("03-05"))

    story.later(days=7, hours=8)  # Monday the 9th, 18:15: past the old date, before the new one

    assert story.deadlines == {"promise": "running"}
    assert story.due("promise") == "2026-03-10T17:00"


def test_a_day_that_is_worked_after_all_may_bring_a_date_forward_and_miss_it(district):
    """The 7th is a Saturday; on Monday the 9th at 18:15 it is declared to have been worked."""
    story = district.begin(service(deadline(limit="6 WD"))).later(days=7, hours=8)
    assert story.due("promise") == "2026-03-10T17:00"

    district.apply(district.open("03-07"))
    story.settle()

    assert story.due("promise") == "2026-03-09T17:00"
    assert story.deadlines == {"promise": "breached"}


def test_warnings_are_counted_anew_and_call_again(district):
    """The call of the 16th was made that morning; the storm of the 16th and 17th moves it to the 18th."""
    story = district.begin(service(deadline(warn="2 WD"))).later(days=14)
    assert len(story.events("deadline_warned")) == 1

    district.apply(district.close("03-16", "03-17"))
    assert story.tasks()[0].at_risk == 0
    story.later(days=4)

    assert story.due("promise") == "2026-03-20T17:00"
    assert len(story.events("deadline_warned")) == 2


def test_a_boundary_event_moves_with_its_deadline(district):
    """What the diagram does on the breach it does on the new date, not on the old one."""
    on = '<linbang:onDeadline deadline="promise"/>'
    body = (
        watched(deadline(limit="5 WD"))
        + user_task("ask")
        + boundary("struck", "ask", timer("PT1S"), inner=on, cancel=False)
        + user_task("hurry")
        + start_and_end("ask")
        + node("endEvent", "hurried")
        + chain("struck", "hurry", "hurried")
    )
    story = district.begin(bundle(body))
    district.apply(district.close("03-05"))

    assert story.later(days=7, hours=8).open == ["ask"]
    assert story.later(days=1).open == ["ask", "hurry"]


def test_an_ended_clock_is_never_counted_anew(district):
    """Its day ledger goes on saying what was true when it ended."""
    story = district.begin().later(days=4).do("ask")
    before = _clock(district, story)

    district.apply(district.close("03-05"))

    assert _clock(district, story) == before
    assert before.state.value == "kept"


def _clock(district, story):
    (clock,) = read_case(district.runtime, story.store, story.case_id, SUPERVISOR).clocks
    return clock


def test_a_paused_clock_follows_too(district):
    pause = '<linbang:pause reason="away"/>'
    body = (
        watched(deadline()) + user_task("wait", inner=pause) + user_task("ask") + start_and_end("wait", "ask")
    )
    story = district.begin(bundle(body, pauses__yaml=b"away: {basis: x, name: {zh: x, en: x}}\n"))
    story.later(days=1)
    district.apply(district.close("03-10"))

    story.do("wait")

    # Paused from the 2nd to the 3rd: one day dropped; and the closed one.
    assert story.due("ask") == "2026-03-20T17:00"


def test_only_a_supervisor_above_the_office_or_an_operator_decides(district):
    row = district.close("03-10")
    district.look(row)

    with pytest.raises(NotAllowed):
        applying.approve(district.runtime, ALICE, row.id, REASON)


def test_a_change_that_was_overtaken_is_looked_at_anew(district):
    district.begin()
    first, second = district.close("03-10"), district.close("03-11")
    district.look(second)
    district.apply(first)

    with pytest.raises(InvalidState) as caught:
        applying.approve(district.runtime, SUPERVISOR, second.id, REASON)
    assert caught.value.code == "calendar_moved_on"

    district.apply(second)
    assert len(district.moves(second, "moved")) == 1


def test_a_discarded_change_moves_nothing_and_stays_on_record(district):
    story = district.begin()
    row = district.close("03-10")
    district.look(row)
    applying.discard(district.runtime, SUPERVISOR, row.id, "It was the wrong week.")

    assert story.due("promise") == "2026-03-18T17:00"
    with pytest.raises(InvalidState):
        applying.approve(district.runtime, SUPERVISOR, row.id, REASON)
