"""What operations tell of cases and tasks: from the engine's records to the values that a schema writes.

Personal numbers are masked as on the pages, in every place where one may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine import cases as case_views
from engine.errors import NotAllowed, NotFound
from engine.instances import open_case
from engine.messages import sendable
from webui.forms.masking import MASKED, mask
from webui.page import installation
from webui.provisional import DatedTask, provisional_tasks

from .bearer import actor

if TYPE_CHECKING:
    from engine.cases import CaseView
    from engine.definitions import Definition
    from engine.store.rows import InstanceRow, UserTaskRow

_IDENTITY = re.compile(r"\d{17}[\dXx]")
_PHONE = re.compile(r"(?:\+?86)?1\d{10}")
_SEES_VARIABLES = frozenset({"supervisor", "admin"})


def visible(process_instance_id: int) -> InstanceRow:
    """Give a case that the bearer's office sees; raises NotFound for any other."""
    return _visible(process_instance_id)[0]


def office_code(office_id: int) -> str:
    """Give the code by which other systems know an office."""
    row = installation().runtime.offices.rows.get(office_id)
    return "" if row is None else row.code


def whole_case(process_instance_id: int, *, variables: bool = False) -> tuple[dict[str, Any], InstanceRow]:
    """Give a case with what waits in it, and its row at that moment; raises NotFound as visible does.

    variables: with its variables, for those who work on cases of the service, and supervisors; raises
    NotAllowed for anybody else.
    """
    found = installation()
    row, tasks = _visible(process_instance_id)
    definition = found.runtime.catalogue.get(row.definition_id)
    if variables:
        check_reader(row, definition)
    opened = open_case(found.runtime, row, tasks) if row.state == "active" else None
    case = {
        **listed_case(row),
        "user_tasks": tasks_of(row, tasks),
        "deadlines": [
            {
                "process_instance_id": row.id,
                "business_key": row.business_key,
                "office": office_code(clock.office_id),
                **{name: getattr(clock, name) for name in _CLOCK},
            }
            for clock in found.cases.deadlines(row.id)
        ],
        "messages": [] if opened is None else sendable(opened, actor()),
    }
    if variables:
        view = case_views.read_case(found.runtime, found.cases, process_instance_id, actor())
        case["variables"] = masked_variables(definition, _variables(view))
    return case, row


def listed_case(row: Any) -> dict[str, Any]:
    """Give a case as lists show it."""
    return {
        **{name: getattr(row, name) for name in _CASE},
        "process_definition_id": row.definition_id,
        "office": office_code(row.office_id),
    }


def tasks_of(case: InstanceRow, rows: Iterable[UserTaskRow]) -> list[dict[str, Any]]:
    """Give tasks of a case."""
    some = list(rows)
    moving = provisional_tasks(
        [DatedTask(one.id, case.id, case.definition_id, one.element_id, one.due_at) for one in some]
    )
    return [
        {
            **{name: getattr(one, name) for name in _TASK},
            "office": office_code(one.office_id),
            "provisional": one.id in moving,
        }
        for one in some
    ]


def check_reader(row: InstanceRow, definition: Definition) -> None:
    """Raise NotAllowed unless the bearer may read variables: works on cases of the service there, or supervises."""
    runtime, person = installation().runtime, actor()
    groups = {element.group for element in definition.elements.values() if element.group}
    inboxes = {
        f"{group}@{runtime.offices.at_level(row.office_id, runtime.groups[group].level)}"
        for group in groups | set(definition.start_groups)
    }
    if not (person.roles & _SEES_VARIABLES or inboxes & person.principals):
        raise NotAllowed(
            "Expected somebody who works on cases of this service, or a supervisor", code="variables_hidden"
        )


def masked_variables(definition: Definition, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Give variables with every personal number masked: what a form says is one, and what looks like one."""
    kinds: dict[str, str] = {}
    for form in definition.forms.values():
        kinds.update(_sensitive(form.get("components", ())))
    found: dict[str, Any] = _masked(variables, kinds, None)
    return found


def _visible(process_instance_id: int) -> tuple[InstanceRow, list[UserTaskRow]]:
    """Give a case that the bearer's office sees, and its open tasks; raises NotFound for any other."""
    runtime = installation().runtime
    found = runtime.steps.load(process_instance_id)
    if found is None or not runtime.offices.sees(actor(), found[0].office_id):
        raise NotFound("Expected a case of your office with that id, but there is none", code="case_unknown")
    return found


def _variables(view: CaseView) -> dict[str, Any]:
    return {name: value for name, value in view.variables.items() if not name.startswith("__")}


def _sensitive(components: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for one in components:
        kind = (one.get("properties") or {}).get("linbang:sensitive")
        if kind in MASKED and "key" in one:
            yield str(one["key"]).rpartition(".")[2], str(kind)
        yield from _sensitive(one.get("components", ()))


def _masked(value: Any, kinds: Mapping[str, str], kind: str | None) -> Any:
    if isinstance(value, Mapping):
        return {name: _masked(inner, kinds, kinds.get(str(name))) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(inner, kinds, kind) for inner in value]
    if kind is not None and value is not None and not isinstance(value, bool):
        return mask(value, kind)
    if isinstance(value, str):
        if _IDENTITY.fullmatch(value):
            return mask(value, "identity")
        if _PHONE.fullmatch(value):
            return mask(value, "phone")
    return value


_CASE = ("id", "business_key", "title", "service_key", "state", "outcome", "started_at", "ended_at")
_TASK = (
    "id",
    "process_instance_id",
    "service_key",
    "element_id",
    "state",
    "candidate_group",
    "assignee",
    "priority",
    "due_at",
    "at_risk",
    "paused",
    "created_at",
)
_CLOCK = (
    "key",
    "deadline_id",
    "kind",
    "state",
    "service_key",
    "started_at",
    "due_at",
    "provisional",
    "ended_at",
    "calendar_version",
)
