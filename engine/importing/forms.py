"""Forms for tasks of another engine: from the fields that a diagram declares, and from what is decided behind a task."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.xml import local

from .dialects import take
from .feel_of import variable

if TYPE_CHECKING:
    from lxml import etree

    from .report import Notes

MAX_OPTIONS = 60
_TYPES = {
    "string": "textfield",
    "long": "number",
    "int": "number",
    "integer": "number",
    "double": "number",
    "boolean": "checkbox",
    "date": "datetime",
    "enum": "select",
}
_LIMITS = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}


def name_of(key: str) -> str:
    """Give a file's name for a form key: `embedded:app:forms/check.html` is `check`."""
    last = re.split(r"[:/]", key.strip())[-1]
    return re.sub(r"\W+", "_", re.sub(r"\.(html|form|json|xhtml|jsf)$", "", last)).strip("_") or "form"


def declared(fields: Iterable[etree._Element], notes: Notes) -> list[dict[str, Any]]:
    """Give the fields that a diagram declares with its task, as components of a form."""
    components = []
    for field in fields:
        key, kind = variable(field.get("id", "")), field.get("type", "string")
        component: dict[str, Any] = {
            "type": _TYPES.get(kind, "textfield"),
            "key": key,
            "label": field.get("label") or field.get("name") or key,
        }
        if kind not in _TYPES:
            words = "The field {field} is of a type of the other engine, {kind!r}."
            notes.by_hand(field, "field_type", words, field=key, kind=kind)
        values = [one for one in field.iter() if local(one) == "value" and one is not field]
        if component["type"] == "select":
            component["values"] = [
                {"value": one.get("id", ""), "label": one.get("name") or one.get("id", "")} for one in values
            ]
        if component["type"] == "datetime":
            component |= {"subtype": "date", "dateLabel": component["label"]}
        validate = _validate(field)
        if validate:
            component["validate"] = validate
        components.append(component)
    return components


def guessed(compared: Mapping[str, frozenset[str | bool]]) -> list[dict[str, Any]]:
    """Give a field for each variable that is decided by, with the values with which it is compared."""
    components = []
    for name, values in sorted(compared.items()):
        texts = sorted(value for value in values if isinstance(value, str))
        if texts:
            options = [{"value": text, "label": text} for text in texts[:MAX_OPTIONS] if text]
            components.append({"type": "select", "key": name, "label": name, "values": options})
        elif values:
            components.append({"type": "checkbox", "key": name, "label": name})
        else:
            components.append({"type": "textfield", "key": name, "label": name})
    return components


def schema(components: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the form-js schema with these components."""
    return {"type": "default", "schemaVersion": 16, "components": components}


def _validate(field: etree._Element) -> dict[str, Any]:
    validate: dict[str, Any] = {}
    if take(field, "required") == "true" or field.get("required") == "true":
        validate["required"] = True
    for one in field.iter():
        if local(one) != "constraint":
            continue
        rule, config = one.get("name", ""), one.get("config", "")
        if rule == "required":
            validate["required"] = True
        elif rule in _LIMITS and config.lstrip("-").isdigit():
            validate[_LIMITS[rule]] = int(config)
    return validate
