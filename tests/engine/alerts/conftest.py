"""A small installation with three supervisors, a service whose clock warns and runs out, and a mail server to hear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from engine.ids import IdSource
from engine.ports import Call, ConnectorError
from engine.runtime import open_runtime
from engine.scheduler import next_moment, tick
from tests.databases.pool import open_database
from tests.engine.bundles import bundle, chain, node, user_task
from tests.engine.support import (
    ALICE,
    QINGHE,
    SHANGHAI,
    SHIQIAO,
    SUPERVISOR,
    World,
    make_world,
    person,
    person_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.people import Actor
    from engine.runtime import Runtime

QIAN = person(17, "Qian", office=QINGHE, roles="caseworker supervisor")
"""Supervises the sub-district that the cases belong to."""
SHAO = person(18, "Shao", office=SHIQIAO, roles="supervisor")
"""Supervises another sub-district."""


def watched_service(limit: str = "4 WD", warn: str = "1 WD") -> Any:
    """Make a service of one task with a clock. Started on Monday 2026-03-02, it warns on Thursday at nine."""
    clock = f'<linbang:deadline id="limit" kind="internal" limit="{limit}" warn="{warn}" />'
    return bundle(
        node("startEvent", "begin")
        + user_task("review", inner=clock)
        + node("endEvent", "done")
        + chain("begin", "review", "done")
    )


@dataclass
class HeardMail:
    """A mail server that keeps what it was given, and fails as often as a test says."""

    sent: list[Call] = field(default_factory=list)
    tried: list[Call] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    name = "mail"
    operations: Any = field(default_factory=dict)

    def call(self, call: Call) -> Any:
        self.tried.append(call)
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(call)
        return {"message_id": "<1@linxi.example>"}


def down(times: int) -> list[BaseException]:
    """Give the failures of a server that cannot be reached so many times."""
    return [ConnectorError("The mail server cannot be reached", code="mail_down") for _ in range(times)]


def enlist(runtime: Runtime, actor: Actor, **changes: Any) -> None:
    """Make a person's row for one of the cast, with an address."""
    row = person_row(actor, **{"email": f"{actor.name.lower()}@linxi.example", **changes})
    runtime.people.add_person(row, list(actor.memberships))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    for actor in (SUPERVISOR, QIAN, SHAO, ALICE):
        enlist(made.runtime, actor)
    yield made
    made.runtime.database.close()


@pytest.fixture
def mail(world: World) -> HeardMail:
    heard = HeardMail()
    world.runtime.connectors = {"mail": heard}
    return heard


@pytest.fixture
def other(tmp_path: Path, world: World, mail: HeardMail) -> Iterator[Runtime]:
    """Another process on the same database: its own connections and ids, the same clock and mail server."""
    database = open_database(tmp_path / "linbang.db")
    mine = world.runtime
    yield open_runtime(
        database,
        clock=world.clock,
        ids=IdSource(1),
        sealer=mine.sealer,
        calendar=mine.calendar,
        groups=mine.groups,
        connectors={"mail": mail},
    )
    database.close()


def go_to(world: World, text: str) -> None:
    """Move the clock, stopping at everything that falls due on the way."""
    before = world.clock.moment
    world.clock.set(text)
    goal = world.clock.moment
    world.clock.moment = before
    for _ in range(1_000):
        tick(world.runtime, budget_s=60)
        moment = next_moment(world.runtime)
        if moment is None or moment > goal:
            break
        world.clock.moment = max(world.clock.moment, moment.astimezone(SHANGHAI))
    world.clock.moment = goal
    tick(world.runtime, budget_s=60)
