"""Reads a form into fields with everything that the schema says of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from .compare import Thing, Things

FORM = ""
"""The id under which the form itself stands."""
_ASIDE = {"components", "id", "key", "path", "type", "layout", "schemaVersion", "exporter"}
"""What names the field, and what editors write for themselves."""
_LABELS = ("label", "dateLabel", "text")
MAX_DEPTH = 20


def read_fields(content: bytes, file: str) -> Things:  # noqa: ARG001 - the shape of all readers
    """Read fields by key, those of lists under the list's path. A broken file has none."""
    try:
        schema = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(schema, dict):
        return {}
    found: dict[str, Thing] = {}
    whole = dict(_facts({key: value for key, value in schema.items() if key not in _ASIDE}))
    if whole:
        found[FORM] = Thing("", "form", whole)
    for key, thing in _walk(schema.get("components"), "", "", 0):
        found.setdefault(key, thing)
    return found


def _walk(components: Any, prefix: str, group: str, depth: int) -> Iterator[tuple[str, Thing]]:
    for component in components if isinstance(components, list) and depth < MAX_DEPTH else ():
        if not isinstance(component, dict):
            continue
        own = component.get("key") or component.get("path") or component.get("id") or ""
        key = f"{prefix}{own}"
        facts = {("type", ""): str(component.get("type"))}
        facts |= dict(_facts({name: value for name, value in component.items() if name not in _ASIDE}))
        if group:
            facts["within", ""] = group
        label = next((str(component[name]) for name in _LABELS if component.get(name)), "")
        yield key, Thing(label, str(component.get("type")), facts, group)
        inner = f"{key}." if component.get("path") else prefix
        yield from _walk(component.get("components"), inner, key, depth + 1)


def _facts(value: Any, path: str = "") -> Iterator[tuple[tuple[str, str], str]]:
    """Iterate over what a schema says, at any depth; choices by their values."""
    if path == "values" and isinstance(value, list):
        for option in value:
            if isinstance(option, dict):
                yield ("choice", str(option.get("value"))), str(option.get("label"))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _facts(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value, start=1):
            yield from _facts(inner, f"{path} {index}")
    else:
        yield (path, ""), _text(value)


def _text(value: Any) -> str:
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)
