"""Changes of the working calendar for programs: propose one, look at what it moves, approve or discard it."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.errors import InvalidInput, NotFound
from webui.page import installation

from . import records
from .bearer import actor
from .calendars import resources, visible_office
from .paging import page, read_cursor
from .schemas.calendars import (
    CalendarChangesSchema,
    CalendarDecisionSchema,
    CasesMovedSchema,
    ChangedCaseQuery,
    ChangedCaseSchema,
    NoticeSchema,
    OfficeWishesSchema,
    SeenCalendarChangeSchema,
)
from .schemas.common import page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.calendar_changes.looking import Preview, SeenMove
    from engine.store.calendars import ChangeRow

_ONE = "/changes/<id:change_id>"


@resources.operation("GET", "/changes", gives=CalendarChangesSchema(), errors=(403,))
def list_changes() -> Any:
    """List the newest changes that concern the bearer's offices; for supervisors and operators."""
    return {"items": [_row(row) for row in looking.changes(installation().runtime, actor())]}


@resources.operation(
    "POST", "/notices", gives=SeenCalendarChangeSchema(), status=201, body=NoticeSchema(), errors=(403,)
)
def propose_notice(body: Mapping[str, Any]) -> Any:
    """Propose the notice of a year; nothing counts by it before it is approved. `look` goes on until it is ready."""
    runtime = installation().runtime
    row = proposing.propose_notice(runtime, actor(), body["file"], body["text"])
    return _told(looking.read_preview(runtime, actor(), row.id))


@resources.operation(
    "POST",
    "/<string(maxlength=100):office>/changes",
    gives=SeenCalendarChangeSchema(),
    status=201,
    body=OfficeWishesSchema(),
    errors=(403,),
)
def propose_office(office: str, body: Mapping[str, Any]) -> Any:
    """Propose days or hours of an office, by its code, and of those below it; nothing counts by them before."""
    runtime = installation().runtime
    wishes = OfficeWishes(
        [OwnDay(one["day"], one["works"], one["label"]) for one in body["days"]],
        body["forget"],
        _hours(body),
        usual_hours=body["usual_hours"],
    )
    row = proposing.propose_office(runtime, actor(), visible_office(office), wishes)
    return _told(looking.read_preview(runtime, actor(), row.id))


@resources.operation("GET", _ONE, gives=SeenCalendarChangeSchema(), errors=(403,))
def show_change(change_id: int) -> Any:
    """Read how far a change is, and how many cases it moves."""
    return _told(_visible(change_id))


@resources.operation("POST", f"{_ONE}/look", gives=SeenCalendarChangeSchema(), errors=(403, 409))
def look_at_clocks(change_id: int) -> Any:
    """Look at the next hundred clocks, on copies, until the state is `ready`."""
    _visible(change_id)
    return _told(looking.look_further(installation().runtime, actor(), change_id))


@resources.operation(
    "GET", f"{_ONE}/cases", gives=page_of(ChangedCaseSchema), query=ChangedCaseQuery(), errors=(403,)
)
def list_changed_cases(change_id: int, query: Mapping[str, Any]) -> Any:
    """List what a change does, or has done, to the cases of the bearer's office and below, by case id."""
    _visible(change_id)
    cursor = read_cursor(query, int)
    rows = looking.page_of_moves(
        installation().runtime,
        actor(),
        change_id,
        state=query.get("state"),
        after=cursor[0] if cursor else 0,
        size=query["limit"] + 1,
    )
    return page([_case(one) for one in rows], query, lambda one: (one["process_instance_id"],))


@resources.operation(
    "POST",
    f"{_ONE}/approve",
    gives=SeenCalendarChangeSchema(),
    body=CalendarDecisionSchema(),
    errors=(403, 409),
)
def approve_change(change_id: int, body: Mapping[str, Any]) -> Any:
    """Put a change into force that was looked at to the end; the background moves the cases, or `go-on`."""
    runtime = installation().runtime
    _visible(change_id)
    applying.approve(runtime, actor(), change_id, body["reason"])
    return _told(looking.read_preview(runtime, actor(), change_id))


@resources.operation(
    "POST",
    f"{_ONE}/discard",
    gives=SeenCalendarChangeSchema(),
    body=CalendarDecisionSchema(),
    errors=(403, 409),
)
def discard_change(change_id: int, body: Mapping[str, Any]) -> Any:
    """Drop a change that is not in force; it stays on record."""
    runtime = installation().runtime
    _visible(change_id)
    applying.discard(runtime, actor(), change_id, body["reason"])
    return _told(looking.read_preview(runtime, actor(), change_id))


@resources.operation("POST", f"{_ONE}/go-on", gives=CasesMovedSchema(), errors=(403, 409))
def go_on_moving(change_id: int) -> Any:
    """Move the next cases of an approved change, for about a second."""
    runtime = installation().runtime
    applying.check_may_decide(runtime, actor(), _visible(change_id).row)
    done = applying.go_on(runtime, change_id)
    return {"moved": done.moved, "more": done.left}


def _visible(change_id: int) -> Preview:
    """Give a change that concerns the bearer; raises NotFound for any other."""
    found = looking.read_preview(installation().runtime, actor(), change_id)
    if not looking.concerns(installation().runtime, actor(), found.row):
        raise NotFound(
            "Expected a change of the calendar with that id, but there is none", code="change_unknown"
        )
    return found


def _hours(body: Mapping[str, Any]) -> tuple[time, time] | None:
    ends = [body[name] for name in ("opens", "closes") if name in body]
    if len(ends) == 1:
        raise InvalidInput("Expected both ends of the hours, but got one", code="invalid_hours")
    return (time.fromisoformat(ends[0]), time.fromisoformat(ends[1])) if ends else None


def _row(row: ChangeRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "title": proposing.title_of(row),
        "office": None if row.office_id is None else records.office_code(row.office_id),
        "state": row.state,
        "created_at": row.created_at,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "may_decide": row.state in {"looking", "ready"}
        and applying.may_decide(installation().runtime, actor(), row),
    }


def _told(found: Preview) -> dict[str, Any]:
    return {**_row(found.row), "counts": found.counts}


def _case(seen: SeenMove) -> dict[str, Any]:
    row, report = seen.listed.row, seen.report
    return {
        "process_instance_id": row.process_instance_id,
        "business_key": seen.listed.business_key,
        "state": row.state,
        "code": report.failed,
        "clocks": [
            {
                "deadline_id": one.id,
                "due_at": one.was,
                "new_due_at": one.due_at,
                "new_provisional": one.provisional,
                "calendar_version": one.old,
                "new_calendar_version": one.new,
            }
            for one in report.clocks
        ],
        "tasks": [
            {"element_id": one.element_id, "due_at": one.was, "new_due_at": one.due_at}
            for one in report.tasks
        ],
        "missed_before": [
            {"deadline_id": one.id, "due_at": one.due_at, "would_be": one.would_be} for one in report.stays
        ],
    }
