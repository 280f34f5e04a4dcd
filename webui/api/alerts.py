"""A person's alerts for programs: list them, and say that they were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.alerting import alerts
from webui.page import installation

from . import records
from .bearer import actor
from .paging import continued, read_cursor
from .resources import Resources
from .schemas.alerts import AlertQuery, AlertSchema
from .schemas.common import CountSchema, IdsSchema, page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

resources = Resources("alerts", "Alerts about clocks that one was told of")


@resources.operation("GET", "", gives=page_of(AlertSchema), query=AlertQuery(), errors=(403,))
def listing(query: Mapping[str, Any]) -> Any:
    """List one's own alerts, the newest first; a page may hold less than there is room for."""
    cursor = read_cursor(query, int)
    found = alerts.page(
        installation().runtime,
        actor(),
        service_key=query.get("service_key"),
        unread=query["unread"],
        before=cursor[0] if cursor else None,
        size=query["limit"],
    )
    items = [
        {**{name: getattr(row, name) for name in row.__slots__}, "office": records.office_code(row.office_id)}
        for row in found.alerts
    ]
    return continued(items, (found.before,) if found.before is not None else None)


@resources.operation("POST", "/read", gives=CountSchema(), body=IdsSchema(), errors=(403,))
def read(body: Mapping[str, Any]) -> Any:
    """Say that alerts were seen; gives how many of them were new."""
    return {"count": alerts.read(installation().runtime, actor(), body["ids"])}
