"""Due jobs: strike clocks, look after deadlines, call outside systems, send notices and mails. Retries, then an incident.

Firing twice is harmless: a step finds out from the case's own state whether its clock or call still waits.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine import calls, deliveries, evidence, message_buffer, message_keeping, playing, spiff, telling
from engine.alerting import repeats, sending
from engine.case import Case
from engine.clocks import DeadlineState
from engine.deed import Deed
from engine.errors import Busy, DatabaseFull, InvalidState, NotFound
from engine.instances import advance, advance_together, open_case
from engine.people import SYSTEM
from engine.ports import ConnectorError
from engine.state import to_ms
from engine.store.jobs import TryAgain
from engine.timers import moment_of, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.runtime import Runtime
    from engine.store.jobs import DueJob

    _Act = Callable[[Case], tuple[Deed, None]]

FEWEST_TOGETHER = 2
LEASE_MS = 120_000
MAX_ATTEMPTS = 5
"""How often a clock's job is tried whose step fails, before it waits an hour between tries."""
MAX_ATTEMPTS_STORED = 30_000
LATER = timedelta(hours=1)
SOON = timedelta(seconds=5)
"""Between two attempts of a step that others kept from being saved, or the database; those count as none."""
LONGEST_WAIT = timedelta(days=1)
"""Between two attempts of a call, however often the wait has doubled."""

_NOBODY_WAITS = frozenset(
    {
        "case_unknown",
        "case_ended",
        "clock_gone",
        "call_gone",
        "delivery_gone",
        "alert_message_gone",
        "alert_repeat_gone",
        "event_gone",
        "message_gone",
    }
)
"""Codes that say that a job is over: its case no longer waits for it."""

log = logging.getLogger("linbang.jobs")


def run(runtime: Runtime, job: DueJob, token: int) -> None:
    """Run one claimed job; whatever happens, it is settled: done, given back, or an incident."""
    try:
        _RUN[job.kind](runtime, job)
    except (NotFound, InvalidState) as exc:
        if exc.code in _NOBODY_WAITS:
            runtime.jobs.delete(job.id)
        else:
            _give_back(runtime, job, token, exc)
    except TryAgain as exc:
        attempts = min(job.attempts + 1, MAX_ATTEMPTS_STORED)
        runtime.jobs.release(job.id, token, attempts, to_ms(exc.at))
    except Exception as exc:
        log.exception("job %s of case %s failed", job.id, job.process_instance_id)
        _give_back(runtime, job, token, exc)


def run_together(runtime: Runtime, jobs: Iterable[DueJob]) -> set[int]:
    """Run clocks and deadlines of different cases in one transaction; gives the ids of the jobs that are settled.

    All others are for `run`: second jobs of a case, other kinds, and whatever did not go smoothly.
    """
    first: dict[int, DueJob] = {}
    for job in jobs:
        if job.kind in _STRIKES:
            first.setdefault(job.process_instance_id, job)
    if len(first) < FEWEST_TOGETHER:
        return set()
    try:
        moved = advance_together(runtime, {case: _STRIKES[job.kind](job) for case, job in first.items()})
    except Exception:
        log.exception("%s clocks are struck one by one", len(first))
        return set()
    return {first[case].id for case in moved}


def _strike(runtime: Runtime, job: DueJob) -> None:
    advance(runtime, lambda: runtime.steps.load(job.process_instance_id), _STRIKES[job.kind](job))


def _clock_struck(job: DueJob) -> _Act:
    number, element_id = job.target.split(":", 1)

    def act(case: Case) -> tuple[Deed, None]:
        fired = spiff.fire(case.workflow, int(number), element_id)
        if not fired:
            case.state.jobs.pop(f"clock:{job.target}", None)
            raise InvalidState("Expected a clock that still waits", code="clock_gone")
        return Deed("timer_fired", SYSTEM, element_id), None

    return act


def _deadline_looked_after(job: DueJob) -> _Act:
    def act(case: Case) -> tuple[Deed, None]:
        tracked = case.state.deadlines.get(job.target)
        if tracked is None or tracked.facts.end is not None:
            raise InvalidState("Expected a deadline that still runs", code="clock_gone")
        case.turn_over_clocks()  # a newer calendar may have moved the very date that has come
        return _strike_deadline(case, job.target), None

    return act


def _strike_deadline(case: Case, key: str) -> Deed:
    """Fire what the diagram hangs on the deadline's breach or first warning."""
    from engine import clocks  # noqa: PLC0415 - only here

    tracked = case.state.deadlines[key]
    facts = tracked.facts
    state = clocks.state_of(facts, case.calendar_of(tracked), case.now)
    reached = {"warning", "breach"} if state is DeadlineState.BREACHED else {"warning"}
    for item in list(spiff.resting(case.workflow).values()):
        numbers = {scope.number for scope in item.scopes}
        for event in item.waits:
            follows = (
                isinstance(event, spiff.ClockEvent) and event.kind == "deadline" and event.text == facts.id
            )
            if follows and event.at in reached and case.state.deadlines[key].scope in numbers:
                spiff.fire(case.workflow, item.number, event.element_id)
    return Deed("deadline_struck", SYSTEM, payload={"deadline": facts.id}, strikes=(key,))


