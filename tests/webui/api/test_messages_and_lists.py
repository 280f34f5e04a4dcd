"""Messages, clocks, alerts and incidents for programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.scheduler import tick
from tests.engine.bundles import bundle, script, start_and_end, user_task
from tests.engine.support import ALICE, CLERK, STRANGER, SUPERVISOR, World

from .conftest import Machine

Machines = Callable[..., Machine]
STUCK = bundle(script("compute", "[1]") + user_task("ask") + start_and_end("compute", "ask"))


@pytest.fixture
def late(two_steps: World) -> World:
    """Give the installation with a case whose clock was missed."""
    two_steps.start()
    two_steps.clock.move(days=10)
    tick(two_steps.runtime)
    return two_steps


def test_a_message_reaches_a_case_that_waits_for_it(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    body = {"process_instance_id": str(started.id), "message_name": "withdrawal"}
    clerk = machine(CLERK)

    assert clerk.post("/messages", body).json["state"] == "completed"
    assert clerk.post("/messages", body, 409).json["code"] == "case_ended"


def test_a_message_needs_its_group_a_known_name_and_the_office(two_steps: World, machine: Machines) -> None:
    started = two_steps.start()
    body = {"process_instance_id": str(started.id), "message_name": "withdrawal"}

    assert machine(ALICE).post("/messages", body, 403).json["code"] == "not_in_group"
    assert (
        machine(CLERK).post("/messages", {**body, "message_name": "x"}, 404).json["code"] == "message_unknown"
    )
    assert machine(STRANGER).post("/messages", body, 404).json["code"] == "case_unknown"


def test_clocks_are_listed_by_state_and_due_date(late: World, machine: Machines) -> None:
    late.start()
    clerk = machine(CLERK)

    (running,) = clerk.get("/deadlines").json["items"]
    (missed,) = clerk.get("/deadlines?state=breached&kind=promised").json["items"]

    assert (running["deadline_id"], running["office"]) == ("promise", "990101001")
    assert missed["due_at"] == "2026-03-09T09:00:00.000+00:00"
    assert clerk.get("/deadlines?due_before=2026-03-13T00:00:00Z").json["items"] == []
    assert machine(STRANGER).get("/deadlines?state=breached").json["items"] == []


def test_clocks_come_in_pages(two_steps: World, machine: Machines) -> None:
    for _ in range(5):
        two_steps.start()
    clerk = machine(CLERK)

    seen, path = [], "/deadlines?limit=2"
    while path:
        page = clerk.get(path).json
        seen += [clock["business_key"] for clock in page["items"]]
        path = page["next"]

    assert len(seen) == len(set(seen)) == 5


def test_a_supervisor_reads_alerts_and_says_so(late: World, machine: Machines) -> None:
    supervisor = machine(SUPERVISOR)
    (alert,) = [one for one in supervisor.get("/alerts").json["items"] if one["level"] == "breach"]
    assert (alert["deadline_id"], alert["read_at"]) == ("promise", None)

    done = supervisor.post("/alerts/read", {"ids": [alert["id"]]})

    assert done.json == {"count": 1}
    assert alert["id"] not in [one["id"] for one in supervisor.get("/alerts?unread=true").json["items"]]
    assert machine(ALICE).get("/alerts").json["items"] == []


def test_an_incident_is_found_tried_again_and_seen_by_nobody_else(world: World, machine: Machines) -> None:
    world.deploy(STUCK)
    world.start()
    supervisor = machine(SUPERVISOR)

    (incident,) = supervisor.get("/incidents").json["items"]
    path = f"/incidents/{incident['id']}"
    again = supervisor.post(f"{path}/retry").json

    assert (incident["element_id"], incident["state"]) == ("compute", "open")
    assert again["id"] == incident["id"]
    body = {"reason": "settled by hand", "answer": {}}
    assert supervisor.post(f"{path}/resolve", body, 409).json["code"] == "not_settleable"
    assert machine(ALICE).get("/incidents", 403).json["code"] == "not_an_operator"
    for method, below in (("GET", path), ("POST", f"{path}/retry")):
        machine(STRANGER).send(method, below, 404)
