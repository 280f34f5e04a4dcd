"""Settling by hand what an outside system was to do: with its answer, or by the way of one of its errors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.registry import Registry
from engine.errors import InvalidInput, InvalidState
from engine.incidents import resolve, retry
from engine.ports import ConnectorError
from tests.engine.bundles import bundle, script, start_and_end, user_task
from tests.engine.jobs.conftest import ScriptedRegistry
from tests.engine.jobs.services import ASKS_OR_BY_HAND, WANG, call
from tests.engine.story import Story, begin
from tests.engine.support import SUPERVISOR, World

REASON = "The registry answered by telephone"
ANSWER: dict[str, Any] = {
    "query_no": "by hand 1",
    "wage": Decimal("1200.10"),
    "business": 0,
    "property": 0,
    "transfer": 0,
    "excluded": 0,
    "deposits": 0,
    "vehicles": 0,
    "homes": 1,
}


def given_up(world: World, service: Any = None) -> Story:
    """Give a case whose call was refused for good."""

    def refuses(_call: object) -> Any:
        raise ConnectorError("The registry refused", code="registry_refused", permanent=True)

    world.runtime.connectors = {"registry": ScriptedRegistry(refuses, operations=Registry.operations)}
    body = call() + user_task("after") + start_and_end("verify", "after")
    return begin(world, service or bundle(body), **WANG)


def settle(story: Story, **how: Any) -> Story:
    (incident,) = story.incidents
    story.reopen()
    resolve(story.world.runtime, story.case_id, incident.number, SUPERVISOR, **{"reason": REASON, **how})
    return story.settle()


def test_the_case_goes_on_with_an_answer_given_by_hand(world: World) -> None:
    story = settle(given_up(world), answer=ANSWER)

    assert story.open == ["after"]
    assert (story.incidents, story.jobs) == ([], [])
    assert story.variables["verification"]["wage"] == Decimal("1200.10")
    assert story.variables["verification"]["mismatches"] == []


def test_the_history_says_who_gave_which_answer_and_why(world: World) -> None:
    link = settle(given_up(world), answer=ANSWER).links[-1]

    assert (link.event, link.element_id, link.actor) == ("incident_settled", "verify", SUPERVISOR.person_id)
    assert link.payload["reason"] == REASON
    assert link.payload["operation"] == "registry.verify_household"
    assert link.payload["answer"]["homes"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {**ANSWER, "wage": "much"},
        {**ANSWER, "homes": -1},
        {key: value for key, value in ANSWER.items() if key != "deposits"},
        {**ANSWER, "mismatches": [{"name": "Wang"}]},
    ],
)
def test_an_answer_of_another_shape_is_refused(world: World, answer: dict[str, Any]) -> None:
    story = given_up(world)

    with pytest.raises(InvalidInput) as caught:
        settle(story, answer=answer)

    assert caught.value.code == "answer_wrong"
    assert "much" not in caught.value.message
    assert len(story.incidents) == 1


def test_it_goes_the_way_of_an_error_that_the_diagram_catches(world: World) -> None:
    story = settle(given_up(world, ASKS_OR_BY_HAND), error="person_unknown")

    assert story.open == ["verify_by_hand"]
    assert story.incidents == []
    assert story.links[-1].payload["code"] == "person_unknown"


@pytest.mark.parametrize("error", ["registry_down", "", "anything"])
def test_an_error_that_nobody_catches_is_refused(world: World, error: str) -> None:
    story = given_up(world, ASKS_OR_BY_HAND)

    with pytest.raises(InvalidInput) as caught:
        settle(story, error=error)

    assert caught.value.code == "error_not_caught"
    assert story.open == []


@pytest.mark.parametrize("how", [{}, {"answer": ANSWER, "error": "person_unknown"}])
def test_it_takes_an_answer_or_an_error(world: World, how: dict[str, Any]) -> None:
    story = given_up(world, ASKS_OR_BY_HAND)

    with pytest.raises(InvalidState) as caught:
        settle(story, **how)

    assert caught.value.code == "not_settleable"


def test_a_reason_must_be_given(world: World) -> None:
    with pytest.raises(InvalidInput) as caught:
        settle(given_up(world), answer=ANSWER, reason=" ok ")

    assert caught.value.code == "reason_missing"


def test_what_is_no_call_cannot_be_settled(world: World) -> None:
    story = begin(world, bundle(script("compute", "[1]") + start_and_end("compute")))

    with pytest.raises(InvalidState) as caught:
        settle(story, answer=ANSWER)

    assert caught.value.code == "not_settleable"


def test_an_answer_whose_shape_nobody_knows_is_refused(world: World) -> None:
    story = given_up(world)
    story.world.runtime.connectors = {}
    story.reopen()

    with pytest.raises(InvalidState) as caught:
        settle(story, answer=ANSWER)

    assert caught.value.code == "answer_unknown"


def test_a_connector_that_is_not_set_up_is_answered_for_by_hand(world: World) -> None:
    """An authority without a line to the registry asks it on paper."""
    story = given_up(world)
    (incident,) = story.incidents
    story.world.runtime.connectors = {}
    story.reopen()
    runtime = story.world.runtime
    runtime.offered = {"registry.verify_household": Registry.operations["verify_household"]}

    resolve(runtime, story.case_id, incident.number, SUPERVISOR, reason=REASON, answer=ANSWER)

    assert story.settle().open == ["after"]


def test_what_is_being_tried_again_is_no_longer_open(world: World) -> None:
    story = given_up(world)
    (incident,) = story.incidents
    retry(world.runtime, story.case_id, incident.number, SUPERVISOR)

    with pytest.raises(InvalidState) as caught:
        resolve(
            world.runtime, story.case_id, incident.number, SUPERVISOR, reason=REASON, error="person_unknown"
        )

    assert caught.value.code == "incident_resolved"
