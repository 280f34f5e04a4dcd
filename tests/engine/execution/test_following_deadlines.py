"""Events that follow a clock of their case: they strike at its warning or breach, wherever that has moved to.

The cases start on Monday 2026-03-02 at 10:15; March 2026 has no holidays.
"""

from __future__ import annotations

import pytest

from ..bundles import (
    boundary,
    bundle,
    chain,
    node,
    small_body,
    start_and_end,
    subprocess,
    timer,
    user_task,
)
from ..story import begin
from ..support import World
from .clocks import PAUSES, deadline, pause, watched


def follows(at: str, *, cancel: bool) -> object:
    on = f'<linbang:onDeadline deadline="promise" at="{at}"/>'
    inner = watched(deadline(warn="60%")) + small_body("inner", user_task("ask"), "ask")
    body = (
        subprocess("examine", inner)
        + boundary("struck", "examine", timer("PT1S"), cancel=cancel, inner=on)
        + user_task("react")
        + node("endEvent", "reacted")
        + start_and_end("examine")
        + chain("struck", "react", "reacted")
    )
    return bundle(body)


@pytest.mark.parametrize(("at", "day"), [("warning", 5), ("breach", 8)])
def test_an_event_may_follow_a_deadline(world: World, at: str, day: int) -> None:
    """Its own text is ignored: it fires at the clock's warning or breach."""
    story = begin(world, follows(at, cancel=True)).later(days=2)
    assert story.open == ["ask"]

    story.later(days=day - 2)

    assert story.open == ["react"]
    assert story.do("react").outcome == "reacted"


@pytest.mark.parametrize("at", ["warning", "breach"])
def test_a_quiet_event_that_follows_a_deadline_fires_once(world: World, at: str) -> None:
    story = begin(world, follows(at, cancel=False)).later(days=60)

    assert story.open == ["ask", "react"]


def test_an_event_follows_its_deadline_through_a_pause(world: World) -> None:
    on = '<linbang:onDeadline deadline="promise"/>'
    inner = watched(deadline()) + small_body(
        "inner", user_task("ask", inner=pause()) + user_task("then"), "ask", "then"
    )
    body = (
        subprocess("examine", inner)
        + boundary("struck", "examine", timer("PT1S"), inner=on)
        + node("endEvent", "late")
        + start_and_end("examine")
        + chain("struck", "late")
    )
    story = begin(world, bundle(body, pauses__yaml=PAUSES)).later(days=10)
    assert story.open == ["ask"]

    story.do("ask").later(days=4)
    assert story.open == ["then"]

    assert story.later(days=10).outcome == "late"


def test_an_intermediate_event_waits_for_a_deadline_of_its_case(world: World) -> None:
    on = '<bpmn:extensionElements><linbang:onDeadline deadline="promise"/></bpmn:extensionElements>'
    body = (
        watched(deadline())
        + node("intermediateCatchEvent", "until_then", on + timer("PT1S"))
        + start_and_end("until_then")
    )
    story = begin(world, bundle(body)).later(days=6)
    assert story.outcome == "active"

    assert story.later(days=2).outcome == "done"


def test_an_event_reached_after_the_breach_fires_at_once(world: World) -> None:
    """Who comes to wait for what has already happened does not wait for ever."""
    on = '<bpmn:extensionElements><linbang:onDeadline deadline="promise"/></bpmn:extensionElements>'
    body = (
        watched(deadline())
        + user_task("ask")
        + node("intermediateCatchEvent", "until_then", on + timer("PT1S"))
        + start_and_end("ask", "until_then")
    )
    story = begin(world, bundle(body)).later(days=9).do("ask")

    assert story.outcome == "done"
