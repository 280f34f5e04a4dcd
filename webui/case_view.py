"""What the page of a case shows: the answer first, then where it stands, its clocks, its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from engine import cases as case_views
from engine import incidents
from engine.alerting import ledger
from engine.migration.previews import may_look
from engine.migration.versions import MOVES, definition_at
from engine.operators import is_operator

from .application import application
from .auth import actor
from .extending import offers
from .language import language
from .ledger_view import clock_of, running_first
from .page import installation
from .provisional import is_provisional
from .related_view import related_rows
from .words import (
    day_words,
    due_words,
    element_name,
    group_name,
    moment_words,
    office_name,
    outcome_name,
    person_name,
    service_name,
)
from .words.diagrams import drawn_names
from .words.history import entries
from .words.incidents import failure_words
from .words.messages import messages_of, sharing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.cases import CaseView
    from engine.definitions import Definition
    from engine.history import Link


def facts_of(view: CaseView, *, unmasked: bool = False) -> dict[str, Any]:
    """Give everything that the page of a case shows; unmasked: also what is masked otherwise."""
    found = installation()
    definition, runtime = view.definition, found.runtime
    now, calendar = runtime.clock.now(), runtime.calendar
    names = {row.id: person_name(row) for row in runtime.people.persons()}
    case_id = view.row.id
    overdue = {task.element_id for task in view.tasks if task.due_at <= runtime.now_ms()}
    comments = [
        {"who": names.get(one.author, ""), "at": moment_words(one.at, calendar), "text": one.text}
        for one in case_views.read_comments(runtime, found.cases, case_id)
    ]
    return {
        "view": view,
        "case": view.row,
        "service": service_name(definition),
        "office": office_words(view.row.office_id),
        "outcome": outcome_name(definition, view.row.outcome),
        "steps": [_step(view, task, names) for task in view.tasks],
        "waits": [element_name(definition, key) for key in view.current if not _has_task(view, key)],
        "incidents": [
            {
                "id": one.id,
                "step": element_name(definition, one.element_id),
                "what": failure_words(one.code, one.message),
            }
            for one in view.incidents
        ],
        "clocks": [clock_of(view, clock, now) for clock in sorted(view.clocks, key=running_first)],
        "offers": offers(case_id) if definition.extensions else {},
        "diagrams": _diagrams(view, overdue),
        "entries": entries(view.links, names, calendar, versions_of(view)),
        "letters": [
            {
                "number": letter.number,
                "title": definition.texts.say(language(), "letters", letter.key, "title"),
                "at": day_words(calendar.local_date(letter.issued_at)),
            }
            for letter in view.letters
        ],
        "notices": messages_of(runtime, definition, case_id, unmasked=unmasked),
        "sharing": sharing_of(runtime, definition, view.links),
        "told_of_clocks": ledger.may_read(actor()) and bool(view.clocks),
        "hands": view.row.state == "active" and is_operator(actor()),
        "may_retry": incidents.may_retry(runtime, view.row, definition, actor()),
        "files": found.cases.attachments(case_id),
        "comments": comments,
        "buttons": [
            (name, definition.texts.say(language(), "messages", name, "button")) for name in view.messages
        ],
        "answers": application(definition, view.variables, runtime.evaluator(definition), unmasked=unmasked),
        "unmasked": unmasked,
        "related": related_rows(runtime, case_id, actor()),
        "started": moment_words(view.row.started_at, calendar),
        "behind": _behind(view),
    }


def office_words(office_id: int) -> str:
    """Say what an office is called."""
    return office_name(installation().runtime.offices.rows.get(office_id))


def _behind(view: CaseView) -> dict[str, int] | None:
    """Say by how much a running case is behind, to those who may see to it; None for the newest version."""
    if view.row.state != "active" or not may_look(actor()):
        return None
    rows = installation().runtime.catalogue.versions(view.row.service_key)
    own = next(row.version for row in rows if row.id == view.row.definition_id)
    return {"old": own, "new": rows[0].version} if own != rows[0].version else None


def versions_of(view: CaseView) -> Callable[[Link], Definition]:
    """Give what says which version the case had at a step of its history."""
    moves = [link for link in view.links if link.event in MOVES]
    get = installation().runtime.catalogue.get
    return lambda link: get(definition_at(moves, view.row.definition_id, link.seq))


def _has_task(view: CaseView, element_id: str) -> bool:
    element = view.definition.elements.get(element_id)
    return element is not None and element.kind in {"userTask", "subProcess", "callActivity"}


def _step(view: CaseView, task: Any, names: Mapping[int, str]) -> dict[str, Any]:
    runtime = installation().runtime
    person = actor()
    mine = task.assignee == person.person_id or bool(person.rights_in(task.candidate_group, task.office_id))
    return {
        "id": task.id,
        "name": element_name(view.definition, task.element_id),
        "group": group_name(runtime.groups, task.candidate_group),
        "who": names.get(task.assignee, "") if task.assignee else "",
        "due": due_words(
            task.due_at,
            runtime.clock.now(),
            runtime.calendar,
            provisional=is_provisional(view.clocks, view.definition, task.element_id, task.due_at),
        ),
        "since": moment_words(task.created_at, runtime.calendar),
        "open": mine,
    }


def _diagrams(view: CaseView, overdue: set[str]) -> list[dict[str, Any]]:
    """Give the facts for each diagram that the case has touched; the one where it is now comes first."""
    found = []
    for process in view.definition.processes:
        elements = {key: one for key, one in view.definition.elements.items() if one.process == process}
        touched = any(key in view.passed or key in view.current for key in elements)
        if not touched:
            continue
        names = drawn_names(view.definition, process)
        current = [key for key in elements if key in view.current and key not in overdue]
        facts = {
            "names": names,
            "done": [key for key in elements if key in view.passed and key not in view.current],
            "flows": [key for key in elements if key in view.flows],
            "current": current,
            "overdue": [key for key in elements if key in view.current and key in overdue],
            "counts": {key: count for key, count in view.passed.items() if key in elements and count > 1},
        }
        found.append(
            {
                "process": process,
                "name": view.definition.texts.say(language(), "processes", process),
                "href": url_for("cases.diagram", case_id=view.row.id, process=process),
                "facts": facts,
                "here": any(
                    view.definition.elements[key].kind != "callActivity"
                    for key in view.current
                    if key in elements
                ),
            }
        )
    return sorted(found, key=lambda one: not one["here"])
