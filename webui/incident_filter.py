"""The filter of the list of incidents, in an address and in words. Knows no page."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from engine.incidents import IncidentFilter
from engine.state import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime import Runtime

FIELDS = ("service", "code", "operation", "since")
_LONGEST = 100


def read(values: Mapping[str, str], runtime: Runtime) -> IncidentFilter:
    """Read a filter; what cannot be is left out. since: a day, from its first minute on."""
    return IncidentFilter(
        service_key=_text(values.get("service")),
        code=_text(values.get("code")),
        operation=_text(values.get("operation")),
        since=_since(values.get("since"), runtime),
    )


def arguments(values: Mapping[str, str]) -> dict[str, Any]:
    """Give the filter's part of an address, to go on with."""
    return {name: text for name in FIELDS if (text := _text(values.get(name))) is not None}


def operations(runtime: Runtime) -> list[str]:
    """List the operations that the services ask for."""
    return sorted(
        {
            element.call.operation
            for _id, definition in runtime.catalogue.services().values()
            for element in definition.elements.values()
            if element.call is not None
        }
    )


def _text(value: str | None) -> str | None:
    found = (value or "").strip()
    return found if found and len(found) <= _LONGEST and "\x00" not in found else None


def _since(value: str | None, runtime: Runtime) -> int | None:
    try:
        day = date.fromisoformat((value or "").strip())
        return to_ms(datetime.combine(day, time(0), runtime.calendar.zone).astimezone(UTC))
    except (ValueError, OverflowError):
        return None
