"""The lines of an inbox in words, with their marks. Takes a store's rows, gives what the template shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import follow_ups
from engine.state import from_ms
from engine.store.inbox import COUNT_CAP, InboxRow
from engine.task_changes import DEFAULT_PRIORITY

from . import passing_on
from .page import installation
from .provisional import DatedTask, provisional_tasks
from .words import due_words, element_name, group_name, moment_words, service_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.people import Actor


def in_words(
    rows: Sequence[InboxRow], actor: Actor, view: str, new_since: int | None
) -> list[dict[str, Any]]:
    """Say each row. new_since: from when on a row is new, in milliseconds; None where none is."""
    runtime = installation().runtime
    asked = runtime.work.asked([row.user_task_id for row in rows]) if rows else set()
    put_off = (
        {one.user_task_id: one for one in follow_ups.list_put_off(runtime, actor)}
        if view == "put_off"
        else {}
    )
    said = []
    moving = provisional_tasks(
        [
            DatedTask(
                row.user_task_id, row.process_instance_id, row.definition_id, row.element_id, row.due_at
            )
            for row in rows
        ]
    )
    for row in rows:
        away = put_off.get(row.user_task_id)
        said.append(
            _in_words(row, actor, provisional=row.user_task_id in moving)
            | {
                "asked": row.user_task_id in asked,
                "new": new_since is not None and row.since > new_since,
                "until": moment_words(away.until, runtime.calendar) if away else "",
                "note": away.note if away else "",
            }
        )
    return said


def _in_words(row: InboxRow, actor: Actor, *, provisional: bool) -> dict[str, Any]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(row.definition_id)
    return {
        "id": row.user_task_id,
        "task": element_name(definition, row.element_id),
        "case": row.business_key,
        "case_id": row.process_instance_id,
        "title": row.title,
        "service": service_name(definition),
        "group": group_name(runtime.groups, row.candidate_group),
        "due": due_words(row.due_at, runtime.clock.now(), runtime.calendar, provisional=provisional),
        "mine": row.assignee == actor.person_id,
        "may_put_off": passing_on.can_wait(row.due_at),
        "draft": row.draft_at is not None,
        "urgent": row.priority > DEFAULT_PRIORITY,
        "handed": row.handed_by is not None and row.assignee == actor.person_id,
    }


def look_words(moment_ms: int) -> str:
    """Say when somebody looked: the time of day alone where it was today."""
    runtime = installation().runtime
    local = runtime.calendar.local_moment(from_ms(moment_ms))
    today = runtime.calendar.local_date(runtime.clock.now())
    return f"{local:%H:%M}" if local.date() == today else moment_words(moment_ms, runtime.calendar)


def capped(count: int) -> str:
    """Say a count that stops at COUNT_CAP."""
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)
