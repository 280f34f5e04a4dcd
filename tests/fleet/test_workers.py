"""Workers beside the web: each call is made, each clock strikes once, whoever dies."""

from __future__ import annotations

import time
from typing import Any

import pytest

from connectors.sandbox.faults import Fault
from engine import heartbeat
from tests.databases.server import shared_server
from tests.engine.jobs.services import WANG, happened, jobs
from webui.dispatching.notifier import Notifier

from .conftest import SILENT_S, Fleet

LATE = Fault("late", ms=60_000)
"""The other side acts, and answers only when it is too late."""


def asked(fleet: Fleet) -> int:
    return len(fleet.sandbox.effects.counted())


def queued(fleet: Fleet) -> list[tuple[str, str]]:
    with fleet.found.runtime.database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"
        )
        return [(row[0], row[1]) for row in rows]


def test_a_worker_makes_the_call_of_a_case_that_another_process_started(fleet: Fleet) -> None:
    """The look is queued by the very transaction that starts the case."""
    case = fleet.world.start("a", **WANG).id
    assert queued(fleet) == [("linbang.look", "todo")]

    fleet.worker()

    fleet.wait_for(lambda: fleet.ended(case))
    assert happened(fleet.found.runtime)[case, "service_answered"] == 1
    fleet.wait_for(lambda: ("linbang.look", "doing") not in queued(fleet))
    assert jobs(fleet.found.runtime) == []


