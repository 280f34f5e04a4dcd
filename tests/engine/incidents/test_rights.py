"""Who may see to incidents: supervisors, operators and administrators wholly, workers of the service try again."""

from __future__ import annotations

import pytest

from engine.errors import EngineError, InvalidState, NotAllowed, NotFound
from engine.incidents import (
    IncidentFilter,
    correct,
    count_open,
    open_incidents,
    read_incident,
    resolve,
    retry,
)
from engine.people import Actor
from tests.engine.bundles import bundle, script, start_and_end, user_task
from tests.engine.story import Story, begin
from tests.engine.support import (
    ALICE,
    CLERK,
    DISTRICT,
    DORA,
    QINGHE,
    SHIQIAO,
    STRANGER,
    SUPERVISOR,
    World,
    person,
)

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")
ADMIN = person(22, "Ada", office=QINGHE, roles="admin")
AUDITOR = person(23, "Audrey", office=DISTRICT, roles="auditor")
FAR_SUPERVISOR = person(24, "Fang", office=SHIQIAO, roles="supervisor")
NOBODY = Actor(25, "Nobody", None, frozenset(), frozenset({"admin"}))


@pytest.fixture
def story(world: World) -> Story:
    return begin(world, bundle(script("compute", "{b: 1 + [a]}.c") + user_task("ask") + start_and_end("compute", "ask")))  # fmt: skip


def number(story: Story) -> int:
    return story.incidents[0].number


@pytest.mark.parametrize("actor", [SUPERVISOR, OPERATOR, ADMIN, ALICE, CLERK])
def test_whoever_sees_to_the_case_may_try_again(story: Story, actor: Actor) -> None:
    retry(story.world.runtime, story.case_id, number(story), actor)

    assert story.links[-1].actor == actor.person_id


@pytest.mark.parametrize(
    ("actor", "error"),
    [
        (DORA, NotAllowed),
        (AUDITOR, NotAllowed),
        (STRANGER, NotFound),
        (FAR_SUPERVISOR, NotFound),
        (NOBODY, NotFound),
    ],
)
def test_others_may_not(story: Story, actor: Actor, error: type[EngineError]) -> None:
    runtime = story.world.runtime
    for act in (
        lambda: retry(runtime, story.case_id, number(story), actor),
        lambda: read_incident(runtime, story.incidents[0].id, actor),
    ):
        with pytest.raises(error):
            act()


@pytest.mark.parametrize("actor", [ALICE, CLERK, DORA])
def test_only_three_roles_may_correct_and_settle(story: Story, actor: Actor) -> None:
    runtime = story.world.runtime
    for act in (
        lambda: correct(runtime, story.case_id, number(story), actor, {"a": "1"}, "Because I say"),
        lambda: resolve(runtime, story.case_id, number(story), actor, reason="Because I say", error="x"),
        lambda: open_incidents(runtime, actor),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert count_open(runtime, actor) is None


def test_the_list_holds_the_offices_below_ones_own(world: World) -> None:
    service = bundle(script("compute", "[1]") + start_and_end("compute"))
    begin(world, service)
    begin(world)

    assert len(open_incidents(world.runtime, SUPERVISOR)) == count_open(world.runtime, SUPERVISOR) == 2
    assert len(open_incidents(world.runtime, ADMIN)) == 2
    assert open_incidents(world.runtime, FAR_SUPERVISOR) == []
    assert count_open(world.runtime, FAR_SUPERVISOR) == 0
    assert open_incidents(world.runtime, NOBODY) == []


def test_the_list_goes_on_from_page_to_page_the_oldest_first(world: World) -> None:
    service = bundle(script("compute", "[1]") + start_and_end("compute"))
    cases = [begin(world, service).case_id, *(begin(world).case_id for _ in range(4))]

    first = open_incidents(world.runtime, SUPERVISOR, size=2)
    second = open_incidents(world.runtime, SUPERVISOR, size=9, after=first[-1].id)

    assert [row.process_instance_id for row in (*first, *second)] == cases
    assert open_incidents(world.runtime, SUPERVISOR, where=IncidentFilter("other")) == []


def test_it_is_read_with_what_may_be_done(story: Story) -> None:
    incident = story.incidents[0]

    seen = read_incident(story.world.runtime, incident.id, SUPERVISOR)
    by_worker = read_incident(story.world.runtime, incident.id, ALICE)

    assert (seen.kind, seen.may_settle, by_worker.may_settle) == ("token", True, False)
    assert seen.input is not None
    assert seen.input.literals == {"a"}
    assert seen.listed.business_key == story.store.instance(story.case_id).business_key


def test_what_is_resolved_is_not_read_again(story: Story) -> None:
    incident = story.incidents[0]
    from engine.instances import cancel

    cancel(story.world.runtime, story.case_id, SUPERVISOR, "No longer wanted")

    with pytest.raises(InvalidState):
        read_incident(story.world.runtime, incident.id, SUPERVISOR)
    with pytest.raises(NotFound):
        read_incident(story.world.runtime, 5, SUPERVISOR)
