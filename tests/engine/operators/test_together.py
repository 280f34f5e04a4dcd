"""One act on many incidents: each by itself, all that a filter lists, and never more than are allowed."""

from __future__ import annotations

import pytest

from engine import together
from engine.errors import InvalidInput, NotAllowed
from engine.incidents import IncidentFilter, open_codes
from engine.together import Act
from tests.engine.bundles import bundle, script, start_and_end, user_task
from tests.engine.jobs.conftest import ScriptedRegistry, down
from tests.engine.jobs.services import WANG, call
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, DISTRICT, SHIQIAO, SUPERVISOR, World, person

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")
NEIGHBOUR = person(22, "Otto", office=SHIQIAO, roles="operator")
REASON = "The registry was down all night"
ASKS = bundle(call(retry="R0/PT5M") + user_task("after") + start_and_end("verify", "after"))
OPERATION = "registry.verify_household"


def given_up(world: World, count: int = 3) -> list[Story]:
    """Give cases whose call was given up while the registry was down."""
    world.runtime.connectors = {"registry": ScriptedRegistry(down)}
    return [begin(world, ASKS if number == 0 else None, **WANG) for number in range(count)]


def see_to(world: World, act: Act, where: IncidentFilter | None = None) -> list[together.Outcome]:
    rows = together.chosen(world.runtime, OPERATOR, [], where or IncidentFilter())
    return together.see_to(world.runtime, OPERATOR, rows, act)


def test_all_that_match_are_tried_again_with_one_reason(world: World) -> None:
    stories = given_up(world)
    world.runtime.connectors = {"registry": ScriptedRegistry(lambda _call: {"wage": 1})}

    found = see_to(world, Act("retry", REASON))

    assert [one.error for one in found] == [None] * 3
    assert [story.settle().open for story in stories] == [["after"]] * 3
    retried = [link for link in stories[0].links if link.event == "incident_retried"]
    assert [link.payload["reason"] for link in retried] == [REASON]


def test_one_that_fails_keeps_no_other_from_being_done(world: World) -> None:
    stories = given_up(world)
    rows = together.chosen(world.runtime, OPERATOR, [], IncidentFilter())
    together.see_to(world.runtime, OPERATOR, rows[1:2], Act("cancel", REASON))

    found = together.see_to(world.runtime, OPERATOR, rows, Act("move", REASON, target="after"))

    assert [one.error.code if one.error else None for one in found] == [None, "case_ended", None]
    assert [story.settle().outcome for story in stories] == ["active", "cancelled", "active"]


@pytest.mark.parametrize(
    ("act", "opens"),
    [
        (Act("resolve", REASON, answer={"wage": 1}), ["after"]),
        (Act("move", REASON, target="after"), ["after"]),
        (Act("cancel", REASON), []),
    ],
)
def test_each_way_to_see_to_them(world: World, act: Act, opens: list[str]) -> None:
    stories = given_up(world, 2)
    world.runtime.offered = {}

    found = see_to(world, act)

    if act.name == "resolve":  # no connector says the shape of its answers here
        assert {one.error.code for one in found if one.error} == {"answer_unknown"}
    else:
        assert [one.error for one in found] == [None, None]
        assert [story.settle().open for story in stories] == [opens, opens]


def test_the_same_correction_goes_to_each(world: World) -> None:
    service = bundle(
        script("compute", "{twice: income * 2}")
        + script("check", "if twice = null then [1] else {}")
        + user_task("after")
        + start_and_end("compute", "check", "after")
    )
    stories = [begin(world, service, income="x"), begin(world, None, income="y")]
    assert all(story.incidents for story in stories)

    found = see_to(world, Act("correct", REASON, changes={"twice": "4"}))

    assert [one.error for one in found] == [None, None]
    assert [story.settle().open for story in stories] == [["after"], ["after"]]


def test_they_are_found_by_operation_code_service_and_since(world: World) -> None:
    given_up(world, 2)
    world.clock.move(hours=1)
    world.deploy(bundle(script("compute", "[1]") + start_and_end("compute"), key="other", process=OTHER))
    other = Story(world)
    other.case_id = world.start("other").id

    def found(where: IncidentFilter) -> int:
        return len(together.chosen(world.runtime, OPERATOR, [], where))

    since = world.runtime.now_ms()
    assert found(IncidentFilter()) == 3
    assert found(IncidentFilter(operation=OPERATION)) == 2
    assert found(IncidentFilter(operation="registry.other")) == 0
    assert found(IncidentFilter(code="script_not_a_context")) == 1
    assert found(IncidentFilter(service_key="other")) == 1
    assert found(IncidentFilter(since=since)) == 1
    assert open_codes(world.runtime, OPERATOR) == ["registry_down", "script_not_a_context"]


OTHER = 'linbang:caseNumber="O" linbang:title="name" linbang:startGroups="clerk"'


def test_ids_of_other_offices_and_of_nothing_are_left_out(world: World) -> None:
    (story,) = given_up(world, 1)
    (incident,) = story.incidents

    assert [row.id for row in together.chosen(world.runtime, OPERATOR, [incident.id, 7])] == [incident.id]
    assert together.chosen(world.runtime, NEIGHBOUR, [incident.id]) == []


def test_it_refuses_too_many_an_unknown_act_and_no_reason(world: World) -> None:
    given_up(world, 1)
    rows = together.chosen(world.runtime, OPERATOR, [], IncidentFilter())

    with pytest.raises(InvalidInput) as caught:
        together.chosen(world.runtime, OPERATOR, range(501))
    assert caught.value.code == "too_many_incidents"
    with pytest.raises(InvalidInput) as caught:
        together.see_to(world.runtime, OPERATOR, rows, Act("explode", REASON))
    assert caught.value.code == "act_unknown"
    with pytest.raises(InvalidInput) as caught:
        together.see_to(world.runtime, OPERATOR, rows, Act("retry", "no"))
    assert caught.value.code == "reason_missing"


def test_a_caseworker_may_not(world: World) -> None:
    given_up(world, 1)

    with pytest.raises(NotAllowed):
        together.chosen(world.runtime, ALICE, [], IncidentFilter())
    with pytest.raises(NotAllowed):
        together.see_to(world.runtime, ALICE, [], Act("retry", REASON))
    assert together.chosen(world.runtime, SUPERVISOR, [], IncidentFilter())
