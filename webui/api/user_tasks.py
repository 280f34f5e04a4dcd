"""Tasks for programs: list them, read one with its form, claim it, give it back, hand it on, complete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import instances, spiff, user_tasks
from engine.errors import NotFound
from engine.store.inbox import InboxFilter
from webui.page import installation
from webui.provisional import DatedTask, provisional_tasks

from . import records
from .bearer import actor
from .etags import expecting, tag_of, unchanged
from .paging import page, read_cursor
from .resources import Resources
from .schemas.common import INCLUDES, IfMatch, IfNoneMatch, IncludeQuery, page_of
from .schemas.instances import InstanceSchema
from .schemas.tasks import (
    AnswersSchema,
    CandidatesSchema,
    DelegateSchema,
    ListedTaskSchema,
    TaskQuery,
    WholeTaskSchema,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.case import Case
    from engine.store.rows import InstanceRow, UserTaskRow

resources = Resources("user-tasks", "User tasks")


@resources.operation("GET", "", gives=page_of(ListedTaskSchema), query=TaskQuery())
def listing(query: Mapping[str, Any]) -> Any:
    """List the open tasks that the bearer has or may claim, the earliest due first."""
    runtime, person = installation().runtime, actor()
    own = {f"p{person.person_id}"}
    principals = {None: person.principals, "me": own, "nobody": person.principals - own}
    where = InboxFilter(service_key=query.get("service_key"), due_before=query.get("due_before"))
    rows = runtime.inbox.page(
        principals[query.get("assigned")], query["limit"] + 1, read_cursor(query, int, int), where
    )
    moving = provisional_tasks(
        [
            DatedTask(
                row.user_task_id, row.process_instance_id, row.definition_id, row.element_id, row.due_at
            )
            for row in rows
        ]
    )
    items = [
        {
            **{name: getattr(row, name) for name in row.__slots__},
            "id": row.user_task_id,
            "provisional": row.user_task_id in moving,
        }
        for row in rows
    ]
    return page(items, query, lambda task: (task["due_at"], task["id"]))


@resources.operation(
    "GET",
    "/<id:user_task_id>",
    gives=WholeTaskSchema(),
    also={304: "It has not changed"},
    query=IncludeQuery(),
    headers=IfNoneMatch(),
    errors=(403,),
)
def show(user_task_id: int, query: Mapping[str, Any], headers: Mapping[str, Any]) -> Any:
    """Read a task, a completed one too. `include=form,variables` adds the form to fill in and what the case knows."""
    del headers  # etags reads them
    parts = set(query.get("include", "").split(",")) & set(INCLUDES)
    row, _tasks = _visible(user_task_id)
    same = unchanged(tag_of(user_task_id, row.row_version, parts))
    return same if same is not None else _told(user_task_id, parts)


@resources.operation("GET", "/<id:user_task_id>/candidates", gives=CandidatesSchema(), errors=(403, 409))
def candidates(user_task_id: int) -> Any:
    """List the colleagues who may be given a task, the least loaded first."""
    _visible(user_task_id)
    found = user_tasks.candidates(installation().runtime, user_task_id, actor())
    return {"items": [{"id": row.id, "username": row.username, "name": row.name} for row in found]}


@resources.operation(
    "POST",
    "/<id:user_task_id>/claim",
    gives=WholeTaskSchema(),
    headers=IfMatch(),
    errors=(403, 409, 412),
)
def claim(user_task_id: int, headers: Mapping[str, Any]) -> Any:
    """Claim a task; claiming one's own task changes nothing."""
    del headers
    found = _visible(user_task_id)
    user_tasks.claim(expecting(user_task_id, found), user_task_id, actor())
    return _told(user_task_id)


@resources.operation(
    "POST",
    "/<id:user_task_id>/unclaim",
    gives=WholeTaskSchema(),
    headers=IfMatch(),
    errors=(403, 409, 412),
)
def unclaim(user_task_id: int, headers: Mapping[str, Any]) -> Any:
    """Give a claimed task back to its group."""
    del headers
    found = _visible(user_task_id)
    user_tasks.unclaim(expecting(user_task_id, found), user_task_id, actor())
    return _told(user_task_id)


@resources.operation(
    "POST",
    "/<id:user_task_id>/delegate",
    gives=WholeTaskSchema(),
    headers=IfMatch(),
    body=DelegateSchema(),
    errors=(403, 409, 412),
)
def delegate(user_task_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Hand one's own task to a colleague who may do it, with a note."""
    del headers
    runtime = expecting(user_task_id, _visible(user_task_id))
    user_tasks.delegate(runtime, user_task_id, actor(), body["to"], body["note"])
    return _told(user_task_id)


@resources.operation(
    "POST",
    "/<id:user_task_id>/complete",
    gives=InstanceSchema(),
    headers=IfMatch(),
    body=AnswersSchema(),
    errors=(403, 409, 412),
)
def complete(user_task_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Complete one's own task with the answers to its form; gives the case with what waits in it now.

    A task that needs a second signature stays open for the second person, who completes it without answers.
    """
    del headers
    found = _visible(user_task_id)
    user_tasks.complete(expecting(user_task_id, found), user_task_id, actor(), body["answers"])
    case, row = records.whole_case(found[0].id)
    return case, {"ETag": tag_of(row.id, row.row_version)}


def _visible(user_task_id: int) -> tuple[InstanceRow, list[UserTaskRow]]:
    """Give the case of a task and its open tasks; raises NotFound when the bearer's office does not see it."""
    runtime = installation().runtime
    found = runtime.steps.load_by_task(user_task_id)
    if found is None:
        raise NotFound("Expected a task of your office with that id, but there is none", code="task_unknown")
    if not runtime.offices.sees(actor(), found[0].office_id):
        raise NotFound("Expected a case of your office with that id, but there is none", code="case_unknown")
    return found


def _told(user_task_id: int, parts: Iterable[str] = ()) -> Any:
    """Give a task as it is now, with its tag."""
    row, tasks = _visible(user_task_id)
    wanted, runtime = set(parts), installation().runtime
    rest = () if any(one.id == user_task_id for one in tasks) else installation().cases.user_tasks(row.id)
    task = next(one for one in (*tasks, *rest) if one.id == user_task_id)
    definition = runtime.catalogue.get(row.definition_id)
    told = {**records.tasks_of(row, [task])[0], "business_key": row.business_key, "title": row.title}
    if "form" in wanted:
        form = definition.elements[task.element_id].form
        told["form"] = definition.forms[form] if form is not None else None
    if "variables" in wanted:
        records.check_reader(row, definition)
        case = instances.open_case(runtime, row, tasks) if row.state == "active" else None
        told["variables"] = records.masked_variables(definition, _seen(case, task))
    return told, {"ETag": tag_of(user_task_id, row.row_version, wanted)}


def _seen(case: Case | None, task: UserTaskRow) -> Mapping[str, Any]:
    """Give the variables that an open task sees; a completed one sees none any more."""
    if case is None or task.number not in spiff.resting(case.workflow) or task.state != "open":
        return {}
    return case.variables(task.number)
