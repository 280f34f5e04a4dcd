"""A server that goes away and comes back: no step is lost, none is done twice, and nobody sees a traceback."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from engine import user_tasks
from engine.errors import DatabaseAway, EngineError
from tests.engine.support import ALICE, CLERK, World, make_world_at

from .conftest import TWO_TASKS
from .server import Server


@pytest.fixture
def world(own: Server, tmp_path) -> Iterator[World]:
    name = f"w{abs(hash(tmp_path)) % 10**9}"
    with own.connect() as connection:
        connection.execute(f"CREATE DATABASE {name}")
    made = make_world_at(own.url(name))
    made.deploy(TWO_TASKS)
    yield made
    made.runtime.database.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["in order", "as a crash does"])
def test_a_restart_between_two_steps_costs_nobody_anything(world: World, own: Server, how) -> None:
    """Given open connections in the pool, when the server was restarted, then the next step just works."""
    world.start(a="1")
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)

    own.stop(how)
    own.start()
    user_tasks.complete(world.runtime, task, ALICE, {"a": "2"})

    assert [row.element_id for row in world.inbox(ALICE)] == ["check"]


def test_a_connection_that_breaks_within_a_start_lets_it_begin_again(
    world: World, own: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a transaction that finds its server gone, then it starts again and is done once."""
    rows = world.runtime.steps._rows
    write, broken = rows.write, []

    def breaks_once(writes, saved, once):
        if not broken:
            broken.append(True)
            own.stop(signal.SIGQUIT)
            own.start()
        write(writes, saved, once)

    monkeypatch.setattr(rows, "write", breaks_once)
    world.start(a="1")

    assert broken
    (row,) = world.inbox(ALICE)
    assert row.element_id == "ask"


def test_a_connection_that_breaks_within_a_step_is_told_truthfully(
    world: World, own: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step is one statement, which may be done although its answer is lost: it does not begin again by itself."""
    world.start(a="1")
    task = world.task(ALICE, "ask")
    rows = world.runtime.steps._rows
    write = rows.write

    def breaks(writes, saved, once):
        own.stop(signal.SIGQUIT)
        own.start()
        write(writes, saved, once)

    with monkeypatch.context() as patched:
        patched.setattr(rows, "write", breaks)
        with pytest.raises(DatabaseAway):
            user_tasks.claim(world.runtime, task, ALICE)

    user_tasks.claim(world.runtime, task, ALICE)
    assert [row.assignee for row in world.inbox(ALICE)] == [ALICE.person_id]


def test_a_connection_that_breaks_while_something_is_read_is_told_truthfully(
    world: World, own: Server
) -> None:
    """Nothing begins again by itself where nothing was under way."""

    def read_while_it_goes() -> None:
        with world.runtime.database.stepping(writing=False) as connection:
            own.stop(signal.SIGQUIT)
            connection.cursor().execute("SELECT 1")

    with pytest.raises(DatabaseAway):
        read_while_it_goes()
    own.start()

    assert world.inbox(ALICE) == []


def test_while_it_is_away_everybody_is_told_so(world: World, own: Server) -> None:
    world.start(a="1")
    task = world.task(ALICE, "ask")
    own.stop()

    acts = {
        "claim": lambda: user_tasks.claim(world.runtime, task, ALICE),
        "inbox": lambda: world.inbox(ALICE),
        "start": lambda: world.start(a="2"),
        "sign in": lambda: world.runtime.actor(CLERK.person_id),
    }
    told = {}
    for name, act in acts.items():
        try:
            act()
        except EngineError as exc:
            told[name] = exc.code
    assert told == dict.fromkeys(acts, "database_away")
    own.start()

    user_tasks.claim(world.runtime, task, ALICE)
