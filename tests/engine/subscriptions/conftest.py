"""A machine that hears of cases of one service, and what it was told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine import subscriptions
from engine.ports import ConnectorError
from engine.telling import EVENTS
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
from tests.engine.support import DISTRICT, SHIQIAO, World, employ, person

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")
NEXT_DOOR = person(22, "Otto", office=SHIQIAO, roles="operator")
ADDRESS = "https://machine.example/linbang"
SERVICE = bundle(
    extensions('<linbang:deadline id="promise" kind="promised" limit="5 WD"/>')
    + start_and_end("ask")
    + user_task("ask")
    + boundary("withdrawn", "ask", trigger("message", "withdrawal"))
    + node("endEvent", "gone")
    + flow("withdrawn", "gone"),
    extra=declare("message", "withdrawal"),
)


@dataclass
class Machines:
    """Stand in for the way out: take what is posted, answer as the test wants."""

    posts: list[tuple[str, bytes, str, dict[str, Any]]] = field(default_factory=list)
    answer: int | ConnectorError = 204

    def check(self, address: str) -> None:
        if not address.startswith("https://"):
            raise ConnectorError("Expected https", code="address_refused", permanent=True)

    def post(self, address: str, secret: bytes, key: str, body: bytes, timeout_s: float) -> int:
        self.posts.append((address, secret, key, json.loads(body)))
        if isinstance(self.answer, ConnectorError):
            raise self.answer
        return self.answer

    def said(self, event: str) -> list[dict[str, Any]]:
        return [content for *_rest, content in self.posts if content["event"] == event]


@pytest.fixture
def machines(world: World) -> Machines:
    employ(world, OPERATOR, NEXT_DOOR)
    world.deploy(SERVICE)
    found = Machines()
    world.runtime.hooks = found
    return found


@pytest.fixture
def subscribed(world: World, machines: Machines) -> subscriptions.Subscribed:
    return subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, EVENTS)
