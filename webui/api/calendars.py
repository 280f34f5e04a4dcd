"""Working days for programs that count by the same calendar as the cases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidInput, NotFound
from webui.page import installation

from .bearer import actor
from .resources import Resources
from .schemas.calendars import DaysQuery, DaysSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DAYS = 400

resources = Resources("calendars", "Working days of offices")


@resources.operation(
    "GET", "/<string(maxlength=100):office>/days", gives=DaysSchema(), query=DaysQuery(), errors=(404,)
)
def days(office: str, query: Mapping[str, Any]) -> Any:
    """List the days of the calendar of an office, by its code: whether it works on each, and why."""
    runtime, office_id = installation().runtime, visible_office(office)
    count = (query["last"] - query["first"]).days + 1
    if not 1 <= count <= MAX_DAYS:
        raise InvalidInput(f"Expected 1 to {MAX_DAYS} days in order, but got {count}", code="days_broken")
    calendar = runtime.calendars.known.of(office_id)
    listed = [query["first"] + timedelta(days=n) for n in range(count)]
    return {
        "office": office,
        "calendar_version": calendar.version,
        "opens": calendar.opens.isoformat("minutes"),
        "closes": calendar.closes.isoformat("minutes"),
        "days": [
            {
                "day": day,
                "works": info.kind.works,
                "kind": str(info.kind),
                "name": info.name,
                "provisional": info.provisional,
            }
            for day, info in ((day, calendar.explain(day)) for day in listed)
        ],
    }


def visible_office(code: str) -> int:
    """Give the id of an office that the bearer sees, by its code; raises NotFound (`office_unknown`)."""
    offices, person = installation().runtime.offices, actor()
    found = next((row.id for row in offices.rows.values() if row.code == code), None)
    if found is None or not offices.sees(person, found):
        raise NotFound("Expected an office of yours with that code, but there is none", code="office_unknown")
    return found