def test_a_look_is_queued_only_if_its_step_is_kept(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails after the look was queued takes the look along."""
    deferrer = fleet.found.runtime.steps.deferrer
    assert deferrer is not None

    class Failing:
        def defer(self, *arguments: Any) -> None:
            deferrer.defer(*arguments)
            raise LookupError

    monkeypatch.setattr(fleet.found.runtime.steps, "deferrer", Failing())

    with pytest.raises(LookupError):
        fleet.world.start("a", **WANG)

    assert (queued(fleet), jobs(fleet.found.runtime)) == ([], [])


def test_steps_without_a_call_queue_nothing(fleet: Fleet) -> None:
    fleet.world.start("w")

    assert queued(fleet) == []


def test_a_clock_strikes_once_with_two_workers(fleet: Fleet) -> None:
    cases = [fleet.world.start("w").id for _ in range(40)]
    fleet.worker("one")
    fleet.worker("two")

    fleet.wait_for(lambda: fleet.ended(*cases))

    counted = happened(fleet.found.runtime)
    assert [counted[case, "timer_fired"] for case in cases] == [1] * len(cases)


def test_what_a_killed_worker_was_doing_is_done_by_the_other(fleet: Fleet) -> None:
    """The other side has acted already, and is asked again under the same key: it acts once."""
    fleet.sandbox.faults.replace([LATE], seed=0)
    dying = fleet.worker("dying")
    case = fleet.world.start("a", **WANG).id
    fleet.wait_for(lambda: asked(fleet) == 1)
    fleet.sandbox.faults.replace([], seed=0)
    fleet.worker("other")

    dying.kill()
    fleet.wait_for(lambda: fleet.ended(case))

    assert asked(fleet) == 1
    assert set(fleet.sandbox.effects.counted().values()) == {1}
    assert happened(fleet.found.runtime)[case, "service_answered"] == 1


def test_a_worker_that_stops_finishes_what_it_has_begun(fleet: Fleet) -> None:
    """SIGTERM in the middle of a call: its answer is kept, nothing else is begun, and nobody waits for its beats."""
    fleet.sandbox.faults.replace([Fault("late", ms=1_000)], seed=0)
    worker = fleet.worker()
    case = fleet.world.start("a", **WANG).id
    fleet.wait_for(lambda: asked(fleet) == 1)

    worker.terminate()
    second = fleet.world.start("a", **WANG).id

    assert worker.stopped() == 0
    assert fleet.ended(case)
    assert not fleet.ended(second)
    (job,) = jobs(fleet.found.runtime)
    assert (job.process_instance_id, job.lease_until) == (second, None)
    assert [beat.worker for beat in heartbeat.beats(fleet.found.runtime) if beat.worker] == []


def test_a_worker_may_be_stopped_at_any_moment(fleet: Fleet) -> None:
    """Also in the one in which it begins, before its connections are open."""
    for _ in range(3):
        worker = fleet.worker()

        worker.terminate()

        assert worker.stopped(10) == 0


def test_a_worker_that_stops_gives_back_what_takes_too_long(fleet: Fleet) -> None:
    """Its process ends though the other side has not answered, and another worker asks again at once."""
    fleet.sandbox.faults.replace([LATE], seed=0)
    worker = fleet.worker("old", stop_within_s=0.5)
    case = fleet.world.start("a", **WANG).id
    fleet.wait_for(lambda: asked(fleet) == 1)
    fleet.sandbox.faults.replace([], seed=0)

    worker.terminate()

    assert worker.stopped() == 0
    (job,) = jobs(fleet.found.runtime)
    assert (job.lease_until, job.attempts) == (None, 0)
    fleet.worker("new")
    fleet.wait_for(lambda: fleet.ended(case))
    assert set(fleet.sandbox.effects.counted().values()) == {1}


def test_workers_go_on_when_the_database_comes_back(fleet: Fleet) -> None:
    """Every connection of theirs breaks in the middle: those that listen, those that fetch, those that write."""
    fleet.worker()
    first = fleet.world.start("a", **WANG).id
    fleet.wait_for(lambda: fleet.ended(first))

    for _ in range(3):
        with shared_server().connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (fleet.found.runtime.database.engine.url.database,),
            )
    cases = [fleet.world.start("a", **WANG).id, fleet.world.start("w").id]

    fleet.wait_for(lambda: fleet.ended(*cases))


def test_nothing_is_lost_when_nobody_is_told(fleet: Fleet) -> None:
    """No NOTIFY ever comes, and the look at a call was lost, too: the workers find both by themselves."""
    fleet.worker()
    fleet.found.runtime.steps.deferrer = None

    cases = [fleet.world.start("a", **WANG).id, fleet.world.start("w").id]

    fleet.wait_for(lambda: fleet.ended(*cases))


def test_a_call_is_made_as_soon_as_its_case_is_committed(fleet: Fleet) -> None:
    """Told after the commit, a worker does not wait for its next look by itself, which comes each second."""
    fleet.worker()
    notifier = Notifier(fleet.found.runtime.database)
    fleet.found.runtime.wake = notifier.wake
    notifier.start()
    waited = []
    for _ in range(20):
        begun = time.monotonic()
        case = fleet.world.start("a", **WANG).id
        fleet.wait_for(lambda case=case: fleet.ended(case))
        waited.append(time.monotonic() - begun)
    notifier.stop()

    print(
        f"from start to end of a case with a call: {sorted(waited)[10]:.3f} s, p95 {sorted(waited)[18]:.3f} s"
    )
    assert sorted(waited)[18] < 1.0


def test_one_worker_keeps_the_house_and_another_goes_on_when_it_dies(fleet: Fleet) -> None:
    """Schedules and alerts are looked after by one at a time; its successor takes over when its lease is out."""
    runtime = fleet.found.runtime
    first = fleet.worker("one")
    fleet.wait_for(lambda: heartbeat.beats(runtime)[0].at is not None)
    fleet.worker("two")
    holder = _holder(fleet)

    first.kill()
    fleet.wait_for(lambda: _holder(fleet) != holder, within_s=SILENT_S * 5)

    assert {beat.worker for beat in heartbeat.beats(runtime)} == {None, "one", "two"}


def _holder(fleet: Fleet) -> int:
    with fleet.found.runtime.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT token FROM lease").scalar_one())
