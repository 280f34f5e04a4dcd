"""Timers in a diagram: durations, dates, limits, cycles and expressions, struck by jobs and by nothing else."""

from __future__ import annotations

import pytest

from ..bundles import boundary, bundle, chain, node, script, start_and_end, timer, user_task
from ..story import begin
from ..support import World


def waits(text: str, kind: str = "timeDuration") -> object:
    return bundle(
        user_task("first", form="a")
        + node("intermediateCatchEvent", "pause", timer(text, kind))
        + start_and_end("first", "pause")
    )


@pytest.mark.parametrize(
    ("text", "kind", "minutes"),
    [
        ("PT48H", "timeDuration", 48 * 60),
        ("P1M", "timeDuration", 31 * 24 * 60),
        ("P1DT30M", "timeDuration", 24 * 60 + 30),
        ("2026-03-03T09:15:00+08:00", "timeDate", 23 * 60),
        ("2026-03-03T09:15:00", "timeDate", 23 * 60),
        ("2026-03-03", "timeDate", 13 * 60 + 45),
        ("2 WD", "timeDuration", 2 * 24 * 60 + 6 * 60 + 45),
        ("1 D", "timeDuration", 37 * 60 + 45),
        ("= duration(a)", "timeDuration", 90),
        ("= now() + duration(a)", "timeDate", 90),
    ],
)
def test_it_strikes_at_its_moment_and_not_before(world: World, text: str, kind: str, minutes: int) -> None:
    story = begin(world, waits(text, kind)).do("first", a="PT90M")

    story.later(minutes=minutes - 1)
    assert story.outcome == "active"

    assert story.later(minutes=1).outcome == "done"


def test_it_strikes_at_once_when_its_moment_is_past(world: World) -> None:
    assert begin(world, waits("2020-01-01", "timeDate")).do("first").outcome == "done"


@pytest.mark.parametrize("text", ["= a", "= missing", "= 3"])
def test_it_raises_an_incident_when_its_expression_is_no_moment(world: World, text: str) -> None:
    """Whoever completed the task before it has done their work; an operator sees to the timer."""
    story = begin(world, waits(text)).do("first", a="nonsense")

    assert [(row.element_id, row.code) for row in story.incidents] == [("pause", "timer_broken")]
    assert story.outcome == "active"


def cyclic(text: str) -> object:
    return bundle(
        user_task("ask")
        + boundary("urge", "ask", timer(text, "timeCycle"), cancel=False)
        + script("count", "{n: n + 1}")
        + user_task("read")
        + node("endEvent", "urged")
        + start_and_end("ask")
        + chain("urge", "count", "read", "urged")
    )


def test_a_cycle_strikes_as_often_as_it_says(world: World) -> None:
    story = begin(world, cyclic("R3/PT1H"), n=0)

    for hours in range(1, 7):
        story.later(hours=1)
        assert story.open.count("read") == min(hours, 3)

    assert story.jobs == []
    story.do("ask")
    assert story.outcome == "active"


def test_a_cycle_stops_with_its_task(world: World) -> None:
    story = begin(world, cyclic("R/PT1H"), n=0).later(hours=2)

    story.do("ask").later(hours=5)

    assert story.open == ["read", "read"]
    assert story.jobs == []


def test_a_cycle_keeps_to_its_beat_when_the_server_was_down(world: World) -> None:
    """An outage shifts no later strike, and what was missed in it strikes once, not many times."""
    story = begin(world, cyclic("R3/PT1H"), n=0).leap(minutes=90)
    assert story.open.count("read") == 1

    assert story.later(minutes=30).open.count("read") == 2


def test_a_cycle_does_not_make_up_for_every_strike_that_was_missed(world: World) -> None:
    story = begin(world, cyclic("R/PT1H"), n=0).leap(hours=10)
    assert story.open.count("read") == 1

    assert story.later(hours=1).open.count("read") == 2


def test_an_interrupting_timer_takes_the_task_away(world: World) -> None:
    service = bundle(
        user_task("ask")
        + boundary("too_late", "ask", timer("P1D"))
        + node("endEvent", "late")
        + start_and_end("ask")
        + chain("too_late", "late")
    )
    story = begin(world, service).later(days=1)

    assert (story.outcome, story.open, story.jobs) == ("late", [], [])
    assert [event["element"] for event in story.events("user_task_cancelled")] == ["ask"]
