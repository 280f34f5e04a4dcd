"""Pauses: while a token rests on one, the promised clocks around it stand still.

The cases start on Monday 2026-03-02 at 10:15; March 2026 has no holidays.
"""

from __future__ import annotations

from engine import user_tasks

from ..bundles import (
    bundle,
    chain,
    node,
    small_body,
    start_and_end,
    subprocess,
    user_task,
)
from ..stories import counting
from ..story import begin
from ..support import ALICE, World
from .clocks import PAUSES, deadline, pause, watched


def paused_service(*, reason: str = "waiting", kind: str = "promised") -> object:
    body = (
        watched(deadline(kind=kind))
        + node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + user_task("ask")
        + user_task("supplement", inner=pause(reason))
        + node("parallelGateway", "join")
        + user_task("after")
        + node("endEvent", "done")
        + chain("begin", "fork", "ask", "join", "after", "done")
        + chain("fork", "supplement", "join")
    )
    return bundle(body, pauses__yaml=PAUSES)


def test_a_clock_stands_still_while_a_token_rests_on_a_pause(world: World) -> None:
    story = begin(world, paused_service())
    assert story.deadlines == {"promise": "paused"}
    assert story.due("ask").startswith("9999")

    story.later(days=2).do("supplement")

    assert story.deadlines == {"promise": "running"}
    assert story.due("promise") == story.due("ask") == "2026-03-11T17:00"


def test_inbox_rows_of_every_branch_move_in_the_step_that_pauses_or_resumes(world: World) -> None:
    """One commit holds the resumed clock and the moved due dates of tasks that nobody touched."""
    story = begin(world, paused_service()).later(days=2)
    story.reopen()

    row = next(row for row in story.tasks() if row.element_id == "supplement")
    user_tasks.claim(world.runtime, row.id, ALICE)
    with counting(world.runtime.database) as count:
        user_tasks.complete(world.runtime, row.id, ALICE, {})

    assert count.commits == 1
    assert [(item.element_id, item.due_at) for item in world.inbox(ALICE)] == [
        (item.element_id, item.due_at) for item in story.tasks()
    ]
    assert story.due("ask") == "2026-03-11T17:00"


def test_only_promised_clocks_may_pause(world: World) -> None:
    story = begin(world, paused_service(kind="statutory"))

    assert story.deadlines == {"promise": "running"}
    assert story.due("ask") == "2026-03-09T17:00"


def test_a_pause_ends_at_its_cap(world: World) -> None:
    story = begin(world, paused_service(reason="capped")).later(days=20)

    assert story.deadlines == {"promise": "breached"}
    assert len(story.events("deadline_resumed")) == 1
    assert story.due("promise") == "2026-03-12T17:00"


def test_two_pauses_at_once_count_their_days_once_and_resume_when_both_are_over(world: World) -> None:
    body = (
        watched(deadline())
        + node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + user_task("one", inner=pause())
        + user_task("two", inner=pause())
        + user_task("ask")
        + node("endEvent", "done")
        + chain("begin", "fork", "one", "done")
        + chain("fork", "two", "done")
        + chain("fork", "ask", "done")
    )
    story = begin(world, bundle(body, pauses__yaml=PAUSES))

    story.later(days=1).do("one")
    assert story.deadlines == {"promise": "paused"}
    story.later(days=1).do("two")

    assert story.deadlines == {"promise": "running"}
    assert story.due("ask") == "2026-03-11T17:00"


def test_a_pause_on_a_subprocess_holds_while_anything_in_it_goes_on(world: World) -> None:
    inner = watched(pause()) + small_body("inner", user_task("one") + user_task("two"), "one", "two")
    body = (
        watched(deadline())
        + subprocess("wait_for_them", inner)
        + user_task("after")
        + start_and_end("wait_for_them", "after")
    )
    story = begin(world, bundle(body, pauses__yaml=PAUSES))
    assert story.deadlines == {"promise": "paused"}

    story.later(days=1).do("one")
    assert story.deadlines == {"promise": "paused"}
    story.later(days=1).do("two")

    assert story.due("after") == "2026-03-11T17:00"


def test_a_pause_inside_a_scope_holds_the_clocks_of_every_scope_around_it(world: World) -> None:
    inner = watched(deadline("inner_promise", "3 WD")) + small_body(
        "inner", user_task("ask", inner=pause()) + user_task("then"), "ask", "then"
    )
    body = watched(deadline()) + subprocess("examine", inner) + start_and_end("examine")
    story = begin(world, bundle(body, pauses__yaml=PAUSES))
    assert story.deadlines == {"promise": "paused", "inner_promise": "paused"}

    story.later(days=1).do("ask")

    assert story.due("then") == story.due("inner_promise") == "2026-03-06T17:00"
    assert story.due("promise") == "2026-03-10T17:00"


def test_a_pause_leaves_the_clocks_of_another_branch_alone(world: World) -> None:
    inner = watched(deadline("inner_promise", "3 WD")) + small_body("inner", user_task("ask"), "ask")
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + subprocess("examine", inner)
        + user_task("supplement", inner=pause())
        + node("endEvent", "done")
        + chain("begin", "fork", "examine", "done")
        + chain("fork", "supplement", "done")
    )
    story = begin(world, bundle(body, pauses__yaml=PAUSES))

    assert story.deadlines == {"inner_promise": "running"}
