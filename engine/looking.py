"""What is new in a list since somebody's visit before. Knows no list; only moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.store.filters import LookRow

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime

SAME_VISIT_MS = 60_000
"""Looks that follow each other within a minute are one visit: going back and forth makes nothing old."""

_NOTED_EVERY_MS = 10_000


def since(runtime: Runtime, actor: Actor, view: str) -> int | None:
    """Give from when on things are new to somebody, in milliseconds: the end of their visit before this one.

    None at the very first visit, where everything would be new.
    """
    assert actor.person_id is not None
    last = runtime.filters.look(actor.person_id, view)
    return None if last is None else _renewed(last, runtime.now_ms()).before


def note(runtime: Runtime, actor: Actor, view: str) -> None:
    """Note that somebody has looked; within a visit not every time, since it costs a transaction."""
    assert actor.person_id is not None
    now = runtime.now_ms()
    last = runtime.filters.look(actor.person_id, view)
    if last is None:
        runtime.filters.put_look(actor.person_id, view, LookRow(now, None))
    elif not 0 <= now - last.at < _NOTED_EVERY_MS:
        runtime.filters.put_look(actor.person_id, view, _renewed(last, now))


def _renewed(last: LookRow, now: int) -> LookRow:
    """Go on with the visit, or begin another; a clock that was put back goes on with it."""
    return LookRow(now, last.before if now - last.at <= SAME_VISIT_MS else last.at)
