"""Tasks for programs: as a person does in the inbox, with the same rights."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import user_tasks
from tests.engine.support import ALICE, BOB, CLERK, STRANGER, World

from .conftest import Machine

Machines = Callable[..., Machine]


def path_of(world: World) -> str:
    return f"/user-tasks/{world.task(ALICE, 'check')}"


def test_it_lists_what_the_bearer_may_claim(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()

    page = machine(ALICE).get("/user-tasks").json

    (task,) = page["items"]
    assert task["process_instance_id"] == str(started.id)
    assert task["business_key"] == started.business_key
    assert (task["element_id"], task["assignee"]) == ("check", None)
    assert task["due_at"] == "2026-03-09T09:00:00.000+00:00"
    assert page["next"] is None


def test_it_pages_without_a_gap_or_a_double(two_steps: World, machine: Machines) -> None:
    for _ in range(5):
        two_steps.start()
    alice = machine(ALICE)

    seen, path = [], "/user-tasks?limit=2"
    while path:
        answer = alice.get(path)
        seen += [task["id"] for task in answer.json["items"]]
        path = answer.json["next"]
        assert ("Link" in answer.headers) == (path is not None)

    assert sorted(seen) == sorted(str(row.user_task_id) for row in two_steps.inbox(ALICE))
    assert len(set(seen)) == 5


def test_it_filters_by_holder_service_and_due_date(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    two_steps.start()
    alice = machine(ALICE)
    first = alice.get("/user-tasks").json["items"][0]["id"]
    alice.post(f"/user-tasks/{first}/claim")

    def count(query: str) -> int:
        return len(alice.get(f"/user-tasks?{query}").json["items"])

    assert (count("assigned=me"), count("assigned=nobody"), count("service_key=other")) == (1, 1, 0)
    assert count("due_before=2026-03-09T17:00:01%2B08:00") == 2
    assert count("due_before=2026-03-09T17:00:00%2B08:00") == 0


def test_it_claims_completes_and_says_what_waits_then(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)

    claimed = alice.post(f"{path}/claim")
    case = alice.post(f"{path}/complete", {"answers": {"n": 12.5}}).json

    assert claimed.json["assignee"] == str(ALICE.person_id)
    assert [task["element_id"] for task in case["user_tasks"]] == ["decide"]
    assert alice.get(path).json["state"] == "completed"


def test_numbers_come_and_go_without_loss(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    alice.post(f"{path}/claim")
    sent = alice.client.post(
        f"/api/v1{path}/complete",
        data='{"answers": {"n": 1234567.89}}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {alice.token}"},
    )
    assert sent.status_code == 200

    answer = alice.get(f"/process-instances/{started.id}?include=variables")

    assert '"n":1234567.89' in answer.text


def test_wrong_answers_name_each_field(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    alice.post(f"{path}/claim")

    problem = alice.post(f"{path}/complete", {"answers": {"n": "many"}}, 422).json

    assert problem["code"] == "form_invalid"
    assert [error["field"] for error in problem["errors"]] == ["n"]
    assert problem["type"] == "urn:linbang:form_invalid"


def test_who_is_late_is_told_so(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    path = path_of(two_steps)
    machine(ALICE).post(f"{path}/claim")

    assert machine(BOB).post(f"{path}/claim", status=409).json["code"] == "already_claimed"
    assert machine(BOB).post(f"{path}/complete", {}, 409).json["code"] == "already_claimed"


def test_nobody_decides_what_they_checked(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    alice.post(f"{path}/claim")
    case = alice.post(f"{path}/complete", {"answers": {"n": 1}}).json
    (decide,) = case["user_tasks"]

    assert alice.post(f"/user-tasks/{decide['id']}/claim", status=403).json["code"] == "did_earlier_step"


def test_it_gives_back_and_hands_on(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    alice.post(f"{path}/claim")
    assert alice.post(f"{path}/unclaim").json["assignee"] is None
    alice.post(f"{path}/claim")

    people = alice.get(f"{path}/candidates").json["items"]
    handed = alice.post(f"{path}/delegate", {"to": people[0]["id"], "note": "please look"})

    assert [one["username"] for one in people] == ["bob"]
    assert handed.json["assignee"] == str(BOB.person_id)


def test_it_tells_the_form_and_the_variables_when_asked(two_steps: World, machine: Machines) -> None:
    two_steps.start(identity="990101199001011234", phone="19900001234")
    path = path_of(two_steps)

    plain = machine(ALICE).get(path).json
    whole = machine(ALICE).get(f"{path}?include=form,variables").json

    assert not {"form", "variables"} & plain.keys()
    assert whole["form"]["components"] == [{"type": "number", "key": "n"}]
    assert whole["variables"]["name"] == "Wang"
    assert whole["variables"]["identity"] == "990***********1234"
    assert whole["variables"]["phone"] == "199****1234"


def test_an_unchanged_task_is_not_sent_again(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    tag = alice.get(path).headers["ETag"]

    assert alice.get(path, 304, If_None_Match=tag).text == ""
    alice.post(f"{path}/claim")
    assert alice.get(path, 200, If_None_Match=tag).headers["ETag"] != tag


@pytest.mark.parametrize("verb", ["claim", "unclaim", "delegate", "complete"])
def test_nothing_is_done_to_a_task_that_has_changed(two_steps: World, machine: Machines, verb: str) -> None:
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    old = alice.get(path).headers["ETag"]
    alice.post(f"{path}/claim")
    body = {"delegate": {"to": str(BOB.person_id), "note": "please look"}, "complete": {"answers": {"n": 1}}}

    refused = alice.post(f"{path}/{verb}", body.get(verb), 412, If_Match=old)

    assert refused.json["code"] == "changed"
    now = alice.get(path)
    assert now.json["assignee"] == str(ALICE.person_id)
    assert alice.post(f"{path}/{verb}", body.get(verb), 200, If_Match=now.headers["ETag"])


def test_a_version_is_checked_where_it_is_saved(
    two_steps: World, machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given somebody who is quicker between the look and the step, the step is refused."""
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    task_id, tag = int(path.rsplit("/", 1)[1]), alice.get(path).headers["ETag"]
    claim = user_tasks.claim

    def slowly(runtime: object, *rest: object) -> None:
        claim(two_steps.runtime, task_id, BOB)
        user_tasks.unclaim(two_steps.runtime, task_id, BOB)
        claim(runtime, *rest)

    monkeypatch.setattr(user_tasks, "claim", slowly)

    alice.post(f"{path}/claim", status=412, If_Match=tag)


def test_a_stranger_finds_no_task_of_another_office(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    path, stranger = path_of(two_steps), machine(STRANGER)

    assert stranger.get("/user-tasks").json["items"] == []
    for verb, body in (
        ("claim", None),
        ("unclaim", None),
        ("complete", {}),
        ("delegate", {"to": "12", "note": "for you"}),
    ):
        assert stranger.post(f"{path}/{verb}", body, 404).json["code"] in {"task_unknown", "case_unknown"}
    stranger.get(path, 404)
    stranger.get(f"{path}/candidates", 404)


def test_who_is_of_another_group_may_look_but_not_claim(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    clerk, path = machine(CLERK), path_of(two_steps)

    assert clerk.get(path).json["element_id"] == "check"
    assert clerk.post(f"{path}/claim", status=403).json["code"] == "not_in_group"
