"""The lines of a supervisor's list in words, and who could be given them. Takes a store's rows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from engine import reasons
from engine.store import FAR_FUTURE_MS
from engine.store.work import RunningClock, WorkRow
from engine.task_changes import DEFAULT_PRIORITY
from webui.language import language
from webui.page import installation
from webui.provisional import DatedTask, provisional_tasks
from webui.words import (
    due_words,
    element_name,
    group_name,
    moment_words,
    office_name,
    person_name,
    service_name,
)
from webui.words.desk import STANDINGS, priority_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.definitions import Definition
    from engine.reasons import Reason


def in_words(rows: Sequence[WorkRow]) -> list[dict[str, Any]]:
    """Say each row, with the clock that makes it due and what its holder was asked."""
    runtime = installation().runtime
    if not rows:
        return []
    names = {row.id: person_name(row) for row in runtime.people.persons()}
    asked = reasons.of_tasks(runtime, [row.id for row in rows])
    clocks: dict[int, list[RunningClock]] = defaultdict(list)
    for clock in runtime.work.clocks({row.process_instance_id for row in rows}):
        clocks[clock.process_instance_id].append(clock)
    moving = provisional_tasks(
        [
            DatedTask(row.id, row.process_instance_id, row.definition_id, row.element_id, row.due_at)
            for row in rows
        ]
    )
    return [
        _in_words(row, names, provisional=row.id in moving)
        | _clock_of(row, clocks[row.process_instance_id])
        | _reason(row, asked.get(row.id), names)
        for row in rows
    ]


def receivers(rows: Sequence[WorkRow]) -> list[tuple[str, list[tuple[int, str, int]]]]:
    """Give who could do some of the tasks, by group and office: each with id, name, and how many they have."""
    runtime = installation().runtime
    pairs = {(row.candidate_group, row.office_id) for row in rows}
    found = runtime.work.people_for(pairs, runtime.today().isoformat()) if pairs else []
    loads = runtime.work.loads({one.person_id for one in found}) if found else {}
    groups: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for one in found:
        office = office_name(runtime.offices.rows.get(one.office_id))
        name = one.name if language() == "zh" else one.name_en
        title = f"{group_name(runtime.groups, one.group)} · {office}"
        groups[title].append((one.person_id, name, loads.get(one.person_id, 0)))
    return [(title, sorted(people, key=lambda one: (one[2], one[1]))) for title, people in groups.items()]


def _in_words(row: WorkRow, names: Mapping[int, str], *, provisional: bool) -> dict[str, Any]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(row.definition_id)
    return {
        "id": row.id,
        "step": element_name(definition, row.element_id),
        "case": row.business_key,
        "case_id": row.process_instance_id,
        "title": row.title,
        "service": service_name(definition),
        "office": office_name(runtime.offices.rows.get(row.office_id)),
        "group": group_name(runtime.groups, row.candidate_group),
        "who": names.get(row.assignee, "–") if row.assignee is not None else "",
        "due": due_words(row.due_at, runtime.clock.now(), runtime.calendar, provisional=provisional),
        "at_risk": bool(row.at_risk) and row.due_at > runtime.now_ms(),
        "paused": bool(row.paused),
        "priority": priority_words(row.priority),
        "urgent": row.priority > DEFAULT_PRIORITY,
        "since": moment_words(row.created_at, runtime.calendar),
        "standing": str(STANDINGS[_standing(row, runtime.now_ms())]),
    }


def _standing(row: WorkRow, now: int) -> str:
    if row.due_at <= now:
        return "late"
    return "at_risk" if row.at_risk else "paused" if row.paused else "on_time"


def _clock_of(row: WorkRow, clocks: Sequence[RunningClock]) -> dict[str, Any]:
    """Name the clock by which a task is due; where it stands still and no other runs, that one."""
    definition = installation().runtime.catalogue.get(row.definition_id)
    same = [one for one in clocks if one.due_at == row.due_at]
    if not same and row.due_at >= FAR_FUTURE_MS:
        same = [one for one in clocks if one.state == "paused"]
    if not same:
        return {"clock": "", "clock_key": ""}
    return {"clock": clock_name(definition, same[0].deadline_id), "clock_key": same[0].key}


def clock_name(definition: Definition, deadline_id: str) -> str:
    """Say what a clock is called."""
    return definition.texts.say(language(), "deadlines", deadline_id)


def _reason(row: WorkRow, asked: Reason | None, names: Mapping[int, str]) -> dict[str, Any]:
    """Say what the holder of a task was asked, or has answered; nothing where that was somebody before."""
    if asked is None or (asked.answered_at is None and asked.asked_of != row.assignee):
        return {"reason": None}
    calendar = installation().runtime.calendar
    return {
        "reason": {
            "question": asked.question,
            "answer": asked.answer,
            "who": names.get(asked.asked_of, "–"),
            "at": moment_words(asked.answered_at or asked.asked_at, calendar),
        }
    }
