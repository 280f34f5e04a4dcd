"""What could not be carried out, for programs: list it, try it again, settle it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import incidents, together
from engine.errors import InvalidInput, NotFound
from engine.incidents import IncidentFilter
from engine.together import Act
from webui.page import installation

from . import records
from .bearer import actor
from .etags import expecting
from .idempotency import once
from .paging import page, read_cursor
from .resources import Resources
from .schemas.common import WriteHeaders, page_of
from .schemas.incidents import (
    CorrectSchema,
    IncidentQuery,
    IncidentSchema,
    ResolveSchema,
    TogetherResultsSchema,
    TogetherSchema,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.runtime import Runtime
    from engine.store.incidents import ListedIncident

resources = Resources("incidents", "What could not be carried out")


@resources.operation("GET", "", gives=page_of(IncidentSchema), query=IncidentQuery(), errors=(403,))
def listing(query: Mapping[str, Any]) -> Any:
    """List the open incidents of the bearer's office and those below it, the oldest first."""
    cursor = read_cursor(query, int)
    rows = incidents.open_incidents(
        installation().runtime,
        actor(),
        where=_filter(query),
        after=cursor[0] if cursor else None,
        size=query["limit"] + 1,
    )
    return page([_told(row) for row in rows], query, lambda one: (one["id"],))


@resources.operation("GET", "/<id:incident_id>", gives=IncidentSchema())
def show(incident_id: int) -> Any:
    """Read an incident, a resolved one too."""
    return _told(_visible(incident_id))


@resources.operation(
    "POST",
    "/<id:incident_id>/retry",
    gives=IncidentSchema(),
    headers=WriteHeaders(),
    errors=(403, 409, 412),
)
def retry(incident_id: int, headers: Mapping[str, Any]) -> Any:
    """Try again what could not be carried out; gives the incident as it stands then.

    If-Match takes the entity tag of the case.
    """
    del headers  # read where they are used
    listed = _visible(incident_id)
    return _done(
        listed, lambda runtime: incidents.retry(runtime, listed.process_instance_id, listed.number, actor())
    )


@resources.operation(
    "POST",
    "/<id:incident_id>/resolve",
    gives=IncidentSchema(),
    headers=WriteHeaders(),
    body=ResolveSchema(),
    errors=(403, 409, 412),
)
def resolve(incident_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Settle by hand what an outside system was to do, with a reason."""
    del headers
    listed = _visible(incident_id)

    def act(runtime: Runtime) -> None:
        incidents.resolve(
            runtime,
            listed.process_instance_id,
            listed.number,
            actor(),
            reason=body["reason"],
            answer=body.get("answer"),
            error=body.get("error"),
        )

    return _done(listed, act)


@resources.operation(
    "POST",
    "/<id:incident_id>/correct",
    gives=IncidentSchema(),
    headers=WriteHeaders(),
    body=CorrectSchema(),
    errors=(403, 409, 412),
)
def correct(incident_id: int, headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Put other values in place of what an element reads, and try it again in the same step."""
    del headers
    listed = _visible(incident_id)

    def act(runtime: Runtime) -> None:
        changes, reason = body["changes"], body["reason"]
        incidents.correct(runtime, listed.process_instance_id, listed.number, actor(), changes, reason)

    return _done(listed, act)


@resources.operation("POST", "/together", gives=TogetherResultsSchema(), body=TogetherSchema(), errors=(403,))
def see_to_together(body: Mapping[str, Any]) -> Any:
    """Do one act to many incidents, up to 500; gives what became of each.

    Each case takes its own step. The same again finds those that are done no longer open.
    """
    runtime = installation().runtime
    if ("ids" in body) == ("where" in body):
        raise InvalidInput("Expected either ids or a filter, but got both or none", code="ids_or_where")
    where = _filter(body["where"]) if "where" in body else None
    rows = together.chosen(runtime, actor(), body.get("ids", ()), where)
    wanted = Act(
        body["act"],
        body["reason"],
        answer=body.get("answer"),
        error=body.get("error"),
        changes=body.get("changes"),
        target=body.get("to", ""),
    )
    found = together.see_to(runtime, actor(), rows, wanted)
    return {
        "items": [
            {
                "id": one.listed.id,
                "process_instance_id": one.listed.process_instance_id,
                "business_key": one.listed.business_key,
                "done": one.error is None,
                "code": one.error.code if one.error is not None else None,
                "message": one.error.message if one.error is not None else None,
            }
            for one in found
        ]
    }


def _done(listed: ListedIncident, act: Callable[[Runtime], object]) -> Any:
    """See to an incident once, at the version of its case that was asked for, and give it as it stands then."""
    once(expecting(listed.process_instance_id), act)
    return _told(_visible(listed.id))


def _filter(query: Mapping[str, Any]) -> IncidentFilter:
    return IncidentFilter(*(query.get(name) for name in ("service_key", "code", "operation", "since")))


def _visible(incident_id: int) -> ListedIncident:
    """Give an incident of a case that the bearer's office sees; raises NotFound for any other."""
    listed = installation().runtime.incidents.find(incident_id)
    if listed is None:
        raise NotFound(
            "Expected an incident of your office with that id, but there is none", code="incident_unknown"
        )
    records.visible(listed.process_instance_id)
    return listed


def _told(row: ListedIncident) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in row.__slots__}
    return {**told, "office": records.office_code(row.office_id)}
