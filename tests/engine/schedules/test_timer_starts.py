"""A timer on the start event starts cases by itself, once a beat, at the authority's own office."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from engine import audit
from engine.definitions import Bundle
from engine.errors import InvalidInput
from engine.instances import StartRequest, start
from engine.people import Offices, read_offices
from engine.runtime import open_runtime
from engine.scheduler import next_moment, tick
from engine.schedules import LATER
from engine.store.cases import CaseFilter, CaseRow, CaseStore
from tests.engine.bundles import bundle, chain, node, timer, user_task
from tests.engine.support import DISTRICT, DORA, SHANGHAI, make_world

if TYPE_CHECKING:
    from pathlib import Path

    from engine.runtime import Runtime
    from tests.engine.support import World

PROCESS = 'linbang:caseNumber="S" linbang:title="&quot;sweep&quot;" linbang:startGroups="district"'


def sweeping(cycle: str | None = "R/P1M", *, begin: str = "begin", task: str = "look") -> Bundle:
    """Make a service of the district that a timer starts; two with another task are two versions."""
    trigger = "" if cycle is None else timer(cycle, "timeCycle")
    body = node("startEvent", begin, trigger) + user_task(task, "district") + node("endEvent", "done")
    return bundle(body + chain(begin, task, "done"), key="sweep", process=PROCESS)


def cases(world: World) -> list[CaseRow]:
    rows = CaseStore(world.runtime.database, 1).cases([DISTRICT], CaseFilter(), size=100)
    return rows[::-1]


def due(world: World) -> str:
    moment = next_moment(world.runtime)
    assert moment is not None
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def doctor(world: World) -> list[str]:
    found = audit.examine(world.runtime, CaseStore(world.runtime.database, 1))
    return [f"{one.business_key} {one.what} {one.detail}" for one in found]


def test_it_starts_the_first_case_a_beat_after_it_was_deployed(world: World) -> None:
    world.deploy(sweeping())
    assert due(world) == "2026-04-02T10:15"

    world.clock.set("2026-04-02T10:14")
    assert tick(world.runtime) == 0
    world.clock.set("2026-04-02T10:15")
    assert tick(world.runtime) == 1

    (case,) = cases(world)
    assert (case.business_key, case.title, case.office_id) == ("S-2026-000001", "sweep", DISTRICT)
    assert [row.element_id for row in world.inbox(DORA)] == ["look"]
    assert due(world) == "2026-05-02T10:15"


def test_it_starts_one_each_beat(world: World) -> None:
    world.deploy(sweeping("R/P7D"))
    for _ in range(3):
        world.clock.move(days=7)
        tick(world.runtime)

    assert len(cases(world)) == 3
    assert doctor(world) == []


def test_it_skips_the_beats_of_an_outage_and_keeps_its_beat(world: World) -> None:
    world.deploy(sweeping())
    world.clock.set("2026-07-20T08:00")

    assert tick(world.runtime) == 1
    assert tick(world.runtime) == 0

    assert len(cases(world)) == 1
    assert due(world) == "2026-08-02T10:15"


def test_it_stops_after_as_many_beats_as_the_cycle_says(world: World) -> None:
    """What has come to its end does not begin anew with a version that has the same timer."""
    world.deploy(sweeping("R2/P1D"))
    for _ in range(4):
        world.clock.move(days=1)
        tick(world.runtime)
    world.deploy(sweeping("R2/P1D", task="look_again"))
    world.clock.move(days=1)

    assert tick(world.runtime) == 0
    assert len(cases(world)) == 2
    assert next_moment(world.runtime) is None
    assert doctor(world) == []


def test_people_of_the_start_groups_may_start_one_by_hand(world: World) -> None:
    world.deploy(sweeping())

    started = start(world.runtime, DORA, StartRequest("sweep", DISTRICT))

    assert [row.id for row in cases(world)] == [started.id]
    assert due(world) == "2026-04-02T10:15"


def test_a_new_version_with_the_same_timer_keeps_the_beat(world: World) -> None:
    world.deploy(sweeping())
    world.clock.set("2026-03-20T16:00")
    world.deploy(sweeping(begin="other_begin", task="look_closely"))
    assert due(world) == "2026-04-02T10:15"

    world.clock.set("2026-04-02T10:15")
    tick(world.runtime)

    assert [row.element_id for row in world.inbox(DORA)] == ["look_closely"]
    assert doctor(world) == []


def test_a_new_timer_counts_from_its_deployment(world: World) -> None:
    world.deploy(sweeping())
    world.clock.set("2026-03-20T16:00")
    world.deploy(sweeping("R/P7D"))

    assert due(world) == "2026-03-27T16:00"


def test_a_version_without_a_timer_ends_it(world: World) -> None:
    world.deploy(sweeping())
    world.deploy(sweeping(None))

    assert next_moment(world.runtime) is None
    assert doctor(world) == []


def test_a_deployment_that_fails_leaves_the_timer_as_it_was(world: World) -> None:
    world.deploy(sweeping())
    body = node("startEvent", "begin") + user_task("look", "nobody") + node("endEvent", "done")
    broken = bundle(body + chain("begin", "look", "done"), key="sweep", process=PROCESS)

    with pytest.raises(InvalidInput):
        world.deploy(broken)

    assert due(world) == "2026-04-02T10:15"


def test_two_that_look_at_once_start_one(world: World, tmp_path: Path) -> None:
    """Two server processes on one database, each with a dispatcher of its own."""
    world.deploy(sweeping())
    world.clock.set("2026-04-02T10:15")
    runtimes = [world.runtime, another(world.runtime), another(world.runtime), another(world.runtime)]
    together = threading.Barrier(len(runtimes))
    failures: list[BaseException] = []

    def look(runtime: Runtime) -> None:
        together.wait(10)
        try:
            tick(runtime)
        except BaseException as exc:  # noqa: BLE001 - a thread's error would be lost
            failures.append(exc)

    threads = [threading.Thread(target=look, args=(runtime,)) for runtime in runtimes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert failures == []
    assert len(cases(world)) == 1
    assert due(world) == "2026-05-02T10:15"
    assert doctor(world) == []


def another(runtime: Runtime) -> Runtime:
    """Open the same installation once more."""
    return open_runtime(
        runtime.database,
        clock=runtime.clock,
        ids=runtime.ids,
        sealer=runtime.sealer,
        calendar=runtime.calendar,
        groups=runtime.groups,
    )


def test_a_beat_whose_case_was_started_before_a_crash_is_not_started_again(world: World) -> None:
    """The machine went down between the start and moving the timer on."""
    world.deploy(sweeping())
    (row,) = world.runtime.schedules.all()
    world.clock.set("2026-04-02T10:15")
    tick(world.runtime)
    (moved,) = world.runtime.schedules.all()
    world.runtime.schedules.move(moved, due_at=row.due_at, wake_at=row.wake_at, beats_left=None)

    assert tick(world.runtime) == 1

    assert len(cases(world)) == 1
    assert due(world) == "2026-05-02T10:15"


def test_a_start_that_fails_is_tried_again_for_the_same_beat(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody has written down the offices yet; the doctor tells of it after a day."""
    world.deploy(sweeping())
    world.runtime.offices = Offices()
    world.clock.set("2026-04-02T10:15")

    with caplog.at_level(logging.CRITICAL, "linbang.schedules"):
        assert tick(world.runtime) == 1
        assert tick(world.runtime) == 0
        assert next_moment(world.runtime) == world.clock.now() + LATER
        assert doctor(world) == []
        world.clock.move(days=1, seconds=1)
        tick(world.runtime)
        assert doctor(world) == ["sweep schedule not started: begin R/P1M"]
    assert cases(world) == []

    world.runtime.offices = read_offices(world.runtime.people)
    world.clock.moment += LATER
    tick(world.runtime)
    assert len(cases(world)) == 1
    assert due(world) == "2026-05-02T10:15"


