"""Cases for programs: start one once, read it, list them, cancel one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from engine import editing, extending, forms, history, instances, moving
from engine.errors import InvalidInput, InvalidState, NotAllowed
from engine.state import to_ms
from engine.store.cases import CaseFilter
from webui.page import installation
from webui.uploads import file_ids

from . import json_bodies, records
from .bearer import actor
from .etags import expecting, tag_of, unchanged
from .idempotency import once
from .paging import page, read_cursor
from .resources import Resources
from .schemas.common import IfNoneMatch, IncludeQuery, ReasonSchema, VariablesSchema, WriteHeaders, page_of
from .schemas.instances import (
    ExtendSchema,
    ExtensionsSchema,
    InstanceQuery,
    InstanceSchema,
    ListedInstanceSchema,
    MovedSchema,
    MoveSchema,
    StartHeaders,
    StartSchema,
    TokensSchema,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.definitions import Definition
    from engine.runtime import Runtime

resources = Resources("process-instances", "Cases")


@resources.operation("GET", "", gives=page_of(ListedInstanceSchema), query=InstanceQuery())
def listing(query: Mapping[str, Any]) -> Any:
    """List the cases of the bearer's office and those below it, the newest first."""
    found, person = installation(), actor()
    cursor = read_cursor(query, int)
    offices = found.runtime.offices.seen_by(person)
    if "business_key" in query:
        row = found.cases.instance_by_key(query["business_key"])
        rows: list[Any] = [row] if row is not None and row.office_id in offices and _fits(row, query) else []
    else:
        where = CaseFilter(service_key=query.get("service_key"), state=query.get("state"))
        before = cursor[0] if cursor else None
        rows = list(found.cases.cases(offices, where, before=before, size=query["limit"] + 1))
    return page([records.listed_case(row) for row in rows], query, lambda case: (case["id"],))


