"""Starts the cases that timers start. At the authority's own office, once a beat, whoever else looks, too."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from engine import instances
from engine.errors import Busy, InvalidInput
from engine.instances import StartRequest
from engine.people import SYSTEM
from engine.state import from_ms, to_ms
from engine.timers import beat_after, no_expression

if TYPE_CHECKING:
    from datetime import datetime

    from engine.runtime import Runtime
    from engine.store.schedules import ScheduleRow

LATER = timedelta(hours=1)
"""How long a schedule rests whose start failed; the beat stays what it was."""

log = logging.getLogger("linbang.schedules")


def start_due(runtime: Runtime, limit: int) -> int:
    """Start a case for each of so many schedules that are due, and give how many were looked at.

    Beats that were missed are skipped: however long nobody looked, one case is started. A start that fails
    is tried again after LATER. Raises whatever the database raises when it cannot even note that.
    """
    wake = runtime.schedules.next_wake()
    if wake is None or wake > runtime.now_ms():
        return 0
    rows = runtime.schedules.due(runtime.now_ms(), limit)
    for row in rows:
        _start(runtime, row)
    return len(rows)


def next_moment(runtime: Runtime) -> datetime | None:
    """Give the moment of the next start, in UTC; None when no timer starts anything."""
    wake = runtime.schedules.next_wake()
    return None if wake is None else from_ms(wake)


def _start(runtime: Runtime, row: ScheduleRow) -> None:
    now = runtime.clock.now()
    try:
        following = beat_after(row.timer, from_ms(row.due_at), now, runtime.calendar, no_expression)
        request = StartRequest(
            row.service_key,
            _own_office(runtime),
            key=f"{row.service_key}:{row.element_id}:{row.due_at}",
            origin={"timer": row.element_id, "due_at": from_ms(row.due_at)},
        )
        instances.start(runtime, SYSTEM, request)
    except Exception as exc:  # one service's fault may not keep the others from starting
        wait = timedelta(minutes=1) if isinstance(exc, Busy) else LATER
        log.exception(
            "the timer of %s could not start a case; it is tried again in %s", row.service_key, wait
        )
        runtime.schedules.move(row, due_at=row.due_at, wake_at=to_ms(now + wait), beats_left=row.beats_left)
        return
    due, left = to_ms(following), None if row.beats_left is None else row.beats_left - 1
    runtime.schedules.move(row, due_at=due, wake_at=due, beats_left=left)


def _own_office(runtime: Runtime) -> int:
    tops = [row.id for row in runtime.offices.rows.values() if row.parent_id is None]
    if len(tops) != 1:
        raise InvalidInput(
            f"Expected one office at the top of the authority, but there are {len(tops)}",
            code="office_missing",
        )
    return tops[0]
