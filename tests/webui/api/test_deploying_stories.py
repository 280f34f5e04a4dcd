"""Stories over REST: one that fails refuses a deployment; a version says how it was proved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.scenarios.proved import FAILS, GOES_WELL, PlayerHere, two_ways
from tests.engine.support import World

from .conftest import DESIGNER, Machine
from .test_process_definitions import upload

Machines = Callable[..., Machine]


@pytest.fixture(autouse=True)
def player(world: World) -> PlayerHere:
    made = PlayerHere()
    world.runtime.player = made
    return made


def test_a_story_that_fails_refuses_the_deployment(machine: Machines) -> None:
    problem = upload(machine(DESIGNER), two_ways(FAILS), "note=first+version", 422)

    assert problem["code"] == "stories_failed"
    assert ("scenarios/story0.yaml", "story_fails") in {
        (one["field"], one["code"]) for one in problem["errors"]
    }


def test_a_version_says_how_it_was_proved(machine: Machines, player: PlayerHere) -> None:
    dan = machine(DESIGNER)

    skipped = upload(dan, two_ways(FAILS), "note=the+flood&without_stories=true", 201)
    proved = upload(dan, two_ways(GOES_WELL), "note=mended+now", 201)

    assert skipped["process_definition"]["stories"] == "skipped"
    assert proved["process_definition"]["stories"] == "passed"
    assert "nodes_uncovered" in {one["code"] for one in proved["warnings"]}
    assert player.asked == 1
