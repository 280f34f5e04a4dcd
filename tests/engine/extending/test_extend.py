"""A person gives a clock more time for a legal reason, once, before it has run out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import extending
from engine.errors import EngineError, InvalidInput, InvalidState, NotAllowed, NotFound
from engine.instances import StartRequest, start
from tests.engine.bundles import user_task
from tests.engine.story import Story, begin
from tests.engine.support import (
    ALICE,
    BOB,
    CLERK,
    DISTRICT,
    DORA,
    QINGHE,
    STRANGER,
    SUPERVISOR,
    World,
    person,
)

from .conftest import LAW, NOTE, RULES, extend, service

STARTED_BY_THE_DISTRICT = 'linbang:caseNumber="T" linbang:title="name" linbang:startGroups="district"'


def refused(story: Story, *wanted: object, **more: object) -> EngineError:
    """Give the error with which an extension is refused; nothing of the case has changed then."""
    before = (len(story.links), story.due("law"))
    with pytest.raises(EngineError) as caught:
        extend(story, *wanted, **more)
    assert (len(story.links), story.due("law")) == before
    return caught.value


def test_it_counts_the_longer_limit_from_the_old_start(story: Story) -> None:
    assert story.due("law") == "2026-04-14T17:00"

    extend(story.later(days=4))

    assert story.due("law") == "2026-05-08T17:00"
    assert story.due("ask") == "2026-05-08T17:00"
    assert story.deadlines["law"] == "running"


def test_the_history_says_who_why_by_which_law_and_from_which_date_to_which(story: Story) -> None:
    extend(story.later(days=4))

    link = next(one for one in story.links if one.event == "extension_granted")
    assert link.actor == ALICE.person_id
    assert link.payload["basis"] == "Measures, art. 22"
    assert link.payload["note"] == NOTE
    (event,) = story.events("deadline_extended")
    assert (event["deadline"], event["scope"], event["limit"], event["reason"]) == (
        "law",
        0,
        "45 WD",
        "cross_place",
    )
    assert event["was"] < event["due_at"]


def test_the_promise_hands_over_to_the_law_that_got_more_time(story: Story) -> None:
    extend(story)

    assert story.deadlines == {"law": "running", "promise": "handed_over"}


def test_a_promise_that_was_missed_stays_missed(story: Story) -> None:
    """More time by law does not unsay that the applicant waited longer than was promised."""
    story.later(days=20)
    assert story.deadlines == {"law": "running", "promise": "breached"}

    extend(story)

    assert story.deadlines == {"law": "running", "promise": "breached"}


def test_only_the_groups_of_the_reason_may(story: Story) -> None:
    assert isinstance(refused(story, CLERK), NotAllowed)
    assert refused(story, CLERK).code == "may_not_extend"
    assert refused(story, ALICE, "law:0", "hard_survey").code == "may_not_extend"

    extend(story, DORA, reason="hard_survey")

    assert story.due("law") == "2026-05-08T17:00"


def test_another_office_does_not_see_the_case(story: Story) -> None:
    found = refused(story, STRANGER)

    assert isinstance(found, NotFound)
    assert found.code == "case_unknown"


def test_whoever_stands_in_for_somebody_extends_in_their_place(story: Story) -> None:
    helper = replace(
        person(31, "Helper", "clerk"),
        stands_for=frozenset({BOB.person_id}),
        borrowed=frozenset({(BOB.person_id, "reviewer", QINGHE)}),
    )

    extend(story, helper)

    link = next(one for one in story.links if one.event == "extension_granted")
    assert (link.actor, link.payload["for"]) == (31, BOB.person_id)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"clock": "law:7"}, "clock_unknown"),
        ({"clock": "nothing"}, "clock_unknown"),
        ({"reason": "flood"}, "extension_reason_unknown"),
        ({"reason": "x" * 1000}, "extension_reason_unknown"),
        ({"note": "why"}, "extension_note"),
        ({"note": "x" * 501}, "extension_note"),
    ],
)
def test_it_refuses_what_cannot_be(story: Story, wanted: dict[str, str], code: str) -> None:
    assert refused(story, **wanted).code == code


def test_it_refuses_a_clock_that_the_service_does_not_let_people_extend(staff: World) -> None:
    story = begin(staff, service(rules="promise:" + RULES.split("promise:")[1]))

    assert refused(story).code == "not_extendable"


def test_it_extends_as_often_as_allowed_and_never_once_more(story: Story) -> None:
    extend(story)

    assert refused(story).code == "extended_before"


def test_a_service_may_allow_two_but_none_that_brings_no_later_day(staff: World) -> None:
    story = extend(begin(staff, service(rules=RULES.replace("limit: 45 WD", "limit: 45 WD\n  times: 2"))))

    assert refused(story).code == "not_longer"


def test_what_the_diagram_extended_counts_too(staff: World) -> None:
    by_diagram = '<linbang:extend deadline="law" limit="40 WD" reason="hard_survey"/>'
    story = begin(staff, service(inner=by_diagram)).do("ask")
    assert story.due("law") == "2026-04-28T17:00"

    assert refused(story).code == "extended_before"


def test_a_limit_that_has_run_out_is_not_extended(story: Story) -> None:
    story.later(days=60)
    assert story.deadlines["law"] == "breached"

    found = refused(story)

    assert isinstance(found, InvalidState)
    assert found.code == "extended_too_late"


def test_it_is_too_late_at_the_very_moment_though_nobody_has_noticed_yet(story: Story) -> None:
    story.later(days=40)
    story.world.clock.set("2026-04-14T17:00:00")

    assert refused(story).code == "extended_too_late"


def test_it_is_in_time_a_moment_before(story: Story) -> None:
    story.later(days=40)
    story.world.clock.set("2026-04-14T16:59:59")

    extend(story)

    assert story.due("law") == "2026-05-08T17:00"


def test_it_refuses_a_clock_that_has_ended(staff: World) -> None:
    ending = LAW.replace("/>", ' endsOn="check"/>')
    story = begin(
        staff, service(ending, rules=RULES.split("promise:")[0].replace("  hands_over: [promise]\n", ""))
    )
    story.do("ask")

    assert refused(story).code == "clock_ended"


def test_it_refuses_a_case_that_has_ended(story: Story) -> None:
    story.do("ask").do("check")

    assert refused(story).code == "case_ended"


def test_it_asks_for_a_note_before_it_looks_at_anything(story: Story) -> None:
    with pytest.raises(InvalidInput):
        extending.extend(story.world.runtime, 4711, "law:0", ALICE, "cross_place", " ")


def test_a_supervisor_of_the_district_may_where_the_reason_names_the_group(story: Story) -> None:
    extend(story, SUPERVISOR)

    assert story.due("law") == "2026-05-08T17:00"


def test_a_breach_comes_at_the_new_moment_and_not_at_the_old(story: Story) -> None:
    extend(story)

    assert story.later(days=60).deadlines["law"] == "running"
    assert story.later(days=10).deadlines["law"] == "breached"
    assert len([one for one in story.events("deadline_breached") if one["deadline"] == "law"]) == 1


def test_a_group_below_the_cases_office_has_no_say_and_stops_nobody(staff: World) -> None:
    """A case of the district has no sub-district whose reviewers could decide."""
    only_district = service(
        body=user_task("ask", group="district"), order=("ask",), process=STARTED_BY_THE_DISTRICT
    )
    staff.deploy(only_district)
    case = start(staff.runtime, DORA, StartRequest("t", DISTRICT, {"name": "Wang"}))
    story = Story(staff, case.id)

    found = extending.options(staff.runtime, case.id, SUPERVISOR)

    assert [one.key for one in found] == ["law:0"]
    assert extend(story, SUPERVISOR).due("law") == "2026-05-08T17:00"
