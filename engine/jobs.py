"""Due jobs: strike clocks, look after deadlines, call outside systems. Retries, then an incident.

Firing twice is harmless: a step finds out from the case's own state whether its clock or call still waits.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine import spiff
from engine.case import Case
from engine.clocks import DeadlineState
from engine.errors import InvalidState, NotFound
from engine.instances import advance, open_case
from engine.outcome import Deed
from engine.people import SYSTEM, Actor
from engine.ports import Call, Connector, ConnectorError
from engine.state import to_ms
from engine.timers import moment_of, seconds_of
from engine.values import checked_value

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.jobs import DueJob

LEASE_MS = 120_000
MAX_ATTEMPTS = 5
"""How often a clock's job is tried whose step fails, before it waits an hour between tries."""
MAX_ATTEMPTS_STORED = 30_000
LATER = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=1)
"""Between two attempts of a call, however often the wait has doubled."""

_NOBODY_WAITS = frozenset({"case_unknown", "case_ended", "clock_gone", "call_gone"})
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
    except _TryAgain as exc:
        attempts = min(job.attempts + 1, MAX_ATTEMPTS_STORED)
        runtime.jobs.release(job.id, token, attempts, to_ms(exc.at))
    except Exception as exc:
        log.exception("job %s of case %s failed", job.id, job.process_instance_id)
        _give_back(runtime, job, token, exc)


def retry_incident(runtime: Runtime, process_instance_id: int, number: int, actor: Actor) -> None:
    """Take up again what could not be carried out: run the element or call the outside system once more.

    Raises InvalidState when there is no open incident there.
    """

    def act(case: Case) -> tuple[Deed, None]:
        if number not in case.state.incidents:
            raise InvalidState(
                "Expected an open incident, but it has been resolved", code="incident_resolved"
            )
        if number in case.workflow.stuck:
            spiff.retry(case.workflow, number)
        return Deed("incident_retried", actor, payload={"number": number}, retries=(number,)), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


class _TryAgain(Exception):  # noqa: N818 - not an error: the call is tried again at `at`
    def __init__(self, at: Any) -> None:
        super().__init__()
        self.at = at


def _strike_clock(runtime: Runtime, job: DueJob) -> None:
    number, element_id = job.target.split(":", 1)

    def act(case: Case) -> tuple[Deed, None]:
        fired = spiff.fire(case.workflow, int(number), element_id)
        if not fired:
            case.state.jobs.pop(f"clock:{job.target}", None)
            raise InvalidState("Expected a clock that still waits", code="clock_gone")
        return Deed("timer_fired", SYSTEM, element_id), None

    advance(runtime, lambda: runtime.steps.load(job.process_instance_id), act)


def _look_after_deadline(runtime: Runtime, job: DueJob) -> None:
    def act(case: Case) -> tuple[Deed, None]:
        tracked = case.state.deadlines.get(job.target)
        if tracked is None or tracked.facts.end is not None:
            raise InvalidState("Expected a deadline that still runs", code="clock_gone")
        return _strike_deadline(case, job.target), None

    advance(runtime, lambda: runtime.steps.load(job.process_instance_id), act)


def _strike_deadline(case: Case, key: str) -> Deed:
    """Fire what the diagram hangs on the deadline's breach or first warning."""
    from engine import clocks  # noqa: PLC0415 - only here

    facts = case.state.deadlines[key].facts
    state = clocks.state_of(facts, case.calendar, case.now)
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
    connector_name, _, name = operation.partition(".")
    # The key names the task, not the job: an incident that is taken up again asks under the same key.
    call = Call(name, parameters, f"{job.process_instance_id}-{number}", seconds_of(declared.timeout))
    try:
        answer = checked_value(_connector(runtime, connector_name).call(call), operation)
    except ConnectorError as exc:
        _take_failure(runtime, job, number, declared.retry, exc)
        return
    except Exception as exc:  # a connector's own fault, or an answer that no case can hold
        log.exception("%s failed in case %s", operation, job.process_instance_id)
        broken = ConnectorError(
            f"{connector_name} gave no usable answer: {type(exc).__name__}",
            code="call_broken",
            permanent=True,
        )
        _take_failure(runtime, job, number, declared.retry, broken)
        return
    _take_answer(runtime, job, number, operation, answer)


def _connector(runtime: Runtime, name: str) -> Connector:
    found = runtime.connectors.get(name)
    if found is None:
        raise ConnectorError(f"There is no connector {name!r}", code="connector_missing", permanent=True)
    return found


def _take_answer(runtime: Runtime, job: DueJob, number: int, operation: str, answer: Any) -> None:
    def act(case: Case) -> tuple[Deed, None]:
        element_id = _waiting_element(case, number)
        if not spiff.answer(case.workflow, number, answer):
            raise InvalidState("Expected a call that still waits", code="call_gone")
        payload = {"operation": operation, "answer": answer, "job": job.id}
        return Deed("service_answered", SYSTEM, element_id, payload), None

    advance(runtime, lambda: runtime.steps.load(job.process_instance_id), act)


def _take_failure(runtime: Runtime, job: DueJob, number: int, retry: str, error: ConnectorError) -> None:
    """Try again later, or hand the error to the diagram, or raise an incident."""
    retries, _, wait = retry.removeprefix("R").partition("/")
    if not error.permanent and job.attempts < int(retries):
        first = (
            moment_of(wait, runtime.clock.now(), runtime.calendar, lambda text: text) - runtime.clock.now()
        )
        raise _TryAgain(runtime.clock.now() + min(first * (2**job.attempts), LONGEST_WAIT))

    def act(case: Case) -> tuple[Deed, None]:
        element_id = _waiting_element(case, number)
        payload = {"code": error.code, "message": str(error), "attempts": job.attempts + 1}
        if spiff.fail(case.workflow, number, error.code):
            return Deed("service_failed", SYSTEM, element_id, payload), None
        failures = ((number, error.code, str(error)),)
        return Deed("service_failed", SYSTEM, element_id, payload, failures=failures), None

    advance(runtime, lambda: runtime.steps.load(job.process_instance_id), act)


def _waiting_element(case: Case, number: int) -> str:
    item = spiff.resting(case.workflow).get(number)
    if item is None or item.kind != "call":
        raise InvalidState("Expected a call that still waits", code="call_gone")
    return item.element_id


def _give_back(runtime: Runtime, job: DueJob, token: int, error: Exception) -> None:
    attempts = min(job.attempts + 1, MAX_ATTEMPTS_STORED)
    wait = timedelta(seconds=2**attempts) if attempts < MAX_ATTEMPTS else LATER
    log.warning("job %s is tried again in %s: %s", job.id, wait, type(error).__name__)
    runtime.jobs.release(job.id, token, attempts, to_ms(runtime.clock.now() + wait))


_RUN = {"clock": _strike_clock, "deadline": _look_after_deadline, "call": _call_outside}
