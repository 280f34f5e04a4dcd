from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from connectors.registry import Registry
from connectors.sandbox import sandbox_server
from connectors.sandbox.app import Sandbox
from engine.ports import Call, ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.engine.support import World


@dataclass
class AskedRegistry:
    """The real connector to a sandbox on real sockets; remembers the keys it was called with."""

    url: str
    sandbox: Sandbox
    keys: list[str] = field(default_factory=list)
    name = "registry"

    def __post_init__(self) -> None:
        self.real = Registry(f"{self.url}/registry")
        self.operations = self.real.operations

    def wait_at_most(self, seconds: float) -> None:
        self.real = Registry(f"{self.url}/registry", longest_wait_s=seconds)

    def call(self, call: Call) -> Any:
        self.keys.append(call.idempotency_key)
        return self.real.call(call)

    def put(self, path: str, body: Any) -> None:
        request = urllib.request.Request(
            f"{self.url}/sandbox/{path}", json.dumps(body).encode(), method="PUT"
        )
        urllib.request.urlopen(request, timeout=5).close()

    def fail_with(self, *faults: dict[str, Any], seed: int = 1) -> None:
        self.put("faults", {"seed": seed, "faults": list(faults)})

    def effects(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/sandbox/effects", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@dataclass
class ScriptedRegistry:
    """A connector that does what a test says, for what no network can be made to do at will."""

    script: Any
    name = "registry"
    operations: Any = field(default_factory=dict)

    def call(self, call: Call) -> Any:
        return self.script(call)


def down(_: Call) -> Any:
    raise ConnectorError("The registry cannot be reached", code="registry_down")


@pytest.fixture
def registry(world: World) -> Iterator[AskedRegistry]:
    """A registry that the world's cases can ask."""
    sandbox = Sandbox()
    with sandbox_server(sandbox) as served:
        asked = AskedRegistry(served.url, sandbox)
        world.runtime.connectors = {"registry": asked}
        yield asked