@resources.operation(
    "POST",
    "",
    gives=InstanceSchema(),
    status=201,
    also={200: "The case that was started under the same key before"},
    headers=StartHeaders(),
    body=StartSchema(),
    errors=(403, 404, 409),
)
def start(headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Start a case of a service's newest version, as its start form does.

    With an `Idempotency-Key`, the same start again gives the same case, with 200; another start under the
    same key is refused (422, `key_reused`). When the person has a running case of the service already,
    it is refused (409, `similar_case`) unless `similar_ok` says that this is meant.
    """
    runtime = installation().runtime
    key = f"api:{actor().person_id}:{headers['key']}" if "key" in headers else None
    asked = runtime.sealer.fingerprint(json_bodies.write(body)).hex()
    known = runtime.steps.started_under(key) if key is not None else None
    if known is not None:
        return _again(known[0], asked)
    _id, definition = runtime.catalogue.newest(body["service_key"])
    office_id = _office(definition, body.get("office"))
    values = _answers(definition, body["answers"])
    if not body["similar_ok"]:
        _check_similar(definition, values)
    mark = str(runtime.ids.next())
    origin = {"request": asked, "mark": mark} if key is not None else {}
    request = instances.StartRequest(definition.key, office_id, values, key=key, origin=origin)
    started = instances.start(runtime, actor(), request)
    if key is not None and _origin(started.id).get("mark") != mark:  # somebody else was quicker
        return _again(started.id, asked)
    if definition.start_form is not None:
        installation().cases.adopt_attachments(
            file_ids(definition.forms[definition.start_form], values), started.id
        )
    return _told(started.id, status=201)


@resources.operation(
    "GET",
    "/<id:process_instance_id>",
    gives=InstanceSchema(),
    also={304: "It has not changed"},
    query=IncludeQuery(),
    headers=IfNoneMatch(),
    errors=(403,),
)
def show(process_instance_id: int, query: Mapping[str, Any], headers: Mapping[str, Any]) -> Any:
    """Read a case with its open tasks, its clocks and the messages that the bearer may send to it.

    `include=variables` adds its variables, for those who work on cases of the service, and supervisors.
    """
    del headers  # etags reads them
    parts = set(query.get("include", "").split(",")) & {"variables"}
    row = records.visible(process_instance_id)
    same = unchanged(tag_of(row.id, row.row_version, parts))
    return same if same is not None else _told(row.id, parts)


@resources.operation(
    "POST",
    "/<id:process_instance_id>/cancel",
    gives=InstanceSchema(),
    headers=WriteHeaders(),
    body=ReasonSchema(),
    errors=(403, 409, 412),
)
def cancel(process_instance_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Cancel a case for good; for supervisors and operators."""
    del headers
    row = records.visible(process_instance_id)
    once(expecting(row.id), lambda runtime: instances.cancel(runtime, row.id, actor(), body["reason"]))
    return _told(row.id)


@resources.operation(
    "POST",
    "/<id:process_instance_id>/variables",
    gives=InstanceSchema(),
    headers=WriteHeaders(),
    body=VariablesSchema(),
    errors=(403, 409, 412),
)
def edit_variables(process_instance_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Give a running case other values of variables, with a reason; for operators and supervisors."""
    del headers
    row = records.visible(process_instance_id)

    def act(runtime: Runtime) -> None:
        editing.edit(runtime, row.id, actor(), body["changes"], body["reason"])

    once(expecting(row.id), act)
    return _told(row.id)


@resources.operation("GET", "/<id:process_instance_id>/tokens", gives=TokensSchema(), errors=(403, 409))
def tokens(process_instance_id: int) -> Any:
    """List the tokens of a running case that may be moved, with where to; for operators and supervisors."""
    row = records.visible(process_instance_id)
    found = moving.read_tokens(installation().runtime, row.id, actor())
    return {"items": found.items}, {"ETag": tag_of(row.id, found.row_version)}


@resources.operation(
    "POST",
    "/<id:process_instance_id>/move",
    gives=MovedSchema(),
    headers=WriteHeaders(),
    body=MoveSchema(),
    errors=(403, 409, 412),
)
def move(process_instance_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Let a token go on at another element of its scope; gives what that closes and opens.

    With `preview` nothing is done. The same request again under its key gives an empty answer.
    """
    del headers
    row = records.visible(process_instance_id)
    number, target = body["number"], body["to"]
    if body["preview"]:
        return moving.preview(expecting(row.id), row.id, number, target, actor())
    found: list[Any] = [{"closes": (), "passes": (), "opens": (), "stuck": (), "ends": False}]

    def act(runtime: Runtime) -> None:
        found[0] = moving.move(runtime, row.id, number, target, actor(), body.get("reason", ""))

    once(expecting(row.id), act)
    return found[0], {"ETag": tag_of(row.id, records.visible(row.id).row_version)}


@resources.operation(
    "GET", "/<id:process_instance_id>/extensions", gives=ExtensionsSchema(), errors=(403, 404)
)
def extensions(process_instance_id: int) -> Any:
    """List the running clocks of a case that the bearer may extend, each with its date now and after."""
    row = records.visible(process_instance_id)
    found = extending.options(installation().runtime, row.id, actor())
    items = [
        {
            "key": one.key,
            "deadline_id": one.deadline,
            "limit": one.limit,
            "due_at": to_ms(one.due.at),
            "new_limit": one.new_limit,
            "new_due_at": to_ms(one.new_due.at),
            "new_provisional": one.new_due.provisional,
            "reasons": one.reasons,
            "refused": one.refused,
        }
        for one in found
    ]
    return {"items": items}, {"ETag": tag_of(row.id, row.row_version)}


@resources.operation(
    "POST",
    "/<id:process_instance_id>/extend",
    gives=InstanceSchema(),
    headers=WriteHeaders(),
    body=ExtendSchema(),
    errors=(403, 404, 409, 412),
)
def extend(process_instance_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Extend a running clock to the limit that its service allows, for a legal reason; the applicant is told."""
    del headers
    row = records.visible(process_instance_id)

    def act(runtime: Runtime) -> None:
        extending.extend(runtime, row.id, body["clock"], actor(), body["reason"], body["note"])

    once(expecting(row.id), act)
    return _told(row.id)


def _told(process_instance_id: int, parts: set[str] | None = None, **more: Any) -> Any:
    """Give a case as it is now, with its tag."""
    case, row = records.whole_case(process_instance_id, variables="variables" in (parts or ()))
    address = url_for("api_process-instances.show", process_instance_id=process_instance_id)
    return case, {"ETag": tag_of(row.id, row.row_version, parts or ()), "Location": address, **more}


def _again(process_instance_id: int, asked: str) -> Any:
    """Give the case that was started under a key; raises InvalidInput when something else was asked then."""
    if _origin(process_instance_id).get("request") != asked:
        raise InvalidInput(
            "Expected another key for another start, but this one was used before", code="key_reused"
        )
    return _told(process_instance_id, status=200)


def _origin(process_instance_id: int) -> Mapping[str, Any]:
    found = installation()
    first = found.cases.history(process_instance_id)[0]
    return history.open_link(found.runtime.sealer, process_instance_id, first).payload


def _office(definition: Definition, code: str | None) -> int:
    """Give the office whose people will work on the case: the one with the code, or the only one."""
    runtime = installation().runtime
    offices = instances.starting_offices(runtime, definition, actor())
    fitting = [one for one in offices if code is None or runtime.offices.rows[one].code == code]
    if len(fitting) == 1:
        return fitting[0]
    if not offices:
        raise NotAllowed("Expected somebody who may start cases of this service", code="may_not_start")
    codes = ", ".join(runtime.offices.rows[one].code for one in offices)
    raise InvalidInput(f"Expected the code of an office among {codes}", code="office_missing")


def _answers(definition: Definition, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Give the checked answers to the start form."""
    if definition.start_form is None:
        return {}
    schema = definition.forms[definition.start_form]
    answers = forms.read_answers(schema, raw, {}, installation().runtime.evaluator(definition))
    if answers.problems:
        raise InvalidInput(
            f"Expected answers that keep the rules of the form, but {len(answers.problems)} do not",
            code="form_invalid",
            problems=answers.problems,
        )
    return answers.values


def _check_similar(definition: Definition, values: Mapping[str, Any]) -> None:
    """Raise InvalidState when the person has a running case of the service."""
    if definition.subject is None:
        return
    found = installation()
    identity = found.runtime.evaluator(definition)(definition.subject, values)
    if not identity:
        return
    rows = found.cases.with_subject(found.runtime.sealer.index("identity", str(identity)))
    if any(row.service_key == definition.key for row in rows):
        raise InvalidState(
            "Expected a person without a running case of this service, but there is one", code="similar_case"
        )


def _fits(row: Any, query: Mapping[str, Any]) -> bool:
    return all(query.get(name) in {None, getattr(row, name)} for name in ("service_key", "state"))
