"""What cannot be carried out stands as an incident until an operator sees to it."""

from __future__ import annotations

import pytest

from engine.errors import InvalidState
from engine.incidents import retry
from engine.store.cases import CaseStore

from .bundles import (
    bundle,
    chain,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    timer,
    user_task,
)
from .story import Story, begin
from .support import SUPERVISOR, World


def forked(branch: str, *ids: str) -> str:
    return (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + branch
        + user_task("other", form="ok")
        + node("endEvent", "done")
        + chain("begin", "fork", *ids, "done")
        + chain("fork", "other", "done")
    )


def try_again(story: Story) -> Story:
    (incident,) = story.incidents
    story.reopen()
    retry(story.world.runtime, story.case_id, incident.number, SUPERVISOR)
    return story.settle()


def test_a_null_condition_names_the_element_and_the_expression_and_the_other_branch_goes_on(
    world: World,
) -> None:
    gate = (
        node("exclusiveGateway", "which", attributes='default="f_which_low"')
        + user_task("low")
        + user_task("high")
        + flow("which", "low")
        + flow("which", "high", "income &lt; 500")
        + chain("low", "done")
        + chain("high", "done")
    )
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + node("endEvent", "done")
        + gate
        + user_task("other")
        + chain("begin", "fork", "which")
        + chain("fork", "other", "done")
    )
    story = begin(world, bundle(body))

    (incident,) = story.incidents
    assert (incident.element_id, incident.code) == ("which", "condition_not_boolean")
    assert "income < 500" in incident.message
    assert story.open == ["other"]
    assert story.do("other").outcome == "active"


@pytest.mark.parametrize(
    ("feel", "code"),
    [
        ("[1]", "script_not_a_context"),
        ("{self: 1}", "script_not_a_context"),
        ("null", "script_not_a_context"),
        ("{f: function(x) x}", "value_not_plain"),
        ('{x: "\\u0000n"}', "value_not_plain"),
    ],
)
def test_a_script_that_gives_no_variables_is_one(world: World, feel: str, code: str) -> None:
    story = begin(world, bundle(forked(script("compute", feel), "compute")))

    assert [(row.element_id, row.code) for row in story.incidents] == [("compute", code)]
    assert story.open == ["other"]


def test_it_is_raised_once_however_often_the_case_is_touched(world: World) -> None:
    story = begin(world, bundle(forked(script("compute", "[1]"), "compute")))
    story.do("other", ok=True)

    assert len(story.incidents) == 1
    assert len(story.events("incident_raised")) == 1


def test_a_retry_that_fails_again_leaves_it_open(world: World) -> None:
    story = try_again(begin(world, bundle(forked(script("compute", "[1]"), "compute"))))

    assert [row.code for row in story.incidents] == ["script_not_a_context"]
    assert story.links[-1].event == "incident_retried"


def test_a_retry_that_goes_well_resolves_it_and_the_case_goes_on(world: World) -> None:
    """The clock decides this condition, so that trying again helps."""
    gate = (
        node("exclusiveGateway", "which")
        + flow("which", "after", 'today() &gt; date("2026-03-03")')
        + flow("which", "never", "false")
    )
    body = (
        node("startEvent", "begin")
        + gate
        + user_task("after")
        + user_task("never")
        + node("endEvent", "done")
        + chain("begin", "which")
        + chain("after", "done")
        + chain("never", "done")
    )
    story = begin(world, bundle(body))
    assert [row.code for row in story.incidents] == ["no_flow_taken"]

    story.later(days=3)
    try_again(story)

    assert story.incidents == []
    assert story.open == ["after"]
    (resolved,) = CaseStore(world.runtime.database, 1).incidents(story.case_id, "resolved")
    assert resolved.element_id == "which"


def test_a_broken_timer_that_is_tried_again_runs_when_it_has_a_moment(world: World) -> None:
    text = '= if today() &gt; date("2026-03-03") then duration("PT1H") else null'
    story = begin(world, bundle(node("intermediateCatchEvent", "wait", timer(text)) + start_and_end("wait")))
    assert [row.code for row in story.incidents] == ["timer_broken"]

    try_again(story)
    assert [row.code for row in story.incidents] == ["timer_broken"]
    assert len(story.events("incident_raised")) == 1
    story.later(days=3)
    try_again(story)

    assert story.incidents == []
    assert story.later(hours=1).outcome == "done"


def test_a_clock_without_a_limit_is_one_until_an_operator_has_seen_it(world: World) -> None:
    clock = '<bpmn:extensionElements><linbang:deadline id="promise" kind="promised" limit="= a"/></bpmn:extensionElements>'
    story = begin(
        world, bundle(clock + user_task("one") + user_task("two") + start_and_end("one", "two"))
    ).do("one")
    assert [(row.element_id, row.code) for row in story.incidents] == [("t", "limit_broken")]

    try_again(story)

    assert story.incidents == []
    assert story.do("two").outcome == "done"


def test_it_is_resolved_when_its_scope_is_gone(world: World) -> None:
    from .bundles import boundary, declare, trigger

    body = (
        subprocess("examine", small_body("inner", script("compute", "[1]"), "compute"))
        + boundary("withdrawn", "examine", trigger("message", "withdrawal"))
        + user_task("close")
        + node("endEvent", "closed")
        + start_and_end("examine")
        + chain("withdrawn", "close", "closed")
    )
    story = begin(world, bundle(body, extra=declare("message", "withdrawal")))
    assert [row.element_id for row in story.incidents] == ["compute"]

    story.message("withdrawal")

    assert story.incidents == []
    assert story.do("close").outcome == "closed"


def test_retrying_what_is_no_incident_is_refused(world: World) -> None:
    story = begin(world, bundle(user_task("ask") + start_and_end("ask")))

    with pytest.raises(InvalidState) as caught:
        retry(world.runtime, story.case_id, 3, SUPERVISOR)

    assert caught.value.code == "incident_resolved"
