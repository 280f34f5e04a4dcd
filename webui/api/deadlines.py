"""Clocks of cases for programs, such as a wall that shows what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.store.deadlines import DeadlineFilter
from webui.page import installation

from . import records
from .bearer import actor
from .paging import page, read_cursor
from .resources import Resources
from .schemas.common import page_of
from .schemas.deadlines import DeadlineQuery, DeadlineSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

resources = Resources("deadlines", "Clocks of cases")


@resources.operation("GET", "", gives=page_of(DeadlineSchema), query=DeadlineQuery())
def listing(query: Mapping[str, Any]) -> Any:
    """List the clocks of cases of the bearer's office and those below it, the earliest due first."""
    runtime, person = installation().runtime, actor()
    offices = runtime.offices.seen_by(person)
    where = DeadlineFilter(
        query["state"], query.get("kind"), query.get("service_key"), query.get("due_before")
    )
    after = read_cursor(query, int, int, str)
    rows = runtime.deadlines.page(
        offices,
        where,
        after=(after[0], after[1], after[2]) if after is not None else None,
        size=query["limit"] + 1,
    )
    items = [
        {**{name: getattr(row, name) for name in row.__slots__}, "office": records.office_code(row.office_id)}
        for row in rows
    ]
    return page(items, query, lambda one: (one["due_at"], one["process_instance_id"], one["key"]))
