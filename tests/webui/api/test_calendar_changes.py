"""Changes of the working calendar for programs: proposed, looked at, approved or discarded by who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.calendars.conftest import NOTICE_2027
from tests.engine.support import ALICE, CLERK, STRANGER, SUPERVISOR, World, person

from .conftest import OPERATOR, Machine, add_person

Machines = Callable[..., Machine]
QINGHE_CODE, SHIQIAO_CODE = "990101001", "990101002"
STORM = {"days": [{"day": "2026-03-04", "works": False, "label": "storm"}]}
REASON = {"reason": "A storm shut the offices."}
LOCAL = person(33, "Lena", office=2, roles="supervisor")


@pytest.fixture
def staffed(two_steps: World) -> World:
    add_person(two_steps, LOCAL)
    return two_steps


def looked_at(machine: Machine, change: Any) -> Any:
    for _ in range(20):
        if change["state"] != "looking":
            return change
        change = machine.post(f"/calendars/changes/{change['id']}/look").json
    raise AssertionError("never ready")


def test_a_closed_day_is_looked_at_approved_and_moves_the_case(staffed: World, machine: Machines) -> None:
    case = staffed.start().id
    office = machine(SUPERVISOR)
    (clock,) = office.get(f"/process-instances/{case}").json["deadlines"]

    change = looked_at(office, office.post(f"/calendars/{QINGHE_CODE}/changes", STORM, 201).json)
    (foreseen,) = office.get(f"/calendars/changes/{change['id']}/cases").json["items"]
    approved = office.post(f"/calendars/changes/{change['id']}/approve", REASON).json
    while office.post(f"/calendars/changes/{change['id']}/go-on").json["more"]:
        pass

    assert (change["state"], change["office"], change["counts"]["foreseen"]) == ("ready", QINGHE_CODE, 1)
    assert (foreseen["process_instance_id"], foreseen["state"]) == (str(case), "foreseen")
    assert foreseen["clocks"][0]["due_at"] == clock["due_at"] < foreseen["clocks"][0]["new_due_at"]
    assert approved["state"] == "applying"
    (moved,) = office.get(f"/process-instances/{case}").json["deadlines"]
    assert moved["due_at"] == foreseen["clocks"][0]["new_due_at"]
    assert moved["calendar_version"] == foreseen["clocks"][0]["new_calendar_version"]
    (done,) = office.get(f"/calendars/changes/{change['id']}/cases?state=moved").json["items"]
    assert done["business_key"] == foreseen["business_key"]
    assert office.get(f"/calendars/changes/{change['id']}").json["state"] == "applied"


def test_a_notice_makes_a_provisional_year_final(staffed: World, machine: Machines) -> None:
    operator = machine(OPERATOR)
    days = f"/calendars/{QINGHE_CODE}/days?from=2027-01-04&to=2027-01-04"
    assert operator.get(days).json["days"][0]["provisional"]

    notice = {"file": "2027.yaml", "text": NOTICE_2027}
    change = looked_at(operator, operator.post("/calendars/notices", notice, 201).json)
    operator.post(f"/calendars/changes/{change['id']}/approve", REASON)

    assert change["office"] is None
    assert not operator.get(days).json["days"][0]["provisional"]


def test_a_discarded_change_moves_nothing_and_stays_on_record(staffed: World, machine: Machines) -> None:
    staffed.start()
    office = machine(SUPERVISOR)
    change = office.post(f"/calendars/{QINGHE_CODE}/changes", STORM, 201).json

    office.post(f"/calendars/changes/{change['id']}/discard", REASON)

    office.post(f"/calendars/changes/{change['id']}/approve", REASON, 409)
    (kept,) = office.get("/calendars/changes").json["items"]
    assert (kept["state"], kept["reason"], kept["may_decide"]) == ("discarded", REASON["reason"], False)


def test_nothing_is_approved_before_every_case_was_looked_at(staffed: World, machine: Machines) -> None:
    staffed.start()
    change = machine(SUPERVISOR).post(f"/calendars/{QINGHE_CODE}/changes", STORM, 201).json

    refused = machine(SUPERVISOR).post(f"/calendars/changes/{change['id']}/approve", REASON, 409)

    assert refused.json["code"] == "preview_incomplete"


def test_it_is_for_those_who_answer_for_the_office(staffed: World, machine: Machines) -> None:
    machine(CLERK).post(f"/calendars/{QINGHE_CODE}/changes", STORM, 403)
    machine(CLERK).get("/calendars/changes", 403)
    machine(STRANGER).post(f"/calendars/{QINGHE_CODE}/changes", STORM, 404)
    machine(LOCAL).post("/calendars/notices", {"text": NOTICE_2027}, 403)
    machine(LOCAL).post(f"/calendars/{SHIQIAO_CODE}/changes", STORM, 404)
    other = machine(SUPERVISOR).post(f"/calendars/{SHIQIAO_CODE}/changes", STORM, 201).json
    for path in ("", "/cases"):
        machine(LOCAL).get(f"/calendars/changes/{other['id']}{path}", 404)
    for act in ("approve", "discard"):
        machine(LOCAL).post(f"/calendars/changes/{other['id']}/{act}", REASON, 404)

    own = machine(LOCAL).post(f"/calendars/{QINGHE_CODE}/changes", STORM, 201).json
    assert own["may_decide"]
    above = machine(SUPERVISOR).post("/calendars/notices", {"text": NOTICE_2027}, 201).json
    assert not machine(LOCAL).get(f"/calendars/changes/{above['id']}").json["may_decide"]
    machine(LOCAL).post(f"/calendars/changes/{above['id']}/discard", REASON, 403)


@pytest.mark.parametrize(
    "wishes",
    [
        {"days": [{"day": "2026-03-04", "works": False}]},
        {"opens": "09:30"},
        {"opens": "17:00", "closes": "09:00"},
        {"opens": "24:00", "closes": "25:00"},
        {"days": STORM["days"] * 2},
        {},
    ],
)
def test_it_refuses_what_cannot_be_or_changes_nothing(staffed: World, machine: Machines, wishes: Any) -> None:
    machine(SUPERVISOR).post(f"/calendars/{QINGHE_CODE}/changes", wishes, 422)

    assert machine(SUPERVISOR).get("/calendars/changes").json["items"] == []


def test_it_refuses_a_notice_that_is_none_and_says_where(staffed: World, machine: Machines) -> None:
    refused = machine(OPERATOR).post("/calendars/notices", {"file": "x.yaml", "text": "year: 2027"}, 422)

    assert refused.json["code"] == "invalid_notice"
    assert "x.yaml" in refused.json["detail"]


def test_a_task_says_whether_its_date_may_still_move(staffed: World, machine: Machines) -> None:
    sure = staffed.start().id
    staffed.clock.set("2026-12-29T10:00")
    may_move = staffed.start().id

    def told(case: int) -> bool:
        (one,) = machine(SUPERVISOR).get(f"/process-instances/{case}").json["user_tasks"]
        return bool(one["provisional"])

    assert (told(may_move), told(sure)) == (True, False)
    listed = {
        one["process_instance_id"]: one["provisional"]
        for one in machine(ALICE).get("/user-tasks").json["items"]
    }
    assert listed == {str(may_move): True, str(sure): False}
    (first, _second) = machine(ALICE).get("/user-tasks").json["items"]
    assert machine(ALICE).get(f"/user-tasks/{first['id']}").json["provisional"] == first["provisional"]
