from __future__ import annotations

from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from engine.ids import IdSource
from engine.runtime import open_runtime
from tests.databases.pool import open_database
from tests.engine.support import World, make_world
from webui.dispatching.embedded import EmbeddedDispatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.ports import Call

WITHIN_S = 10.0


def until(condition: Callable[[], Any], within_s: float = WITHIN_S) -> None:
    """Wait until something holds that other threads bring about; fail when it takes too long."""
    pause = Event()
    for _ in range(int(within_s / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("Expected it to happen in time, but it did not")


class HeldRegistry:
    """A connector whose calls last until the test lets them go."""

    name = "registry"
    operations: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def __init__(self) -> None:
        self.begun = Event()
        self.go_on = Event()
        self.calls: list[str] = []

    def call(self, call: Call) -> Any:
        self.calls.append(call.idempotency_key)
        self.begun.set()
        assert self.go_on.wait(WITHIN_S)
        return {"wage": 1}


@contextmanager
def running(world: World, **settings: Any) -> Iterator[EmbeddedDispatcher]:
    dispatcher = EmbeddedDispatcher(world.runtime, **settings)
    world.runtime.wake = dispatcher.wake
    dispatcher.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    yield made
    made.runtime.database.close()


@pytest.fixture
def other(tmp_path: Path, world: World) -> Iterator[World]:
    """Another process on the same database: its own connections and ids, the same clock."""
    database = open_database(tmp_path / "linbang.db")
    mine = world.runtime
    runtime = open_runtime(
        database,
        clock=world.clock,
        ids=IdSource(1),
        sealer=mine.sealer,
        calendar=mine.calendar,
        groups=mine.groups,
    )
    yield World(runtime, world.clock)
    database.close()


@pytest.fixture
def held(world: World) -> Iterator[HeldRegistry]:
    registry = HeldRegistry()
    world.runtime.connectors = {"registry": registry}
    yield registry
    registry.go_on.set()
