"""A connector that breaks, or an answer that no case can hold, never loses a case and never asks for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import InvalidInput
from engine.incidents import retry
from engine.scheduler import next_moment, tick
from tests.engine.bundles import bundle, chain
from tests.engine.support import SUPERVISOR, World

from .conftest import ScriptedRegistry, down
from .services import ASKS, BEGIN, DONE, WAITS_BODY, WANG, call, incidents

MANY = 60


def settle(world: World) -> list[timedelta]:
    """Move the clock to everything that falls due; gives the waits between."""
    waits = []
    for _ in range(MANY):
        moment = next_moment(world.runtime)
        if moment is None:
            break
        waits.append(moment - world.clock.now())
        world.clock.moment = max(world.clock.moment, moment)
        tick(world.runtime)
    return waits


def test_a_connector_with_a_fault_of_its_own_ends_in_an_incident(world: World) -> None:
    def breaks(_call: object) -> None:
        raise RuntimeError("a slip in the connector")

    world.runtime.connectors = {"registry": ScriptedRegistry(breaks)}
    world.deploy(ASKS)
    world.start(**WANG)

    settle(world)

    (incident,) = incidents(world.runtime)
    assert incident.code == "call_broken"
    assert "a slip" not in incident.message


def test_an_answer_that_no_case_can_hold_ends_in_an_incident(world: World) -> None:
    """Numbers are exact: a float is refused at the gate through which answers come in."""
    world.runtime.connectors = {"registry": ScriptedRegistry(lambda _call: {"wage": 1.5})}
    world.deploy(ASKS)
    world.start(**WANG)

    settle(world)

    assert [incident.code for incident in incidents(world.runtime)] == ["call_broken"]


def test_a_call_taken_up_again_after_an_incident_keeps_its_key(world: World) -> None:
    """The outside system may have acted although its answer was lost."""
    keys = []

    def script(asked: object) -> object:
        keys.append(asked.idempotency_key)
        return down(asked)

    world.runtime.connectors = {"registry": ScriptedRegistry(script)}
    world.deploy(ASKS)
    case = world.start(**WANG)
    settle(world)
    (incident,) = incidents(world.runtime)

    retry(world.runtime, case.id, incident.number, SUPERVISOR)
    tick(world.runtime)

    assert len(keys) > 4
    assert len(set(keys)) == 1


def test_the_wait_between_attempts_never_exceeds_a_day(world: World) -> None:
    world.runtime.connectors = {"registry": ScriptedRegistry(down)}
    world.deploy(bundle(BEGIN + call(retry="R19/PT5M") + DONE + chain("begin", "verify", "done")))
    world.start(**WANG)

    assert max(settle(world)) == timedelta(days=1)


@pytest.mark.parametrize(
    "attributes", [{"timeout": "PT1H"}, {"timeout": "P1D"}, {"timeout": "soon"}, {"retry": "R40/PT5M"}]
)
def test_the_gate_refuses_calls_that_outlive_their_lease(world: World, attributes: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.deploy(bundle(BEGIN + call(**attributes) + DONE + chain("begin", "verify", "done")))

    assert {problem.code for problem in refused.value.details["problems"]} <= {
        "timeout_broken",
        "retry_broken",
    }


def test_two_services_cannot_share_a_prefix_of_case_numbers(world: World) -> None:
    world.deploy(ASKS)

    with pytest.raises(InvalidInput, match="prefix of case numbers"):
        world.deploy(bundle(WAITS_BODY, key="w"))
