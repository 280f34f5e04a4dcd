"""Starting a case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.instances import StartRequest, start
from engine.people import SYSTEM

from .bundles import FOUR_TASKS, bundle
from .story import Story, begin
from .support import ALICE, CLERK, QINGHE, SHIQIAO, World


@pytest.fixture
def service(world: World) -> World:
    world.deploy(bundle(FOUR_TASKS))
    return world


def test_it_opens_the_first_task_for_the_group_at_the_cases_office(service: World) -> None:
    case = service.start()

    (row,) = service.inbox(ALICE)
    assert (row.process_instance_id, row.element_id, row.principal) == (case.id, "t1", f"reviewer@{QINGHE}")
    assert row.title == "Wang"


def test_it_numbers_the_cases_of_a_service_without_a_gap(service: World) -> None:
    keys = [service.start().business_key for _ in range(3)]

    assert keys == ["T-2026-000001", "T-2026-000002", "T-2026-000003"]


def test_it_gives_no_number_away_when_it_fails(service: World) -> None:
    with pytest.raises(InvalidInput):
        start(service.runtime, CLERK, StartRequest("t", QINGHE, {"amount": 1.5}))

    assert service.start().business_key == "T-2026-000001"


def test_it_writes_the_answers_into_the_history(service: World) -> None:
    story = begin(service, a="said", n=Decimal("1.10"))

    (link,) = story.links
    assert (link.event, link.actor) == ("case_started", CLERK.person_id)
    assert link.payload["answers"] == {"name": "Wang", "a": "said", "n": Decimal("1.10")}


def test_it_refuses_a_service_that_was_never_deployed(service: World) -> None:
    with pytest.raises(NotFound) as caught:
        service.start("nothing")

    assert caught.value.code == "service_unknown"


def test_it_refuses_somebody_of_another_group(service: World) -> None:
    with pytest.raises(NotAllowed) as caught:
        start(service.runtime, ALICE, StartRequest("t", QINGHE, {"name": "Wang"}))

    assert caught.value.code == "may_not_start"


def test_it_refuses_a_clerk_of_another_office(service: World) -> None:
    with pytest.raises(NotAllowed):
        start(service.runtime, CLERK, StartRequest("t", SHIQIAO, {"name": "Wang"}))


def test_the_application_itself_may_start_a_case(service: World) -> None:
    assert start(service.runtime, SYSTEM, StartRequest("t", SHIQIAO, {"name": "Wang"})).id


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"amount": 0.1}, "value_not_plain"),
        ({"self": 1}, "forbidden_name"),
        ({"typename": 1}, "forbidden_name"),
        ({"data_objects": 1}, "forbidden_name"),
        ({"x": {1: 2}}, "value_not_plain"),
        ({"x": object()}, "value_not_plain"),
        ({"x": "\0"}, "value_not_plain"),
        ({"x": "\ud800"}, "value_not_plain"),
        ({"x": [[]] * 60_000}, "value_too_large"),
        ([], "not_variables"),
    ],
)
def test_it_refuses_variables_that_a_case_cannot_hold(service: World, variables: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        start(service.runtime, CLERK, StartRequest("t", QINGHE, variables))

    assert caught.value.code == code


def test_it_refuses_a_list_that_contains_itself(service: World) -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(InvalidInput) as caught:
        start(service.runtime, CLERK, StartRequest("t", QINGHE, {"x": endless}))

    assert caught.value.code == "value_too_large"


def test_it_raises_an_incident_when_the_first_step_cannot_be_carried_out(world: World) -> None:
    """The case exists, so that nothing that was asked at the window is lost."""
    from .bundles import script, start_and_end

    world.deploy(bundle(script("compute", "[1]") + start_and_end("compute")))
    story = Story(world, world.start().id)

    assert [(row.element_id, row.code) for row in story.incidents] == [("compute", "script_not_a_context")]


def test_it_finds_a_persons_running_cases_by_a_keyed_hash(world: World) -> None:
    from engine.store.cases import CaseStore

    from .bundles import _PROCESS

    world.deploy(bundle(FOUR_TASKS, process=f'{_PROCESS} linbang:subject="id_no"'))
    case = world.start(id_no="990101195203070011")

    digest = world.runtime.sealer.index("identity", " 990101195203070011")
    assert [row.id for row in CaseStore(world.runtime.database, 1).with_subject(digest)] == [case.id]
    other = world.runtime.sealer.index("identity", "990101195203070012")
    assert CaseStore(world.runtime.database, 1).with_subject(other) == []
