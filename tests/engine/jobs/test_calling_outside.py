"""A service task calls an outside system after the commit, and its answer is another step."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from engine.instances import cancel, final_variables
from engine.scheduler import tick
from tests.engine.support import ALICE, SUPERVISOR, World

from .services import ASKS, ASKS_OR_BY_HAND, WANG, events, incidents, jobs, states

if TYPE_CHECKING:
    from .conftest import AskedRegistry


def test_it_brings_the_answer_into_the_case(world: World, registry: AskedRegistry) -> None:
    registry.put(f"persons/{WANG['id_no']}", {"wage": 1200.10, "deposits": 0.07, "vehicles": 1})
    world.deploy(ASKS)
    case = world.start(**WANG)

    assert tick(world.runtime) == 1

    assert states(world.runtime) == {case.id: ("completed", "done")}
    row, _ = world.runtime.steps.load(case.id)
    verification = final_variables(world.runtime, row)["verification"]
    assert verification["wage"] == Decimal("1200.10")
    assert verification["deposits"] == Decimal("0.07")
    assert verification["vehicles"] == 1


def test_it_calls_nobody_before_the_start_is_committed(world: World, registry: AskedRegistry) -> None:
    """The call is a job, so a request never waits for an outside system."""
    world.deploy(ASKS)

    case = world.start(**WANG)

    assert registry.keys == []
    assert states(world.runtime)[case.id][0] == "active"
    assert [job.kind for job in jobs(world.runtime)] == ["call"]


def test_it_uses_one_idempotency_key_for_all_attempts(world: World, registry: AskedRegistry) -> None:
    """The registry acts before its answer is lost, and must not act again."""
    registry.fail_with({"kind": "late", "ms": 60_000})
    registry.wait_at_most(0.2)
    world.deploy(ASKS)
    world.start(**WANG)
    tick(world.runtime)
    registry.fail_with()
    registry.wait_at_most(20)
    world.clock.move(minutes=5)

    tick(world.runtime)

    assert len(registry.keys) == 2
    assert len(set(registry.keys)) == 1
    assert registry.effects()["keys"] == {registry.keys[0]: 1}


def test_it_is_not_disturbed_by_a_question_that_arrives_twice(world: World, registry: AskedRegistry) -> None:
    registry.fail_with({"kind": "doubled"})
    world.deploy(ASKS)
    case = world.start(**WANG)

    tick(world.runtime)

    assert events(world.runtime, case.id) == ["case_started", "service_answered"]
    assert registry.effects()["total"] == 1


def test_it_lets_the_diagram_catch_an_error_code(world: World, registry: AskedRegistry) -> None:
    """A person without a record is no incident: somebody looks by hand."""
    registry.put(f"persons/{WANG['id_no']}", {"known": False})
    world.deploy(ASKS_OR_BY_HAND)
    case = world.start(**WANG)

    tick(world.runtime)

    assert world.task(ALICE, "verify_by_hand")
    assert events(world.runtime, case.id)[-1] == "service_failed"
    assert incidents(world.runtime) == []
    assert jobs(world.runtime) == []


def test_it_raises_an_incident_for_an_answer_of_another_shape(world: World, registry: AskedRegistry) -> None:
    """Asking again would bring the same; the incident says where the answer is wrong, not what it holds."""
    registry.fail_with({"kind": "wrong_answer"})
    world.deploy(ASKS)
    world.start(**WANG)

    tick(world.runtime)

    (incident,) = incidents(world.runtime)
    assert incident.code == "registry_wrong_answer"
    assert incident.message.endswith("wrong: query_no")
    assert len(registry.keys) == 1


def test_it_raises_an_incident_for_a_connector_that_is_not_there(world: World) -> None:
    world.deploy(ASKS)
    world.start(**WANG)

    tick(world.runtime)

    (incident,) = incidents(world.runtime)
    assert incident.code == "connector_missing"


def test_it_forgets_the_call_of_a_case_that_has_ended(world: World, registry: AskedRegistry) -> None:
    """A case that was cancelled while its call waited asks nobody."""

    world.deploy(ASKS)
    case = world.start(**WANG)
    cancel(world.runtime, case.id, SUPERVISOR, "withdrawn by phone")

    tick(world.runtime)

    assert registry.keys == []
    assert jobs(world.runtime) == []
