"""A diagram opens another case, which is as good as one that somebody typed in."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from engine.instances import StartRequest, cancel, start
from engine.people import SYSTEM
from engine.ports import Call, ConnectorError
from tests.engine.story import Story, begin
from tests.engine.support import QINGHE, SHIQIAO, SUPERVISOR

from .services import ID_NO, asking

if TYPE_CHECKING:
    from connectors.cases import Cases
    from tests.engine.support import World

LEAD = (
    '{name: "Li", id_no: "990101195203070011", item: "bed", budget: 1250.50, '
    'born: date("1952-03-07"), slots: [{day: "Monday"}]}'
)


def opened(story: Story) -> Story:
    """Give the story of the case that a case opened."""
    (row,) = [row for row in story.world.runtime.relations.of_case(story.case_id) if row.kind == "opened"]
    return Story(story.world, row.id)


def test_it_starts_a_case_at_the_same_office_with_the_forms_own_types(world: World, cases: Cases) -> None:
    story = begin(world, asking("open", service='"child"', variables=LEAD, reason='"a second need"'))

    child = opened(story)
    row = child.store.instance(child.case_id)
    assert row is not None
    assert (row.office_id, row.title, row.started_by) == (QINGHE, "Li", None)
    assert child.open == ["ask"]
    assert child.variables == {
        "id_no": ID_NO,
        "item": "bed",
        "budget": Decimal("1250.50"),
        "born": date(1952, 3, 7),
        "slots": [{"day": "Monday"}],
    }
    assert story.variables["answer"] == {"case_number": "C-2026-000001", "case_id": child.case_id}


def test_both_histories_say_why(world: World, cases: Cases) -> None:
    story = begin(world, asking("open", service='"child"', variables=LEAD, reason='"a second need"'))

    child = opened(story)
    assert [link.event for link in story.links] == ["case_started", "case_opened", "service_answered"]
    told = story.links[1].payload
    assert (told["case"], told["service"], told["reason"]) == ("C-2026-000001", "child", "a second need")
    first = child.links[0].payload
    assert (first["opened_by"], first["reason"]) == ("T-2026-000001", "a second need")


def test_it_starts_at_another_office_by_its_code(world: World, cases: Cases) -> None:
    service = asking("open", service='"child"', variables=LEAD, reason='"moved"', office='"990101002"')

    child = opened(begin(world, service))

    row = child.store.instance(child.case_id)
    assert row is not None
    assert row.office_id == SHIQIAO


@pytest.mark.parametrize("office", ["990101", "999999"])
def test_an_office_that_cannot_work_on_it_goes_the_errors_way(
    world: World, cases: Cases, office: str
) -> None:
    """The district has no clerks of a sub-district, and the other office is none."""
    parameters = {"service": '"child"', "variables": LEAD, "reason": '"moved"', "office": f'"{office}"'}

    assert begin(world, asking("open", "office_unknown", **parameters)).outcome == "end_office_unknown"


def test_an_unknown_service_goes_the_errors_way(world: World, cases: Cases) -> None:
    service = asking("open", "service_unknown", service='"nothing"', variables=LEAD, reason='"x"')

    assert begin(world, service).outcome == "end_service_unknown"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ('{name: "", item: "bed"}', "name"),
        ('{name: "Li", item: "castle"}', "item"),
        ('{name: "Li", budget: "secret 1952"}', "budget"),
        ('{name: "Li", phone: "19900001234"}', "phone"),
        ('{name: "Li", slots: [{day: 5}]}', "slots.0.day"),
    ],
)
def test_variables_that_the_form_does_not_take_name_the_field_and_never_the_value(
    world: World, cases: Cases, variables: str, named: str
) -> None:
    """Nothing is opened, and nothing that the form does not ask for is lost without a word."""
    story = begin(world, asking("open", service='"child"', variables=variables, reason='"x"'))

    (incident,) = story.incidents
    assert incident.code == "variables_wrong"
    assert named in incident.message
    assert not any(word in incident.message for word in ("castle", "1952", "19900001234"))
    assert world.runtime.relations.of_case(story.case_id) == []


def call_of(story: Story, key: str = "17-3") -> Call:
    parameters: dict[str, Any] = {"service": "child", "variables": {"name": "Li"}, "reason": "a second need"}
    return Call("open", parameters, key, 10.0, story.case_id)


def test_the_same_call_gives_the_same_case_and_one_line_in_the_history(world: World, cases: Cases) -> None:
    story = begin(world, asking("similar", id_no="null", service='"child"', days="1"))

    answers = [cases.call(call_of(story)) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert [link.event for link in story.links].count("case_opened") == 1
    assert cases.call(call_of(story, "17-4")) != answers[0]


def test_it_mends_the_history_that_a_crash_left_behind(world: World, cases: Cases) -> None:
    """The case was started, and the machine went down before the asking case's history said so."""
    story = begin(world, asking("similar", id_no="null", service='"child"', days="1"))
    request = StartRequest("child", QINGHE, {"name": "Li"}, key="case:17-3", parent=story.case_id)
    started = start(world.runtime, SYSTEM, request)

    answer = cases.call(call_of(story))

    assert answer["case_id"] == started.id
    assert [link.event for link in story.links].count("case_opened") == 1


def test_calls_at_once_open_one_case_and_write_one_line(world: World, cases: Cases) -> None:
    """A lease that ran out while the call went on: two workers do the same."""
    story = begin(world, asking("similar", id_no="null", service='"child"', days="1"))
    together = threading.Barrier(4)
    answers: list[Any] = []

    def try_it() -> None:
        together.wait(10)
        answers.append(cases.call(call_of(story)))

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(answers) == 4
    assert len({answer["case_id"] for answer in answers}) == 1
    assert [link.event for link in story.links].count("case_opened") == 1
    story.check()


def test_a_case_that_has_ended_meanwhile_still_says_what_it_opened(world: World, cases: Cases) -> None:
    story = begin(world, asking("similar", id_no="null", service='"child"', days="1"))
    cancel(world.runtime, story.case_id, SUPERVISOR, "by mistake")

    cases.call(call_of(story))

    assert story.links[-1].event == "case_opened"
    story.check()


def test_it_opens_nothing_for_a_case_that_is_not_there(world: World, cases: Cases) -> None:
    call = Call("open", {"service": "child", "variables": {"name": "Li"}, "reason": "x"}, "0-0", 10.0)

    with pytest.raises(ConnectorError) as caught:
        cases.call(call)

    assert (caught.value.code, caught.value.permanent) == ("cases_refused", True)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"service": "child", "variables": {"name": "Li"}},
        {"service": "child", "variables": [], "reason": "x"},
        {"service": "../etc", "variables": {}, "reason": "x"},
        {"service": "child", "variables": {}, "reason": "x", "more": 1},
    ],
)
def test_it_refuses_a_question_of_another_shape(cases: Cases, parameters: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError) as caught:
        cases.call(Call("open", parameters, "1-1", 10.0, 1))

    assert caught.value.code == "cases_wrong_parameters"


def test_it_refuses_an_operation_that_it_does_not_have(cases: Cases) -> None:
    with pytest.raises(ConnectorError) as caught:
        cases.call(Call("delete", {}, "1-1", 10.0, 1))

    assert caught.value.code == "operation_unknown"
