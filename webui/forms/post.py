"""An HTML form post → raw answers, nested as the schema is; judges nothing and never raises.

Names are paths: `members.0.income`. Ticks, choices and rows post an empty marker beside them, because
a browser says nothing of an empty one; what has no name in the post was not on the page. The buttons
`_add` and `_remove` name a list or a row; they work without JavaScript.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.forms import may_grow, name_of
from engine.forms.model import MAX_ROWS, MULTIPLE_CHOICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from engine.forms import Component

_BUTTONS = ("_add", "_remove", "_refresh")
_MOST_LEVELS = 8
_INDEX_DIGITS = 4
_Tree = dict[str, Any]


def parse(schema: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """Give what was posted for the fields of the schema, rows added and removed as the buttons say.

    A list gives one row more than it may have when more are posted, so that the check can say so.
    """
    raw = _place(schema.get("components", ()), _tree(form))
    for path in form.getlist("_add"):
        _change_rows(schema, raw, path, None)
    for path in form.getlist("_remove"):
        there, _, index = path.rpartition(".")
        if _is_index(index):
            _change_rows(schema, raw, there, int(index))
    return raw


def is_only_refresh(form: MultiDict[str, str]) -> bool:
    """Say whether a button asked for the form again, with other rows or fields, and not to complete."""
    return any(name in form for name in _BUTTONS)


def _tree(form: MultiDict[str, str]) -> _Tree:
    """Sort the names into a tree once, so that the time does not depend on rows times names."""
    root: _Tree = {}
    for name, values in form.lists():
        parts = name.split(".")
        if len(parts) > _MOST_LEVELS:
            continue
        node = root
        for part in parts[:-1]:
            below = node.setdefault(part, {})
            if not isinstance(below, dict):
                break
            node = below
        else:
            node.setdefault(parts[-1], values)
    return root


def _place(components: tuple[Component, ...] | list[Component], tree: _Tree) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for component in components:
        name = name_of(component)
        if component["type"] == "group" and name is None:
            raw |= _place(component.get("components", ()), tree)
        elif name is None or name not in tree:
            continue
        elif component["type"] == "group":
            raw[name] = _place(component.get("components", ()), _below(tree[name]))
        elif component["type"] == "dynamiclist":
            raw[name] = _rows(component, _below(tree[name]))
        elif isinstance(tree[name], list):
            raw[name] = _value(component, tree[name])
    return raw


def _rows(component: Component, tree: _Tree) -> list[dict[str, Any]]:
    indices = sorted((part for part in tree if _is_index(part)), key=int)[: MAX_ROWS + 1]
    return [_place(component.get("components", ()), _below(tree[index])) for index in indices]


def _value(component: Component, values: list[str]) -> Any:
    answered = [value for value in values if value]
    if component["type"] in MULTIPLE_CHOICES or component["type"] == "filepicker":
        return answered
    if component["type"] == "checkbox":
        return bool(answered)
    return answered[0] if answered else ""


def _change_rows(schema: Mapping[str, Any], raw: dict[str, Any], path: str, removed: int | None) -> None:
    """Add a blank row, or remove one, where the schema has a list that people may change."""
    components, place = schema.get("components", ()), raw
    *groups, name = path.split(".")
    for group in groups[:_MOST_LEVELS]:
        found = _named(components, group)
        if found is None or found["type"] != "group":
            return
        components, place = found.get("components", ()), place.setdefault(group, {})
    found = _named(components, name)
    if found is None or found["type"] != "dynamiclist" or not may_grow(found):
        return
    rows = place.setdefault(name, [])
    if removed is None:
        rows.extend([{}] if len(rows) < MAX_ROWS else [])
    elif removed < len(rows):
        del rows[removed]


def _named(components: Any, name: str) -> Component | None:
    for component in components:
        if name_of(component) == name:
            found: Component = component
            return found
        if component["type"] == "group" and name_of(component) is None:
            inner = _named(component.get("components", ()), name)
            if inner is not None:
                return inner
    return None


def _below(node: Any) -> _Tree:
    return node if isinstance(node, dict) else {}


def _is_index(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _INDEX_DIGITS
