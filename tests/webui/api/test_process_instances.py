"""Cases for programs: started once, read by those who see them, cancelled by supervisors."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.bundles import bundle, chain, node, user_task
from tests.engine.support import ALICE, CLERK, STRANGER, SUPERVISOR, World

from .conftest import Machine

Machines = Callable[..., Machine]
START = {"service_key": "t"}
ASKED = bundle(
    node("startEvent", "begin", attributes='linbang:form="begin"')
    + node("endEvent", "done")
    + chain("begin", "look", "done")
    + user_task("look"),
    key="asked",
    process='linbang:caseNumber="A" linbang:title="identity" linbang:startGroups="clerk" '
    'linbang:subject="identity"',
    begin__form__json=b'{"type": "default", "components": ['
    b'{"type": "textfield", "key": "identity", "validate": {"required": true}}]}',
)


def test_it_starts_a_case_and_says_where_it_is(two_steps: World, machine: Machines) -> None:
    answer = machine(CLERK).post("/process-instances", START, 201)

    case = answer.json
    assert answer.headers["Location"] == f"/api/v1/process-instances/{case['id']}"
    assert case["business_key"] == "T-2026-000001"
    assert (case["state"], case["office"], case["messages"]) == ("active", "990101001", ["withdrawal"])
    assert [task["element_id"] for task in case["user_tasks"]] == ["check"]
    assert [(clock["deadline_id"], clock["state"]) for clock in case["deadlines"]] == [("promise", "running")]


def test_the_same_key_gives_the_same_case(two_steps: World, machine: Machines) -> None:
    clerk = machine(CLERK)

    first = clerk.post("/process-instances", START, 201, Idempotency_Key="k1")
    again = clerk.post("/process-instances", START, 200, Idempotency_Key="k1")

    assert again.json == first.json
    assert len(clerk.get("/process-instances").json["items"]) == 1


def test_the_same_key_for_something_else_is_refused(two_steps: World, machine: Machines) -> None:
    clerk = machine(CLERK)
    clerk.post("/process-instances", START, 201, Idempotency_Key="k1")

    problem = clerk.post("/process-instances", {**START, "similar_ok": True}, 422, Idempotency_Key="k1")

    assert problem.json["code"] == "key_reused"


def test_the_same_key_of_two_people_means_two_cases(two_steps: World, machine: Machines) -> None:
    memberships = [("clerk", 2), ("reviewer", 2)]
    two_steps.runtime.people.set_memberships(ALICE.person_id, memberships)

    one = machine(CLERK).post("/process-instances", START, 201, Idempotency_Key="k1").json
    other = machine(ALICE).post("/process-instances", START, 201, Idempotency_Key="k1").json

    assert one["id"] != other["id"]


def test_a_second_case_of_a_person_has_to_be_meant(world: World, machine: Machines) -> None:
    world.deploy(ASKED)
    clerk, wang = machine(CLERK), {"service_key": "asked", "answers": {"identity": "990101199001011234"}}
    clerk.post("/process-instances", wang, 201)

    assert clerk.post("/process-instances", wang, 409).json["code"] == "similar_case"
    assert clerk.post("/process-instances", {**wang, "similar_ok": True}, 201)


def test_answers_to_the_start_form_are_checked(world: World, machine: Machines) -> None:
    world.deploy(ASKED)

    problem = machine(CLERK).post("/process-instances", {"service_key": "asked"}, 422).json

    assert [error["field"] for error in problem["errors"]] == ["identity"]


def test_it_refuses_who_may_not_start_and_services_that_there_are_not(
    two_steps: World, machine: Machines
) -> None:
    assert machine(ALICE).post("/process-instances", START, 403).json["code"] == "may_not_start"
    body = {"service_key": "none"}
    assert machine(CLERK).post("/process-instances", body, 404).json["code"] == "service_unknown"
    body = {**START, "office": "990101002"}
    assert machine(CLERK).post("/process-instances", body, 422).json["code"] == "office_missing"


def test_it_finds_a_case_by_its_number_and_filters(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    two_steps.start()
    clerk = machine(CLERK)

    def found(query: str) -> list[str]:
        return [case["id"] for case in clerk.get(f"/process-instances?{query}").json["items"]]

    assert found(f"business_key={started.business_key}") == [str(started.id)]
    assert found("business_key=T-2026-999999") == []
    assert len(found("state=active&service_key=t")) == 2
    assert found("state=completed") == []
    assert found(f"business_key={started.business_key}&state=completed") == []


def test_an_unchanged_case_is_not_sent_again(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    alice, path = machine(ALICE), f"/process-instances/{started.id}"
    plain = alice.get(path).headers["ETag"]

    alice.get(path, 304, If_None_Match=plain)
    assert alice.get(f"{path}?include=variables", 200, If_None_Match=plain).headers["ETag"] != plain


def test_variables_are_for_those_who_work_on_it(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    path = f"/process-instances/{started.id}?include=variables"

    assert machine(ALICE).get(path).json["variables"]["name"] == "Wang"
    assert machine(SUPERVISOR).get(path).json["variables"]["name"] == "Wang"
    two_steps.runtime.people.set_memberships(CLERK.person_id, [])
    assert machine(CLERK).get(path, 403).json["code"] == "variables_hidden"


def test_a_supervisor_cancels_and_nobody_else(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    path, body = f"/process-instances/{started.id}/cancel", {"reason": "started by mistake"}

    assert machine(ALICE).post(path, body, 403).json["code"] == "not_a_supervisor"
    tag = machine(SUPERVISOR).get(f"/process-instances/{started.id}").headers["ETag"]
    cancelled = machine(SUPERVISOR).post(path, body, 200, If_Match=tag).json
    assert (cancelled["state"], cancelled["user_tasks"]) == ("cancelled", [])
    assert machine(SUPERVISOR).post(path, body, 412, If_Match=tag).json["code"] == "changed"
    assert machine(SUPERVISOR).post(path, body, 409).json["code"] == "case_ended"


def test_a_stranger_finds_no_case_of_another_office(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    two_steps.runtime.people.update_person(STRANGER.person_id, roles="supervisor")
    stranger = machine(STRANGER)

    assert stranger.get("/process-instances").json["items"] == []
    assert stranger.get(f"/process-instances?business_key={started.business_key}").json["items"] == []
    stranger.get(f"/process-instances/{started.id}", 404)
    stranger.post(f"/process-instances/{started.id}/cancel", {"reason": "not mine"}, 404)
