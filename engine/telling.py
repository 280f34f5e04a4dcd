"""What machines are told of cases: rows written with the step that they tell of, sent afterwards.

Says which case, which element and when; never variables, names or anything else of a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidState
from engine.ports import ConnectorError
from engine.state import from_ms, to_ms
from engine.store import FAR_FUTURE_MS
from engine.store.jobs import TryAgain
from engine.store.rows import BREACH, EventRow, JobRow, Saved

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.jobs import DueJob
    from engine.store.subscriptions import ToldEvent

EVENTS = (
    "case_started",
    "case_completed",
    "case_cancelled",
    "user_task_created",
    "user_task_completed",
    "deadline_warned",
    "deadline_breached",
    "incident_raised",
)
"""What a machine may want to hear of."""
JOB = "event"
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
MAX_TRIES = 13
"""With waits that double from FIRST_WAIT up to LONGEST_WAIT, the last try comes within a day of the first."""
TIMEOUT_S = 10.0
_ENDS = {"completed": "case_completed", "cancelled": "case_cancelled"}


def tell(runtime: Runtime, saved: Saved) -> None:
    """Add to a step what machines want to hear of it; asks no database, and nothing where nobody listens."""
    office = saved.instance.office_id
    wanted = [
        one for one in runtime.subscriptions.running() if one.office_id in runtime.offices.chain(office)
    ]
    if not wanted:
        return
    now = saved.history.at
    for event, facts in _facts(runtime, saved):
        alert: int | None = facts.pop("alert", None)
        for one in wanted:
            if event not in one.events:
                continue
            told_id = runtime.ids.next()
            content = json.dumps({"event": event, **_case(runtime, saved), **facts}).encode()
            sealed = runtime.sealer.seal(content, _place(told_id))
            saved.told.append(
                EventRow(told_id, one.id, saved.instance.id, event, "waiting", sealed, now, now, 0, alert)
            )
            saved.jobs_added.append(job_of(told_id, now))


def send(runtime: Runtime, job: DueJob) -> None:
    """Tell a machine the event of a job, outside any transaction, and keep what became of it.

    Raises TryAgain to be called later, InvalidState (`event_gone`) when it does not wait any more.
    """
    told = runtime.subscriptions.find_told(int(job.target))
    if told is None or told.state != "waiting":
        raise InvalidState("Expected an event that still waits to be told", code="event_gone")
    subscription = runtime.subscriptions.find(told.subscription_id)
    assert subscription is not None  # rows of subscriptions are never deleted
    tries = told.attempts + 1
    secret = runtime.sealer.open(subscription.sealed_secret, secret_place(subscription.id))
    body = json.dumps(content_of(runtime, told), ensure_ascii=False).encode()
    if runtime.hooks is None:
        raise TryAgain(runtime.clock.now() + LONGEST_WAIT)  # a process without a way out
    try:
        status = runtime.hooks.post(subscription.address, secret, str(told.id), body, TIMEOUT_S)
    except ConnectorError as exc:
        _take_failure(runtime, told, tries, None, str(exc), permanent=exc.permanent)
        return
    if 200 <= status < 300:  # noqa: PLR2004 - the statuses of success
        runtime.subscriptions.settle(
            told.id, state="sent", sent_at=runtime.now_ms(), attempts=tries, status=status, message=None
        )
    else:
        message = f"The address answered with status {status}"
        _take_failure(runtime, told, tries, status, message, permanent=False)


def content_of(runtime: Runtime, told: ToldEvent) -> dict[str, Any]:
    """Give what a machine is told of an event."""
    kept = json.loads(runtime.sealer.open(told.sealed_content, _place(told.id)))
    about = {"business_key": told.business_key, **kept.pop("process_instance")}
    return {"id": str(told.id), **kept, "process_instance": about}


def job_of(told_id: int, due_at: int) -> JobRow:
    """Give the job that tells an event; it has its id, and belongs to no case: the case does not wait for it."""
    return JobRow(told_id, 0, JOB, str(told_id), due_at)


def secret_place(subscription_id: int) -> str:
    """Name where a subscription's secret is kept."""
    return f"subscription:{subscription_id}"


def _take_failure(
    runtime: Runtime, told: ToldEvent, tries: int, status: int | None, message: str, *, permanent: bool
) -> None:
    """Try again later, or give up."""
    kept: dict[str, Any] = {"attempts": tries, "status": status, "message": message}
    if permanent or tries >= MAX_TRIES:
        runtime.subscriptions.settle(told.id, state="failed", **kept)
        return
    at = runtime.clock.now() + min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
    runtime.subscriptions.settle(told.id, due_at=to_ms(at), **kept)
    raise TryAgain(at)


def _facts(runtime: Runtime, saved: Saved) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what happened in a step, in the order in which it depends on each other."""
    if saved.history.event == "case_started":
        yield "case_started", {}
    for change in saved.changed:
        if change.state == "completed":
            done = {"id": str(change.before.id), "element_id": change.before.element_id}
            yield "user_task_completed", {"user_task": done}
    for row in saved.opened:
        due = None if row.due_at >= FAR_FUTURE_MS else _moment(row.due_at)
        office = runtime.offices.rows[row.office_id].code
        opened = {"id": str(row.id), "element_id": row.element_id, "due_at": due}
        opened |= {"candidate_group": row.candidate_group, "office": office}
        yield "user_task_created", {"user_task": opened}
    for alert in saved.alerts:
        clock = {"id": alert.deadline_id, "due_at": _moment(alert.due_at), "level": alert.level}
        event = "deadline_breached" if alert.level == BREACH else "deadline_warned"
        yield event, {"deadline": clock, "alert": alert.id}
    for incident in saved.incidents_raised:
        raised = {"id": str(incident.id), "element_id": incident.element_id, "code": incident.code}
        yield "incident_raised", {"incident": raised}
    if saved.instance.state == "active" and saved.state in _ENDS:
        yield _ENDS[saved.state], {"outcome": saved.outcome}


def _case(runtime: Runtime, saved: Saved) -> dict[str, Any]:
    row = saved.instance
    office = runtime.offices.rows[row.office_id].code
    about = {"id": str(row.id), "service_key": row.service_key, "office": office}
    return {"at": _moment(saved.history.at), "process_instance": about}


def _moment(ms: int) -> str:
    return from_ms(ms).isoformat(timespec="milliseconds")


def _place(told_id: int) -> str:
    return f"event:{told_id}"
