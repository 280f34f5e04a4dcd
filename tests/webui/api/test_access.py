"""Who gets in, and how errors are told: by a token alone, in problem details throughout."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask

from engine import tokens
from tests.engine.support import ALICE, World
from webui.api import bearer

from .conftest import API, Machine

Machines = Callable[..., Machine]
PATH = f"{API}/user-tasks"


def test_without_a_token_nobody_gets_in(app: Flask) -> None:
    answer = app.test_client().get(PATH)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["code"] == "token_missing"


def test_a_session_does_not_open_the_interface(world: World, app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(person=str(ALICE.person_id), version=1, used=int(time.time()))

    assert client.get("/").status_code == 200
    assert client.get(PATH).status_code == 401


def test_a_token_does_not_open_the_pages(machine: Machines) -> None:
    alice = machine(ALICE)

    answer = alice.client.get("/", headers={"Authorization": f"Bearer {alice.token}"})

    assert answer.status_code == 302


def test_a_wrong_token_is_refused_and_too_many_are_not_looked_at(
    world: World, app: Flask, machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bearer, "ATTEMPTS", 3)
    wrong = Machine(app.test_client(), "lb_" + "A" * 43)

    for _ in range(3):
        assert wrong.get("/user-tasks", 401).json["code"] == "token_wrong"
    late = wrong.get("/user-tasks", 429)

    assert late.headers["Retry-After"] == "900"
    machine(ALICE).get("/user-tasks")  # right ones are taken all the same


def test_a_revoked_token_ends_at_once(world: World, machine: Machines) -> None:
    alice = machine(ALICE)
    alice.get("/user-tasks")

    tokens.revoke(world.runtime, tokens.list_tokens(world.runtime)[0].id)

    alice.get("/user-tasks", 401)


def test_an_unknown_address_and_a_wrong_method_are_problems_too(machine: Machines) -> None:
    alice = machine(ALICE)

    assert alice.get("/nothing", 404).json["code"] == "http_404"
    assert "GET" in alice.send("PUT", "/user-tasks", 405).headers["Allow"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"service_key": NaN}', "application/json", 400),
        (b'{"service_key": "\\ud800"}', "application/json", 400),
        (b'{"service_key": "\xff"}', "application/json", 400),
        (b'{"answers": ' + b'{"a": ' * 40 + b"1" + b"}" * 41, "application/json", 400),
        (b"service_key=t", "application/x-www-form-urlencoded", 415),
        (b'"' + b"x" * 1_100_000 + b'"', "application/json", 413),
        (b"[]", "application/json", 422),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    machine: Machines, body: bytes, kind: str, status: int
) -> None:
    alice = machine(ALICE)

    answer = alice.client.post(
        f"{API}/process-instances",
        data=body,
        content_type=kind,
        headers={"Authorization": f"Bearer {alice.token}"},
    )

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"


def test_unknown_fields_and_parameters_are_named(machine: Machines) -> None:
    alice = machine(ALICE)

    body = alice.post("/process-instances", {"service_key": "t", "offce": "1"}, 422).json
    query = alice.get("/user-tasks?amount=3&limit=0", 422).json

    assert [error["field"] for error in body["errors"]] == ["offce"]
    assert sorted(error["field"] for error in query["errors"]) == ["amount", "limit"]


def test_a_fault_of_ours_is_told_without_its_details(
    machine: Machines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alice = machine(ALICE)
    monkeypatch.setattr("webui.api.user_tasks.page", lambda *_: 1 / 0)

    problem = alice.get("/user-tasks", 500).json

    assert problem["code"] == "unforeseen"
    assert "ZeroDivision" not in str(problem)


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMiwzXQ", "WyJhIiwiYiJd", "Wy0xLDFd", "é", "W3RydWUsMV0"])
def test_a_cursor_of_another_list_is_refused(machine: Machines, cursor: str) -> None:
    assert machine(ALICE).get(f"/user-tasks?cursor={cursor}", 422).json["code"] == "cursor_unknown"


def test_the_documentation_is_open_and_names_every_resource(app: Flask) -> None:
    document = app.test_client().get(f"{API}/openapi.json").json

    names = {path.split("/")[3] for path in document["paths"]}
    assert names == {
        "alerts",
        "calendars",
        "deadlines",
        "incidents",
        "messages",
        "process-definitions",
        "process-instances",
        "subscriptions",
        "user-tasks",
    }
    assert document["security"] == [{"bearer": []}]
