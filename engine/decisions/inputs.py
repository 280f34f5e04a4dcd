"""Reads what a decision asks for out of a JSON document: dates, times and durations as texts, by the declared types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.decisions.logic import shown
from engine.decisions.tables import Table
from engine.errors import InvalidInput
from engine.feel import temporal
from engine.feel.errors import Trouble

if TYPE_CHECKING:
    from engine.decisions.items import ItemType, Types
    from engine.decisions.model import Decision

MAX_DEPTH = 50  # lists and contexts inside each other

_READERS: dict[str, Callable[[str], Any]] = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "date and time": temporal.parse_datetime,
    "dateTime": temporal.parse_datetime,
    "days and time duration": temporal.parse_duration,
    "dayTimeDuration": temporal.parse_duration,
    "years and months duration": temporal.parse_duration,
    "yearMonthDuration": temporal.parse_duration,
}


def asked(decision: Decision) -> dict[str, str | None]:
    """Give the variables that a decision, and those that it requires, read, each with its declared type.

    Where the file declares no input, the head of a column that is just the variable says its type.
    """
    found: dict[str, str | None] = dict.fromkeys(sorted(decision.inputs))
    for one in _with_required(decision, {}):
        if isinstance(one.logic, Table):
            for column in one.logic.inputs:
                if column.expression.text in found and column.type_name:
                    found[column.expression.text] = column.type_name
        for data in one.input_data:
            if data.type_name:
                found[data.name] = data.type_name
    return found


def _with_required(decision: Decision, seen: dict[str, Decision]) -> Iterator[Decision]:
    if decision.id not in seen:
        seen[decision.id] = decision
        yield decision
        for required in decision.requires:
            yield from _with_required(required, seen)


def read_inputs(
    document: Mapping[str, Any], wanted: Mapping[str, str | None], types: Types
) -> dict[str, Any]:
    """Give the variables of a document; raises InvalidInput (`decision_input_type`) naming one of another type."""
    return {name: _value(value, wanted.get(name), types, name, 0) for name, value in document.items()}


def _value(value: Any, type_name: str | None, types: Types, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise InvalidInput(
            f"Expected at most {MAX_DEPTH} values inside each other in {where!r}, but there are more.",
            code="decision_input_type",
        )
    definition = types.definitions.get(type_name or "")
    if definition is not None:
        return _item(value, definition, definition.owner or types, where, depth)
    if isinstance(value, list):
        return [
            _value(part, type_name, types, f"{where}[{place}]", depth + 1)
            for place, part in enumerate(value, 1)
        ]
    reader = _READERS.get(type_name or "")
    if reader is None or value is None:
        return value
    try:
        return reader(value if isinstance(value, str) else "")
    except Trouble:
        raise InvalidInput(
            f"Expected the input {where!r} to be a {type_name} as ISO 8601 writes it, but got {shown(value)}.",
            code="decision_input_type",
        ) from None


def _item(value: Any, item: ItemType, types: Types, where: str, depth: int) -> Any:
    if isinstance(value, list):
        return [
            _item(part, item, types, f"{where}[{place}]", depth + 1) for place, part in enumerate(value, 1)
        ]
    if not item.components:
        return _value(value, item.base, types, where, depth + 1)
    if not isinstance(value, dict):
        return value
    return {
        key: _item(part, item.components[key], types, f"{where}.{key}", depth + 1)
        if key in item.components
        else part
        for key, part in value.items()
    }