def _call_outside(runtime: Runtime, job: DueJob) -> None:
    number = int(job.target)
    found = runtime.steps.load(job.process_instance_id)
    if found is None:
        raise NotFound("Expected a case with that id", code="case_unknown")
    case = open_case(runtime, *found)
    wanted = spiff.parameters(case.workflow, number)
    if wanted is None:
        raise InvalidState("Expected a call that still waits", code="call_gone")
    operation, parameters = wanted
    element_id = spiff.resting(case.workflow)[number].element_id
    declared = case.definition.elements[element_id].call
    assert declared is not None  # the gate refuses a service task without one
    kept = evidence.question_kept(case, number, declared, parameters)
    try:
        answer = calls.ask(
            runtime,
            operation,
            parameters,
            idempotency_key=_key(case, number),
            timeout_s=seconds_of(declared.timeout),
            process_instance_id=job.process_instance_id,
        )
    except ConnectorError as exc:
        _take_failure(runtime, job, number, declared.retry, exc, kept)
        return
    expires = declared.evidence.expires if declared.evidence is not None else None
    if kept is not None:
        kept = evidence.answer_kept(runtime, kept, expires, answer, runtime.clock.now())
    _take_answer(runtime, job, number, operation, answer, kept)


def _key(case: Case, number: int) -> str:
    """Give the idempotency key of a call.

    It names the task, not the job: an incident that is taken up again asks under the same key. A question
    that was corrected has a new one, because the other side would answer the old question again.
    """
    corrected = spiff.corrections(case.workflow, number)
    return f"{case.row.id}-{number}" + (f"-c{corrected}" if corrected else "")


def _take_answer(
    runtime: Runtime,
    job: DueJob,
    number: int,
    operation: str,
    answer: Any,
    kept: dict[str, Any] | None,
) -> None:
    def act(case: Case) -> tuple[Deed, None]:
        element_id = _waiting_element(case, number)
        if not spiff.answer(case.workflow, number, answer):
            raise InvalidState("Expected a call that still waits", code="call_gone")
        payload = {"operation": operation, "answer": answer, "job": job.id}
        if kept is not None:
            payload["evidence"] = kept
        return Deed("service_answered", SYSTEM, element_id, payload), None

    advance(runtime, lambda: runtime.steps.load(job.process_instance_id), act)


def _take_failure(
    runtime: Runtime,
    job: DueJob,
    number: int,
    retry: str,
    error: ConnectorError,
    kept: dict[str, Any] | None,
) -> None:
    """Try again later, or hand the error to the diagram, or raise an incident."""
    retries, _, wait = retry.removeprefix("R").partition("/")
    if not error.permanent and job.attempts < int(retries):
        first = (
            moment_of(wait, runtime.clock.now(), runtime.calendar, lambda text: text) - runtime.clock.now()
        )
        raise TryAgain(runtime.clock.now() + min(first * (2**job.attempts), LONGEST_WAIT))

    def act(case: Case) -> tuple[Deed, None]:
        element_id = _waiting_element(case, number)
        tries = job.attempts + 1
        payload = {"code": error.code, "message": str(error), "attempts": tries}
        if kept is not None:
            payload["evidence"] = kept
        if spiff.fail(case.workflow, number, error.code):
            return Deed("service_failed", SYSTEM, element_id, payload), None
        failures = ((number, error.code, str(error), tries),)
        return Deed("service_failed", SYSTEM, element_id, payload, failures=failures), None

    advance(runtime, lambda: runtime.steps.load(job.process_instance_id), act)


def _waiting_element(case: Case, number: int) -> str:
    item = spiff.resting(case.workflow).get(number)
    if item is None or item.kind != "call":
        raise InvalidState("Expected a call that still waits", code="call_gone")
    return item.element_id


def _give_back(runtime: Runtime, job: DueJob, token: int, error: Exception) -> None:
    if isinstance(error, (Busy, DatabaseFull)):
        attempts, wait = job.attempts, SOON
    else:
        attempts = min(job.attempts + 1, MAX_ATTEMPTS_STORED)
        wait = timedelta(seconds=2**attempts) if attempts < MAX_ATTEMPTS else LATER
    log.warning("job %s is tried again in %s: %s", job.id, wait, type(error).__name__)
    runtime.jobs.release(job.id, token, attempts, to_ms(runtime.clock.now() + wait))


_STRIKES = {"clock": _clock_struck, "deadline": _deadline_looked_after}
_RUN = {
    **dict.fromkeys(_STRIKES, _strike),
    "call": _call_outside,
    "delivery": deliveries.send,
    "alert_message": sending.send,
    "alert_again": repeats.look,
    playing.JOB: playing.run,
    telling.JOB: telling.send,
    message_keeping.JOB: message_buffer.look_after,
    message_keeping.WAIT_JOB: message_buffer.look_at_place,
}
