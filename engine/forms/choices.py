"""The choices of a field, from the schema or from a variable of the case; refuses values of other kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.forms.model import CHOICES, MAX_CHOICES, Component, Option


class Choices:
    """The options of every field of one form; read once, because a list asks again in every row."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._known: dict[int, dict[str, Option]] = {}

    def of(self, component: Component) -> dict[str, Option]:
        """Give the options in their order, each under the text that a page posts for it.

        A field with `valuesKey` takes them from a variable of the case: a list of plain values or of
        `{label, value}`, as form-js has it. A variable of another shape gives none.
        """
        if component["type"] not in CHOICES:
            return {}
        known = self._known.get(id(component))
        if known is None:
            key = component.get("valuesKey")
            source = self._variables.get(key) if key else component.get("values")
            known = self._known[id(component)] = _options(source)
        return known


def as_text(value: object) -> str:
    """Write a choice's value the way a page posts it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _options(source: object) -> dict[str, Option]:
    if not isinstance(source, Sequence) or isinstance(source, str):
        return {}
    found = (_option(entry) for entry in source[:MAX_CHOICES])
    return {as_text(option.value): option for option in found if option is not None}


def _option(entry: object) -> Option | None:
    value = entry.get("value") if isinstance(entry, Mapping) else entry
    if not isinstance(value, str | int):  # bool is an int; anything else has no certain text
        return None
    label = entry.get("label") if isinstance(entry, Mapping) else None
    return Option(value, label if isinstance(label, str) and label else as_text(value))
