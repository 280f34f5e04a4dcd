"""The scheduler's heartbeat: a row by the machine's clock, whatever the movable one says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from engine import heartbeat
from engine.heartbeat import SCHEDULER, STALE_AFTER
from engine.scheduler import tick
from engine.state import to_ms
from tests.engine.stories import counting

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from tests.engine.support import World


def put(runtime: Runtime, ago: timedelta) -> None:
    runtime.heartbeats.put(SCHEDULER, to_ms(datetime.now(UTC) - ago), json.dumps({"overdue": 3}))


def test_a_scheduler_that_never_ran_has_no_beat(world: World) -> None:
    (beat,) = heartbeat.beats(world.runtime)

    assert (beat.name, beat.at, beat.stale) == (SCHEDULER, None, True)


def test_a_tick_beats_by_the_machines_clock(world: World) -> None:
    """The world's clock stands in March 2026."""
    tick(world.runtime)

    (beat,) = heartbeat.beats(world.runtime)
    assert beat.at is not None
    assert abs(datetime.now(UTC) - beat.at) < timedelta(minutes=1)
    assert (beat.stale, beat.overdue) == (False, 0)


def test_it_beats_once_in_ten_seconds_however_often_it_looks(world: World) -> None:
    with counting(world.runtime.database) as count:
        for _ in range(5):
            tick(world.runtime)

    assert count.commits == 1


def test_it_beats_again_after_a_while(world: World) -> None:
    tick(world.runtime)
    put(world.runtime, timedelta(hours=1))
    world.runtime.beaten_at -= heartbeat.EVERY_S

    tick(world.runtime)

    assert not heartbeat.beats(world.runtime)[0].stale


def test_a_tick_that_fails_does_not_beat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(world.runtime.jobs, "next_due", broken)
    with pytest.raises(OSError, match="disk"):
        tick(world.runtime)

    assert heartbeat.beats(world.runtime)[0].at is None


@pytest.mark.parametrize(
    ("ago", "stale"),
    [
        (STALE_AFTER - timedelta(seconds=20), False),
        (STALE_AFTER + timedelta(seconds=1), True),
        (timedelta(days=-1), True),
    ],
    ids=["fresh", "old", "from the future"],
)
def test_it_is_stale_after_a_minute(world: World, ago: timedelta, stale: bool) -> None:
    put(world.runtime, ago)

    (beat,) = heartbeat.beats(world.runtime)
    assert (beat.stale, beat.overdue) == (stale, 3)
