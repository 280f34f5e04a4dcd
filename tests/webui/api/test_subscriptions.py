"""Subscriptions for programs: made with a secret that is told once, looked at, told again, ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.scheduler import tick
from tests.engine.support import ALICE, World

from .conftest import OPERATOR, Machine, NothingOutside

Machines = Callable[..., Machine]
BODY = {"address": "https://machine.example/linbang", "events": ["case_started", "user_task_created"]}


@pytest.fixture
def outside(two_steps: World) -> NothingOutside:
    found = NothingOutside()
    two_steps.runtime.hooks = found
    return found


def test_it_tells_the_secret_once(outside: NothingOutside, machine: Machines) -> None:
    olga = machine(OPERATOR)

    made = olga.post("/subscriptions", BODY, 201).json

    assert len(made["secret"]) > 40
    read = olga.get(f"/subscriptions/{made['id']}").json
    assert "secret" not in read
    assert (read["address"], read["events"]) == (BODY["address"], BODY["events"])


def test_its_log_says_what_was_told(two_steps: World, outside: NothingOutside, machine: Machines) -> None:
    olga = machine(OPERATOR)
    made = olga.post("/subscriptions", BODY, 201).json
    started = two_steps.start()
    outside.status = 500
    tick(two_steps.runtime)

    page = olga.get(f"/subscriptions/{made['id']}/deliveries?limit=1").json
    (newest,) = page["items"]
    (older,) = olga.get(page["next"]).json["items"]

    assert {newest["event"], older["event"]} == set(BODY["events"])
    assert newest["business_key"] == started.business_key
    assert (newest["state"], newest["attempts"], newest["status"]) == ("waiting", 1, 500)


def test_it_tells_again_and_ends(two_steps: World, outside: NothingOutside, machine: Machines) -> None:
    olga = machine(OPERATOR)
    made = olga.post("/subscriptions", BODY, 201).json
    path = f"/subscriptions/{made['id']}"
    two_steps.start()
    tick(two_steps.runtime)
    told = olga.get(f"{path}/deliveries").json["items"][0]

    again = olga.post(f"{path}/deliveries/{told['id']}/redeliver").json
    assert again["state"] == "waiting"
    tick(two_steps.runtime)
    assert [key for _address, _secret, key, _body in outside.posts].count(told["id"]) == 2

    olga.send("DELETE", path, 204)
    assert olga.send("DELETE", path, 409).json["code"] == "subscription_ended"
    assert olga.post(f"{path}/deliveries/{told['id']}/redeliver", status=409)
    assert olga.get(path).json["ended_at"] is not None


def test_only_operators_and_only_known_events(outside: NothingOutside, machine: Machines) -> None:
    assert machine(ALICE).post("/subscriptions", BODY, 403).json["code"] == "not_an_operator"
    problem = machine(OPERATOR).post("/subscriptions", {**BODY, "events": ["case_read"]}, 422).json
    assert [error["field"] for error in problem["errors"]] == ["events.0"]


def test_an_address_inside_is_refused(two_steps: World, machine: Machines) -> None:
    body = {**BODY, "address": "http://10.0.0.1/hook"}

    assert machine(OPERATOR).post("/subscriptions", body, 422).json["code"] == "address_refused"
