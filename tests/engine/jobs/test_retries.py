"""A call that fails is tried again, each time after twice the wait; then somebody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import DatabaseFull, InvalidState
from engine.incidents import retry
from engine.jobs import SOON
from engine.scheduler import next_moment, tick
from tests.engine.support import SUPERVISOR, World

from .conftest import AskedRegistry, ScriptedRegistry, down
from .services import ASKS, WANG, events, incidents, jobs, states


def waits(world: World, times: int) -> list[timedelta]:
    """Run what is due that many times and give the wait after each, moving the clock over it."""
    found = []
    for _ in range(times):
        assert tick(world.runtime) == 1
        moment = next_moment(world.runtime)
        assert moment is not None
        found.append(moment - world.clock.now())
        world.clock.moment = moment
    return found


def test_it_doubles_the_wait_after_each_attempt(world: World, registry: AskedRegistry) -> None:
    registry.fail_with({"kind": "error"})
    world.deploy(ASKS)
    world.start(**WANG)

    assert waits(world, 3) == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]


def test_it_does_not_try_before_the_wait_is_over(world: World, registry: AskedRegistry) -> None:
    registry.fail_with({"kind": "down"})
    world.deploy(ASKS)
    world.start(**WANG)
    tick(world.runtime)

    world.clock.move(minutes=4, seconds=59)

    assert tick(world.runtime) == 0


def test_an_attempt_that_the_database_kept_from_being_saved_counts_as_none(
    world: World, registry: AskedRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a disk that is full for a while, then the other side's fault is not the case's to pay for."""
    world.deploy(ASKS)
    case = world.start(**WANG)

    def full(_saved: object) -> None:
        raise DatabaseFull

    with monkeypatch.context() as patch:
        patch.setattr(world.runtime.steps, "save", full)
        assert waits(world, 3) == [SOON, SOON, SOON]

    assert jobs(world.runtime)[0].attempts == 0
    assert tick(world.runtime) == 1
    assert states(world.runtime)[case.id] == ("completed", "done")
    assert len(set(registry.keys)) == 1


def test_it_raises_an_incident_when_the_retries_are_used_up(world: World, registry: AskedRegistry) -> None:
    """Four attempts: the first and three more. The case stands, and nothing tries on."""
    registry.fail_with({"kind": "error"})
    world.deploy(ASKS)
    case = world.start(**WANG)
    waits(world, 3)

    tick(world.runtime)

    (incident,) = incidents(world.runtime)
    assert (incident.code, incident.element_id) == ("registry_down", "verify")
    assert incident.message == "The registry has a fault of its own"
    assert len(registry.keys) == 4
    assert jobs(world.runtime) == []
    assert states(world.runtime)[case.id][0] == "active"


def test_it_takes_the_call_up_again_after_the_incident(world: World, registry: AskedRegistry) -> None:
    registry.fail_with({"kind": "error"})
    world.deploy(ASKS)
    case = world.start(**WANG)
    waits(world, 3)
    tick(world.runtime)
    registry.fail_with()
    (incident,) = incidents(world.runtime)

    retry(world.runtime, case.id, incident.number, SUPERVISOR)
    tick(world.runtime)

    assert states(world.runtime)[case.id] == ("completed", "done")
    assert incidents(world.runtime) == []
    (resolved,) = incidents(world.runtime, "resolved")
    assert resolved.resolved_by == SUPERVISOR.person_id


def test_it_refuses_to_take_up_an_incident_twice(world: World, registry: AskedRegistry) -> None:
    registry.fail_with({"kind": "wrong_answer"})
    world.deploy(ASKS)
    case = world.start(**WANG)
    tick(world.runtime)
    (incident,) = incidents(world.runtime)
    retry(world.runtime, case.id, incident.number, SUPERVISOR)

    with pytest.raises(InvalidState) as refused:
        retry(world.runtime, case.id, incident.number, SUPERVISOR)

    assert refused.value.code == "incident_resolved"


def test_it_raises_a_new_incident_when_the_next_round_fails_too(
    world: World, registry: AskedRegistry
) -> None:
    """The retries begin anew after somebody took the call up again."""
    world.runtime.connectors = {"registry": ScriptedRegistry(down)}
    world.deploy(ASKS)
    case = world.start(**WANG)
    waits(world, 3)
    tick(world.runtime)
    (first,) = incidents(world.runtime)
    retry(world.runtime, case.id, first.number, SUPERVISOR)

    assert waits(world, 3) == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    tick(world.runtime)

    (second,) = incidents(world.runtime)
    assert second.id != first.id
    assert events(world.runtime, case.id).count("service_failed") == 2
