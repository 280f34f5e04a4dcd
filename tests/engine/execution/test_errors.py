"""Errors and escalations climb from where they are thrown to the nearest place that catches them."""

from __future__ import annotations

from ..bundles import (
    boundary,
    bundle,
    chain,
    declare,
    node,
    raising,
    small_body,
    start_and_end,
    subprocess,
    trigger,
    user_task,
)
from ..story import begin
from ..support import World


def test_an_error_is_caught_by_its_code_before_a_catch_all(world: World) -> None:
    body = (
        subprocess(
            "examine",
            small_body("examine", user_task("ask"), "ask").replace(
                '<bpmn:endEvent id="examine_out" >',
                f'<bpmn:endEvent id="examine_out" >{trigger("error", "poor")}',
            ),
        )
        + boundary("any", "examine", trigger("error"))
        + boundary("poor", "examine", trigger("error", "poor"))
        + node("endEvent", "by_any")
        + node("endEvent", "by_code")
        + start_and_end("examine")
        + chain("any", "by_any")
        + chain("poor", "by_code")
    )
    story = begin(world, bundle(body, extra=declare("error", "poor")))

    assert story.do("ask").outcome == "by_code"


def test_an_error_stops_everything_in_its_scope_and_brings_its_variables(world: World) -> None:
    body = (
        subprocess("examine", raising("error", "poor"))
        + boundary("failed", "examine", trigger("error", "poor"))
        + user_task("mend")
        + node("endEvent", "mended")
        + start_and_end("examine")
        + chain("failed", "mend", "mended")
    )
    story = begin(world, bundle(body, extra=declare("error", "poor")))

    story.do("ask", a="found")

    assert story.open == ["mend"]
    assert story.seen_by("mend")[0]["a"] == "found"
    assert story.do("mend").outcome == "mended"


def test_an_error_is_not_heard_by_a_sibling(world: World) -> None:
    """Two activities that watch the same code: only the one around the error hears it."""
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + node("endEvent", "done")
        + subprocess("one", raising("error", "poor"))
        + subprocess("two", small_body("two", user_task("calmly"), "calmly"))
        + boundary("one_failed", "one", trigger("error", "poor"))
        + boundary("two_failed", "two", trigger("error", "poor"))
        + node("endEvent", "bad_one")
        + node("endEvent", "bad_two")
        + chain("begin", "split", "one", "done")
        + chain("split", "two", "done")
        + chain("one_failed", "bad_one")
        + chain("two_failed", "bad_two")
    )
    story = begin(world, bundle(body, extra=declare("error", "poor"))).do("ask")

    assert story.open == ["calmly"]


def test_an_error_that_nobody_catches_is_an_incident_and_other_branches_go_on(world: World) -> None:
    story = begin(
        world,
        bundle(
            subprocess("examine", raising("error", "poor")) + start_and_end("examine"),
            extra=declare("error", "poor"),
        ),
    ).do("ask")

    (incident,) = story.incidents
    assert (incident.element_id, incident.code) == ("raised", "error_not_caught")
    assert "'poor'" in incident.message
    assert story.open == ["beside"]
    assert story.do("beside").outcome == "active"


def test_an_escalation_is_heard_without_stopping_anything(world: World) -> None:
    body = (
        subprocess("examine", raising("escalation", "late"))
        + boundary("heard", "examine", trigger("escalation", "late"), cancel=False)
        + user_task("look")
        + node("endEvent", "looked")
        + start_and_end("examine")
        + chain("heard", "look", "looked")
    )
    story = begin(world, bundle(body, extra=declare("escalation", "late"))).do("ask")

    assert story.open == ["beside", "look"]
    assert story.do("look").do("beside").outcome == "done"


def test_an_escalation_may_interrupt(world: World) -> None:
    body = (
        subprocess("examine", raising("escalation", "late"))
        + boundary("heard", "examine", trigger("escalation", "late"))
        + user_task("look")
        + node("endEvent", "looked")
        + start_and_end("examine")
        + chain("heard", "look", "looked")
    )
    story = begin(world, bundle(body, extra=declare("escalation", "late"))).do("ask")

    assert story.open == ["look"]


def test_an_escalation_that_nobody_hears_changes_nothing(world: World) -> None:
    service = bundle(
        subprocess("examine", raising("escalation", "late")) + start_and_end("examine"),
        extra=declare("escalation", "late"),
    )
    story = begin(world, service).do("ask")

    assert story.incidents == []
    assert story.do("beside").outcome == "done"
