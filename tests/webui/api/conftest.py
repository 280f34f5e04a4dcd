"""The application around a small installation, and a machine with the token of each of the cast."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from connectors.hooks import Hooks
from engine import tokens
from tests.engine.bundles import (
    boundary,
    bundle,
    declare,
    extensions,
    flow,
    node,
    start_and_end,
    trigger,
    user_task,
)
from tests.engine.support import (
    ALICE,
    BOB,
    CLERK,
    DISTRICT,
    STRANGER,
    SUPERVISOR,
    World,
    make_world,
    person,
    person_row,
)
from tests.webui.application import application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from engine.people import Actor

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")
DESIGNER = person(22, "Dan", office=DISTRICT, roles="designer")
CAST = (CLERK, ALICE, BOB, STRANGER, SUPERVISOR, OPERATOR, DESIGNER)
API = "/api/v1"
PROMISE = '<linbang:deadline id="promise" kind="promised" limit="5 WD"/>'
TWO_STEPS = bundle(
    extensions(PROMISE)
    + start_and_end("check", "decide")
    + user_task("check", form="n")
    + user_task("decide", notDoneBy="check")
    + boundary("withdrawn", "check", trigger("message", "withdrawal"))
    + node("endEvent", "gone")
    + flow("withdrawn", "gone"),
    extra=declare("message", "withdrawal"),
)
"""A question for a number, a second task for another person, five working days, and a withdrawal."""


@dataclass
class Machine:
    """Sends requests with one person's token; paths are below /api/v1."""

    client: Any
    token: str

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        return self.send("GET", path, status, headers=headers)

    def post(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        return self.send("POST", path, status, body, headers)

    def send(
        self, method: str, path: str, status: int, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Send and give the answer, whose JSON is `.json`; headers with a low line for each hyphen."""
        sent = {"Authorization": f"Bearer {self.token}"}
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        given = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        address = path if path.startswith(API) else API + path
        answer = self.client.open(address, method=method, headers=sent, **given)
        assert answer.status_code == status, answer.text
        if status >= 400:
            assert answer.mimetype == "application/problem+json"
            assert answer.json["status"] == status
        return answer


class NothingOutside:
    """Takes every address, and says that everything was taken there."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, bytes, str, bytes]] = []
        self.status = 204

    def check(self, address: str) -> None:
        pass

    def post(self, address: str, secret: bytes, key: str, body: bytes, timeout_s: float) -> int:
        self.posts.append((address, secret, key, body))
        return self.status


def add_person(world: World, actor: Actor, *memberships: tuple[str, int]) -> None:
    """Let one of the cast, or somebody of a test, work here."""
    world.runtime.people.add_person(person_row(actor), [*actor.memberships, *memberships])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    for actor in CAST:
        add_person(made, actor)
    made.runtime.hooks = Hooks(private=True)
    yield made
    made.runtime.database.close()


@pytest.fixture
def app(world: World, tmp_path: Path) -> Flask:
    return application(world.runtime, tmp_path)


@pytest.fixture
def machine(world: World, app: Flask) -> Callable[[Actor], Machine]:
    """Give a machine with a person's token."""

    def of(actor: Actor) -> Machine:
        return Machine(app.test_client(), tokens.create(world.runtime, actor.person_id, "test", None))

    return of


@pytest.fixture
def two_steps(world: World) -> World:
    """Give the installation with a service of two tasks."""
    world.deploy(TWO_STEPS)
    return world
