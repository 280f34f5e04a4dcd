"""Which moments and calls a case waits for, as jobs: compared with those that are stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine import spiff
from engine.errors import EngineError
from engine.state import from_ms, to_ms
from engine.store.rows import JobRow
from engine.timers import beat_after, moment_of

if TYPE_CHECKING:
    from datetime import datetime

    from engine.rested import Rested


def changed_jobs(rested: Rested) -> tuple[list[JobRow], list[int]]:
    """Compare the moments that the case waits for with those that are stored."""
    known = rested.case.state.jobs
    wanted = dict(_wanted_jobs(rested))
    added = []
    over = [key for key, (_job, due) in known.items() if wanted.get(key) != due]
    removed = [known.pop(key)[0] for key in over]
    for key, due in wanted.items():
        if key not in known:
            kind, _, target = key.partition(":")
            job = JobRow(rested.case.runtime.ids.next(), rested.case.row.id, kind, target, due)
            known[key] = (job.id, due)
            added.append(job)
    return added, removed


def _wanted_jobs(rested: Rested) -> Iterator[tuple[str, int]]:
    known, given_up = rested.case.state.jobs, rested.case.state.incidents
    for number, item in rested.resting.items():
        if item.kind == "call":
            failed = any(failure[0] == number for failure in rested.deed.failures)
            if not failed and (number not in given_up or number in rested.deed.retries):
                key = f"call:{number}"
                yield key, known[key][1] if key in known else rested.now_ms
        for event in item.waits:
            if isinstance(event, spiff.ClockEvent):
                key = f"clock:{number}:{event.element_id}"
                due = known[key][1] if key in known else _first_strike(rested, event, item)
                if due is not None:
                    yield key, due
    for key, tracked in rested.case.state.deadlines.items():
        moment = None if rested.finished else rested.follower.next_moment(tracked)
        if moment is not None:
            yield f"deadline:{key}", to_ms(moment)


def _first_strike(rested: Rested, event: spiff.ClockEvent, item: spiff.Resting) -> int | None:
    """Give when a timer strikes that is waited for since this step; None for one that never does so by itrested."""
    if event.kind == "deadline":  # its clock strikes it, unless that has happened before anybody waited
        return rested.now_ms if _is_past(rested, event, item) else None
    if item.number in rested.case.state.incidents and item.number not in rested.deed.retries:
        return None
    try:
        return to_ms(_moment(rested, event, item))
    except EngineError as exc:
        message = f"Expected the timer {event.text!r} to be a duration or a date, but it is none"
        rested.broken[item.number] = (event.element_id, exc.code, message)
        return None


def _is_past(rested: Rested, event: spiff.ClockEvent, item: spiff.Resting) -> bool:
    numbers = {scope.number for scope in item.scopes}
    return any(
        tracked.breached or (event.at == "warning" and tracked.warned)
        for tracked in rested.case.state.deadlines.values()
        if tracked.facts.id == event.text and tracked.scope in numbers
    )


def _moment(rested: Rested, event: spiff.ClockEvent, item: spiff.Resting) -> datetime:
    """Give a timer's next strike; a cycle keeps its beat, and beats that were missed are left out."""
    evaluate = lambda text: rested.evaluate(text, item.data, event.element_id)  # noqa: E731 - binds the context
    calendar, now = rested.case.calendar, rested.case.now
    if event.kind == "cycle" and (rested.deed.event, rested.deed.element_id) == (
        "timer_fired",
        event.element_id,
    ):
        beat = max(
            due for key, (_, due) in rested.case.state.jobs.items() if key.endswith(f":{event.element_id}")
        )
        return beat_after(event.text, from_ms(beat), now, calendar, evaluate)
    return moment_of(event.text, now, calendar, evaluate)
