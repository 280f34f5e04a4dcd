"""What could not be carried out, for programs: list it, try it again, settle it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import incidents
from engine.errors import NotFound
from webui.page import installation

from . import records
from .bearer import actor
from .paging import page, read_cursor
from .resources import Resources
from .schemas import IncidentQuery, IncidentSchema, ResolveSchema, page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.incidents import ListedIncident

resources = Resources("incidents", "What could not be carried out")


@resources.operation("GET", "", gives=page_of(IncidentSchema), query=IncidentQuery(), errors=(403,))
def listing(query: Mapping[str, Any]) -> Any:
    """List the open incidents of the bearer's office and those below it, the oldest first."""
    cursor = read_cursor(query, int)
    rows = incidents.open_incidents(
        installation().runtime,
        actor(),
        service_key=query.get("service_key"),
        after=cursor[0] if cursor else None,
        size=query["limit"] + 1,
    )
    return page([_told(row) for row in rows], query, lambda one: (one["id"],))


@resources.operation("GET", "/<id:incident_id>", gives=IncidentSchema())
def show(incident_id: int) -> Any:
    """Read an incident, a resolved one too."""
    return _told(_visible(incident_id))


@resources.operation("POST", "/<id:incident_id>/retry", gives=IncidentSchema(), errors=(403, 409))
def retry(incident_id: int) -> Any:
    """Try again what could not be carried out; gives the incident as it stands then."""
    listed = _visible(incident_id)
    incidents.retry(installation().runtime, listed.process_instance_id, listed.number, actor())
    return _told(_visible(incident_id))


@resources.operation(
    "POST", "/<id:incident_id>/resolve", gives=IncidentSchema(), body=ResolveSchema(), errors=(403, 409)
)
def resolve(incident_id: int, body: Mapping[str, Any]) -> Any:
    """Settle by hand what an outside system was to do, with a reason."""
    listed = _visible(incident_id)
    incidents.resolve(
        installation().runtime,
        listed.process_instance_id,
        listed.number,
        actor(),
        reason=body["reason"],
        answer=body.get("answer"),
        error=body.get("error"),
    )
    return _told(_visible(incident_id))


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