def test_one_service_that_cannot_start_does_not_keep_another_from_starting(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.deploy(sweeping("R/P1D"))
    body = node("startEvent", "begin", timer("R/P1D", "timeCycle")) + node("endEvent", "done")
    process = PROCESS.replace('linbang:caseNumber="S"', 'linbang:caseNumber="A"')
    world.deploy(bundle(body + chain("begin", "done"), key="a", process=process))
    with world.runtime.database.writing() as connection:
        connection.exec_driver_sql("UPDATE schedule SET timer = 'nonsense' WHERE service_key = 'a'")
    world.clock.move(days=1)

    with caplog.at_level(logging.CRITICAL, "linbang.schedules"):
        assert tick(world.runtime) == 2

    assert [case.service_key for case in cases(world)] == ["sweep"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM schedule", ["sweep schedule missing: begin R/P1M"]),
        (
            "UPDATE schedule SET timer = 'R/P1D'",
            ["sweep schedule missing: begin R/P1M", "sweep schedule not wanted: begin R/P1D"],
        ),
        ("UPDATE schedule SET due_at = 5", ["sweep schedule not started: begin R/P1M"]),
    ],
)
def test_the_doctor_sees_what_was_changed_and_a_deployment_mends_it(
    world: World, statement: str, expected: list[str]
) -> None:
    world.deploy(sweeping())
    with world.runtime.database.writing() as connection:
        connection.exec_driver_sql(statement)

    assert doctor(world) == expected

    if "due_at" not in statement:
        world.deploy(sweeping())
        assert doctor(world) == []


def test_the_history_says_that_the_timer_began_it(world: World) -> None:
    from tests.engine.story import Story

    world.deploy(sweeping())
    world.clock.set("2026-04-05T00:00")
    tick(world.runtime)

    story = Story(world, cases(world)[0].id)
    payload: dict[str, Any] = story.links[0].payload
    assert (story.links[0].actor, payload["timer"]) == (None, "begin")
    assert f"{payload['due_at'].astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" == "2026-04-02T10:15"


def test_a_service_that_is_never_due_costs_one_look_and_writes_nothing(tmp_path: Path) -> None:
    from tests.engine.stories import counting

    world = make_world(tmp_path, "idle.db")
    world.deploy(sweeping())
    tick(world.runtime)  # the first one notes a heartbeat

    with counting(world.runtime.database) as count:
        tick(world.runtime)

    assert (count.statements, count.commits) == (3, 0)
    assert next_moment(world.runtime) - world.clock.now() > timedelta(days=30)
    world.runtime.database.close()
