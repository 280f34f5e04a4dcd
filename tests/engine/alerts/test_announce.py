"""What warns or is missed is put once before everybody who has to know, and before nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from engine import user_tasks
from engine.alerting import alerts, announcing
from engine.errors import NotAllowed, NotFound
from engine.jobs import run
from engine.people import SYSTEM
from engine.scheduler import tick
from tests.engine.bundles import boundary, bundle, chain, node, timer, user_task
from tests.engine.stories import counting
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import QIAN, SHAO, go_to, watched_service

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime

WARNED, MISSED = "2026-03-05T09:00", "2026-03-06T17:00"


def levels(runtime: Runtime, actor: Actor, **wanted: Any) -> list[str]:
    """Give the levels of a person's alerts, the newest first."""
    return [one.level for one in alerts.page(runtime, actor, **wanted).alerts]


def test_it_tells_of_each_level_and_of_the_miss_once(world: World) -> None:
    world.deploy(watched_service(warn="50%, 1 WD"))
    world.start()

    go_to(world, "2026-03-20T12:00")

    assert levels(world.runtime, SUPERVISOR) == ["breach", "1 WD", "50%"]


def test_it_says_nothing_of_a_clock_that_is_kept(world: World) -> None:
    world.deploy(watched_service())
    world.start()
    task = world.task(ALICE, "review")
    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})

    go_to(world, "2026-03-20T12:00")

    assert levels(world.runtime, SUPERVISOR) == []


def test_it_says_nothing_more_when_a_missed_clock_ends(world: World) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, MISSED)
    task = world.task(ALICE, "review")

    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})
    tick(world.runtime)

    assert levels(world.runtime, SUPERVISOR) == ["breach", "1 WD"]


def test_it_tells_of_a_miss_that_nobody_noticed_before_the_task_was_done(world: World) -> None:
    """The scheduler stood still: completing the task finds out that its time was over."""
    world.deploy(watched_service(warn=""))
    world.start()
    world.clock.set("2026-03-10T12:00")
    task = world.task(ALICE, "review")

    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})
    tick(world.runtime)

    assert levels(world.runtime, SUPERVISOR) == ["breach"]


def test_it_tells_of_a_miss_by_which_the_diagram_leaves_the_task(world: World) -> None:
    """The clock strikes and ends in one step, so that the history says twice that it was missed."""
    clock = '<linbang:deadline id="limit" kind="internal" limit="4 WD" warn="" />'
    on = '<linbang:onDeadline deadline="limit"/>'
    world.deploy(
        bundle(
            node("startEvent", "begin")
            + user_task("review", inner=clock)
            + node("endEvent", "done")
            + boundary("too_late", "review", timer("PT1S"), inner=on)
            + user_task("catch_up")
            + node("endEvent", "caught_up")
            + chain("begin", "review", "done")
            + chain("too_late", "catch_up", "caught_up")
        )
    )
    world.start()

    go_to(world, "2026-03-20T12:00")

    assert world.task(ALICE, "catch_up")
    assert levels(world.runtime, SUPERVISOR) == ["breach"]


def test_it_tells_those_who_supervise_the_office_or_one_above_it(world: World) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, WARNED)

    assert [levels(world.runtime, one) for one in (SUPERVISOR, QIAN, SHAO)] == [["1 WD"], ["1 WD"], []]
    assert [alerts.count_unread(world.runtime, one) for one in (SUPERVISOR, QIAN, SHAO, ALICE)] == [
        1,
        1,
        0,
        0,
    ]


def test_it_tells_nobody_who_may_not_sign_in_any_more(world: World) -> None:
    world.runtime.people.update_person(17, active=0)
    world.deploy(watched_service())
    world.start()

    go_to(world, WARNED)

    assert (levels(world.runtime, QIAN), levels(world.runtime, SUPERVISOR)) == ([], ["1 WD"])


def test_two_processes_announce_each_alert_once(world: World, other: Runtime) -> None:
    world.deploy(watched_service())
    for _ in range(8):
        world.start()
    world.clock.set(WARNED)
    for job in world.runtime.jobs.claim(world.runtime.now_ms(), 0, 1, 7, 100):
        run(world.runtime, job, 7)

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda runtime: announcing.announce(runtime, 3), [world.runtime, other] * 4))
    while world.runtime.announcing.has_new():  # whoever came second to a batch has announced none of it
        done.append(announcing.announce(world.runtime, 3))

    assert sum(done) == 8
    assert levels(world.runtime, SUPERVISOR) == ["1 WD"] * 8


def test_an_idle_tick_writes_nothing_and_asks_three_questions(world: World) -> None:
    world.deploy(watched_service())
    world.start()
    tick(world.runtime)

    with counting(world.runtime.database) as count:
        tick(world.runtime)

    assert (count.statements, count.commits) == (3, 0)


def test_a_page_goes_on_where_the_one_before_ended(world: World) -> None:
    world.deploy(watched_service())
    for _ in range(5):
        world.start()
    go_to(world, MISSED)

    first = alerts.page(world.runtime, QIAN, size=4)
    second = alerts.page(world.runtime, QIAN, size=4, before=first.before)
    third = alerts.page(world.runtime, QIAN, size=4, before=second.before)

    ids = [one.id for some in (first, second, third) for one in some.alerts]
    assert len(ids) == 10
    assert ids == sorted(set(ids), reverse=True)
    assert third.before is None


def test_it_lists_by_kind_by_service_and_what_is_unread(world: World) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, MISSED)
    newest = alerts.page(world.runtime, QIAN).alerts[0]

    assert alerts.read(world.runtime, QIAN, [newest.id]) == 1
    assert alerts.read(world.runtime, QIAN, [newest.id]) == 0

    assert levels(world.runtime, QIAN, missed=True) == ["breach"]
    assert levels(world.runtime, QIAN, missed=False) == ["1 WD"]
    assert levels(world.runtime, QIAN, unread=True) == ["1 WD"]
    assert levels(world.runtime, QIAN, service_key="t") == ["breach", "1 WD"]
    assert levels(world.runtime, QIAN, service_key="other") == []
    assert alerts.count_unread(world.runtime, SUPERVISOR) == 2


def test_marking_all_leaves_what_came_after_the_page_was_drawn(world: World) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, WARNED)
    seen = alerts.page(world.runtime, QIAN).alerts[0].id
    go_to(world, MISSED)

    assert alerts.read_all(world.runtime, QIAN, seen) == 1

    assert levels(world.runtime, QIAN, unread=True) == ["breach"]
    assert alerts.read_all(world.runtime, QIAN) == 1


def test_opening_one_marks_it_as_read_and_leads_to_its_case(world: World) -> None:
    world.deploy(watched_service())
    case = world.start()
    go_to(world, WARNED)
    (alert,) = alerts.page(world.runtime, QIAN).alerts

    assert alerts.open_alert(world.runtime, QIAN, alert.id) == case.id

    assert alerts.count_unread(world.runtime, QIAN) == 0
    with pytest.raises(NotFound, match="an alert of yours"):
        alerts.open_alert(world.runtime, SHAO, alert.id)
    with pytest.raises(NotAllowed):
        alerts.page(world.runtime, SYSTEM)


def test_it_says_how_the_clock_stands_now(world: World) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, WARNED)
    assert alerts.page(world.runtime, QIAN).alerts[0].clock_state == "running"
    task = world.task(ALICE, "review")

    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})

    (alert,) = alerts.page(world.runtime, QIAN).alerts
    assert (alert.clock_state, alert.clock_ended_at) == ("kept", world.runtime.now_ms())
