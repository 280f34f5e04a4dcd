"""An extension beside everything else that moves clocks: pauses, events that follow them, calendars, versions, undoing."""

from __future__ import annotations

import pytest

from engine.clock_audit import retell
from tests.engine.bundles import boundary, chain, node, small_body, subprocess, timer, user_task
from tests.engine.calendars.conftest import District
from tests.engine.migration.conftest import Moving
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, World

from .conftest import LAW, PROMISE, RULES, extend, faults, service

PAUSING = '<linbang:pause reason="waiting"/>'
ALONE = RULES.replace("  hands_over: [promise]\n", "")


def levels(story: Story) -> list[str]:
    return [one["level"] for one in story.events("deadline_warned") if one["deadline"] == "law"]


def test_a_paused_promise_is_extended_and_goes_on_standing_still(staff: World) -> None:
    """Twelve working days, three of them paused, are due on the 23rd; twenty on the 2nd of April."""
    story = begin(staff, service(inner=PAUSING, rules=ALONE)).later(days=1)

    extend(story, clock="promise:0", reason="flood")
    assert story.deadlines == {"law": "running", "promise": "paused"}
    story.later(days=2).do("ask")

    assert story.due("promise") == "2026-04-02T17:00"
    assert faults(story) == []


def test_a_pause_after_the_extension_counts_on_the_longer_limit(staff: World) -> None:
    body = user_task("ask") + user_task("wait", inner=PAUSING) + user_task("check")
    story = begin(staff, service(body=body, order=("ask", "wait", "check"), rules=ALONE))

    extend(story, clock="promise:0", reason="flood").do("ask")
    story.later(days=3).do("wait")

    assert story.due("promise") == "2026-04-02T17:00"


def test_a_promise_that_stands_still_hands_over_and_nothing_of_it_goes_on(staff: World) -> None:
    story = begin(staff, service(inner=PAUSING)).later(days=1)

    extend(story)

    assert story.deadlines == {"law": "running", "promise": "handed_over"}
    assert [row.paused for row in story.tasks()] == [0]
    assert story.do("ask").deadlines == {"law": "running", "promise": "handed_over"}


def test_only_the_clock_that_was_meant_moves(staff: World) -> None:
    story = begin(staff, service(rules=ALONE))
    before = story.due("promise")

    extend(story)

    assert (story.due("promise"), story.deadlines["promise"]) == (before, "running")
    assert story.due("ask") == before


def follows(at: str) -> str:
    """Draw a subprocess under both clocks whose border waits for the law's warning or breach."""
    on = f'<linbang:onDeadline deadline="law" at="{at}"/>'
    return (
        subprocess("examine", small_body("inner", user_task("ask"), "ask"))
        + boundary("struck", "examine", timer("PT1S"), inner=on)
        + user_task("check")
        + node("endEvent", "reacted")
        + chain("struck", "check", "reacted")
    )


@pytest.mark.parametrize(("at", "quiet", "loud"), [("warning", 25, 45), ("breach", 60, 75)])
def test_an_event_that_follows_the_clock_follows_the_new_date(
    staff: World, at: str, quiet: int, loud: int
) -> None:
    """Without the extension it would have struck on 23 March or 14 April."""
    story = begin(staff, service(body=follows(at), order=("examine",), rules=ALONE))
    extend(story)

    assert story.later(days=quiet).open == ["ask"]
    assert story.later(days=loud - quiet).open == ["check"]


def test_what_the_warning_led_to_before_stays(staff: World) -> None:
    story = begin(staff, service(body=follows("warning"), order=("examine",), rules=ALONE)).later(days=25)
    assert story.open == ["check"]

    extend(story)

    assert story.open == ["check"]


def test_a_task_is_no_longer_at_risk_until_it_warns_again(staff: World) -> None:
    """Half of 30 working days are over on 23 March, half of 45 on 2 April."""
    law_alone = RULES.split("promise:")[0].replace("  hands_over: [promise]\n", "")
    story = begin(staff, service(LAW, rules=law_alone)).later(days=22)
    assert ([row.at_risk for row in story.tasks()], levels(story)) == ([1], ["50%"])

    extend(story)
    assert [row.at_risk for row in story.tasks()] == [0]
    story.later(days=14)

    assert ([row.at_risk for row in story.tasks()], levels(story)) == ([1], ["50%", "50%"])


def test_a_level_that_lies_behind_both_limits_does_not_call_again(staff: World) -> None:
    story = begin(staff, service(rules=ALONE)).later(days=33)

    extend(story).later(days=20)

    assert levels(story) == ["50%"]


def test_a_change_of_the_calendar_moves_the_extended_date(story: Story) -> None:
    """Two working days more: the 9th of May is a Saturday on which people work, the 10th a Sunday."""
    extend(story)
    district = District(story.world)

    district.apply(district.close("05-06", "05-07"))

    assert story.settle().due("law") == "2026-05-11T17:00"
    assert faults(story) == []


def test_an_extension_counts_by_the_calendar_that_was_changed_before(story: Story) -> None:
    district = District(story.world)
    district.apply(district.close("05-06", "05-07"))

    extend(story)

    assert story.due("law") == "2026-05-11T17:00"


def test_a_limit_that_was_extended_for_the_case_outlives_a_new_version(story: Story) -> None:
    extend(story)
    kept = story.due("law")
    Moving(story.world).move(story, service(LAW.replace("30 WD", "35 WD"), PROMISE))

    assert story.due("law") == kept
    assert faults(story) == []


def test_the_new_versions_rules_count_after_the_move(story: Story) -> None:
    """It knows a longer limit, and lets a clock be extended twice."""
    extend(story)

    Moving(story.world).move(story, service(rules=RULES.replace("limit: 45 WD", "limit: 60 WD\n  times: 2")))
    extend(story)

    assert story.due("law") == "2026-05-28T17:00"


def test_a_case_that_is_put_back_keeps_what_it_was_given(story: Story) -> None:
    extend(story)
    moving = Moving(story.world)
    seen = moving.move(story, service(rules=RULES.replace("45 WD", "60 WD")))

    moving.undo(seen)

    assert story.due("law") == "2026-05-08T17:00"
    assert faults(story) == []


def test_the_history_alone_tells_both_limits(story: Story) -> None:
    extend(story.later(days=3))

    told = retell(story.links)["law:0"]

    assert (told.limit, [str(one.limit) for one in told.extensions]) == ("30 WD", ["45 WD"])
    assert told.extensions[0].reason == "cross_place"
    assert ALICE.person_id in {link.actor for link in story.links}
