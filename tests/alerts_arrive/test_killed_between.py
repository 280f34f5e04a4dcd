"""A worker is killed somewhere between the clock and the receipt: the message arrives once, and the ledger says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from engine.jobs import LEASE_MS
from engine.store import schema
from tests.databases.pool import database_url
from tests.engine.alerts.conftest import go_to

from .conftest import LEVELS, Machine, entry, one_case, rules_for
from .dying import AFTER_ANNOUNCING, AFTER_SENDING, AFTER_THE_STEP, BEFORE_SENDING, Life, live_and_die

if TYPE_CHECKING:
    from connectors.sandbox.server import Served
    from tests.engine.support import World

CALLS = {"1 WD": ["2026-03-05T09:00"], "breach": ["2026-03-05T09:05", "2026-03-06T17:00"]}
CALLS["after 2 WD"] = [*CALLS["breach"], "2026-03-10T09:00"]
"""By level: the moments up to that at which the clock calls."""
POINTS_AND_WAYS = [
    (AFTER_THE_STEP, "mail sms"),
    (AFTER_ANNOUNCING, "mail sms"),
    *[(point, way) for point in (BEFORE_SENDING, AFTER_SENDING) for way in ("mail", "sms")],
]


@pytest.fixture
def url(tmp_path: Path, world: World) -> str:
    return database_url(tmp_path / "linbang.db")


def moments(level: str, point: str) -> list[str]:
    """Give when a process ticks that dies at a point; messages go some minutes after the call, in the morning."""
    sending = [LEVELS[level]] if point in (BEFORE_SENDING, AFTER_SENDING) else []
    return [*CALLS[level], *sending]


def take_over(world: World) -> None:
    """Let the leases of the process end that was killed; another one goes on with its work."""
    with world.runtime.database.writing() as connection:
        lease = schema.job.c.lease_until
        ended = update(schema.job).where(lease.is_not(None)).values(lease_until=lease - LEASE_MS - 1)
        connection.execute(ended)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("point", "ways"), POINTS_AND_WAYS)
def test_a_message_arrives_once_whenever_the_worker_is_killed(
    world: World, served: Served, url: str, point: str, level: str, ways: str
) -> None:
    case = one_case(world, rules_for(level, "supervisor", ways))
    live_and_die(Life(url, served.mail_url, served.sms_url, moments(level, point), point))

    take_over(world)
    go_to(world, LEVELS[level])

    assert sorted(one.channel for one in served.sandbox.asked.arrived()) == sorted(ways.split())
    (told,) = entry(world, case, level).people
    tries = 2 if point in (BEFORE_SENDING, AFTER_SENDING) else 1
    found = [(one.channel, one.state, one.attempts, bool(one.receipt)) for one in told.messages]
    assert found == [(way, "sent", tries, True) for way in ways.split()]


@pytest.mark.parametrize("level", ["1 WD", "breach"])
@pytest.mark.parametrize("point", [AFTER_THE_STEP, BEFORE_SENDING, AFTER_SENDING])
def test_a_machine_takes_an_event_once_whenever_the_worker_is_killed(
    world: World, served: Served, machine: Machine, url: str, point: str, level: str
) -> None:
    """Events go at once, in the tick in which the clock calls: there the process dies."""
    case = one_case(world, None)
    dies_at = CALLS[level][-1:] if level == "1 WD" else CALLS["breach"]
    live_and_die(Life(url, served.mail_url, served.sms_url, dies_at, point))

    take_over(world)
    go_to(world, LEVELS[level])

    told = [one for one in machine.heard.values() if one["deadline"]["level"] == level]
    assert len(told) == 1
    assert machine.asked.count(told[0]["id"]) == (2 if point == AFTER_SENDING else 1)
    (kept,) = entry(world, case, level).machines
    assert (kept.state, kept.status) == ("sent", 204)


def test_the_page_has_an_alert_once_though_the_worker_died_after_announcing(
    world: World, served: Served, url: str
) -> None:
    case = one_case(world, rules_for("breach", "supervisor", "page"))
    live_and_die(Life(url, served.mail_url, served.sms_url, CALLS["breach"], AFTER_ANNOUNCING))

    go_to(world, LEVELS["breach"])

    (told,) = entry(world, case, "breach").people
    assert (told.person.ways, told.messages) == ("page", ())
