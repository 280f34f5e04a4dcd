"""A diagram looks for cases of the same person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from engine.instances import Started, StartRequest, cancel, start
from engine.people import SYSTEM
from engine.ports import Call, ConnectorError
from engine.relations import MAX_SIMILAR
from tests.engine.story import Story, begin
from tests.engine.support import QINGHE, SHIQIAO, SUPERVISOR

from .services import ID_NO, OTHER_ID_NO, asking

if TYPE_CHECKING:
    from connectors.cases import Cases
    from tests.engine.support import World


def lead(world: World, office: int = QINGHE, **variables: Any) -> Started:
    values = {"name": "Li", "id_no": ID_NO, "item": "card", **variables}
    return start(world.runtime, SYSTEM, StartRequest("child", office, values))


def look(cases: Cases, *, asker: int = 1, **parameters: Any) -> list[dict[str, Any]]:
    question = {"id_no": ID_NO, "service": "child", "days": 30, **parameters}
    found: list[dict[str, Any]] = cases.call(Call("similar", question, "1-1", 10.0, asker))["cases"]
    return found


def test_it_gives_running_and_ended_cases_the_newest_first(world: World, cases: Cases) -> None:
    first = lead(world)
    world.clock.move(days=2)
    second = lead(world, office=SHIQIAO)
    cancel(world.runtime, first.id, SUPERVISOR, "by mistake")

    assert look(cases) == [
        {"case_number": second.business_key, "started_on": date(2026, 3, 4), "running": True},
        {"case_number": first.business_key, "started_on": date(2026, 3, 2), "running": False},
    ]


def test_a_diagram_reads_the_answer(world: World, cases: Cases) -> None:
    found = lead(world)
    service = asking("similar", id_no=f'"{ID_NO}"', service='"child"', days="30", same='{item: "card"}')

    story = begin(world, service)

    assert story.variables["answer"] == {
        "cases": [{"case_number": found.business_key, "started_on": date(2026, 3, 2), "running": True}]
    }


def test_it_leaves_out_other_people_other_services_and_the_asking_case(world: World, cases: Cases) -> None:
    lead(world, id_no=OTHER_ID_NO)
    asker = lead(world)

    assert look(cases, asker=asker.id) == []


@pytest.mark.parametrize(("days", "found"), [(29, 0), (30, 1), (0, 0)])
def test_it_looks_back_as_many_days_as_it_is_told(world: World, cases: Cases, days: int, found: int) -> None:
    lead(world)
    world.clock.move(days=30)

    assert len(look(cases, days=days)) == found


@pytest.mark.parametrize(
    ("same", "found"),
    [
        ({"item": "card"}, 1),
        ({"item": "bed"}, 0),
        ({"item": "card", "budget": 1200}, 1),
        ({"item": "card", "budget": True}, 0),
        ({"slots": [{"day": "Monday"}]}, 1),
        ({"slots": [{"day": "Friday"}]}, 0),
        ({"nothing": None}, 1),
        ({"budget": None}, 0),
        (None, 1),
    ],
)
@pytest.mark.parametrize("ended", [False, True])
def test_it_compares_variables_as_the_diagrams_language_does(
    world: World, cases: Cases, same: dict[str, Any] | None, found: int, *, ended: bool
) -> None:
    """A number is no truth, lists are compared part by part, and what a case does not have is null."""
    case = lead(world, budget=1200, slots=[{"day": "Monday"}])
    if ended:
        Story(world, case.id).do("ask")

    assert len(look(cases, same=same)) == found


def test_it_gives_twenty_at_most(world: World, cases: Cases) -> None:
    numbers = [lead(world).business_key for _ in range(MAX_SIMILAR + 2)]

    assert [one["case_number"] for one in look(cases)] == numbers[:1:-1]


def test_somebody_without_a_number_has_no_other_cases(world: World, cases: Cases) -> None:
    lead(world, id_no="")

    assert look(cases, id_no=None) == []


def test_it_finds_a_number_that_ends_in_a_letter_in_both_spellings(world: World, cases: Cases) -> None:
    lead(world, id_no="99010119520307002X")

    assert len(look(cases, id_no="99010119520307002x")) == 1


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"service": "nothing"}, "service_unknown"),
        ({"id_no": "Li"}, "cases_wrong_parameters"),
        ({"days": 4_000}, "cases_wrong_parameters"),
        ({"days": -1}, "cases_wrong_parameters"),
        ({"same": ["item"]}, "cases_wrong_parameters"),
    ],
)
def test_it_refuses_what_cannot_be_asked(cases: Cases, parameters: dict[str, Any], code: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        look(cases, **parameters)

    assert (caught.value.code, caught.value.permanent) == (code, True)
    assert ID_NO not in str(caught.value)
