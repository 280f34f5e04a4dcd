"""Whatever goes wrong outside, a case ends or stands with an incident, and outside nothing is done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.incidents import retry
from engine.scheduler import next_moment, tick
from tests.engine.support import SUPERVISOR, World

from .services import ASKS, WANG, happened, incidents, jobs, states

if TYPE_CHECKING:
    from .conftest import AskedRegistry

CASES = 200
FAULTS = (
    {"kind": "down", "probability": 0.2},
    {"kind": "error", "probability": 0.25},
    {"kind": "wrong_answer", "probability": 0.05},
    {"kind": "doubled", "probability": 0.2},
    {"kind": "late", "probability": 0.03, "ms": 60_000},
    {"kind": "slow", "probability": 0.03, "ms": 60_000},
)


def settle(world: World) -> None:
    """Move the clock from one due moment to the next until nothing is due any more."""
    while (moment := next_moment(world.runtime)) is not None:
        world.clock.moment = max(world.clock.moment, moment)
        assert tick(world.runtime, budget_s=60) > 0


@pytest.mark.parametrize("seed", [1, 20])
def test_it_ends_every_case_or_leaves_it_with_an_incident(
    world: World, registry: AskedRegistry, seed: int
) -> None:
    registry.fail_with(*FAULTS, seed=seed)
    registry.wait_at_most(0.15)
    world.deploy(ASKS)
    cases = [world.start(**WANG).id for _ in range(CASES)]

    settle(world)

    standing = {row.process_instance_id: row for row in incidents(world.runtime)}
    found = states(world.runtime)
    assert {case for case in cases if found[case][0] == "active"} == set(standing)
    assert {row.code for row in standing.values()} >= {"registry_down", "registry_wrong_answer"}
    assert jobs(world.runtime) == []

    effects = registry.effects()["keys"]
    assert set(effects.values()) == {1}
    assert CASES - len(standing) <= len(effects) <= CASES
    assert len(registry.keys) > 1.3 * CASES
    assert len(set(registry.keys)) == CASES


def test_it_ends_all_of_them_once_the_outside_system_works_again(
    world: World, registry: AskedRegistry
) -> None:
    """An operator takes up every incident, and nobody's answer comes twice."""
    registry.fail_with({"kind": "error", "probability": 0.8})
    world.deploy(ASKS)
    cases = [world.start(**WANG).id for _ in range(40)]
    settle(world)
    assert incidents(world.runtime)
    registry.fail_with()

    for row in incidents(world.runtime):
        retry(world.runtime, row.process_instance_id, row.number, SUPERVISOR)
    settle(world)

    assert set(states(world.runtime).values()) == {("completed", "done")}
    counted = happened(world.runtime)
    assert [counted[case, "service_answered"] for case in cases] == [1] * len(cases)
