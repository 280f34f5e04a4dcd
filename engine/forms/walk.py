"""Which parts of a form are there for the data at hand: conditions, scopes and rows; checks no rules.

A condition reads the variables of the case, overlaid with what is answered. Fields are decided in
the order in which they stand, and a hidden field is null for those behind it. Inside a row or a
group with a path the names of the row come first; `this`, `parent` and `i` are known as in form-js.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import InvalidInput
from engine.forms.model import (
    CONTAINERS,
    MAX_CELLS,
    MAX_ROWS,
    PASSIVE,
    Component,
    Evaluate,
    is_locked,
    may_grow,
    name_of,
)
from engine.forms.values import Unfit, typed

if TYPE_CHECKING:
    from engine.forms.choices import Choices


class Scope:
    """What expressions can read at one place of the form, and the way to change it."""

    def __init__(
        self,
        own: dict[str, Any],
        known: Mapping[str, Any],
        outer: Scope | None = None,
        row: int | None = None,
    ) -> None:
        """Begin with `own`, the answers of this place, over `known`, what the case has at this place."""
        self.own = own
        self.known = known
        self._outer = outer
        self._row = row
        above = outer.indices if outer is not None else ()
        self.indices: tuple[int, ...] = above if row is None else (*above, row + 1)

    def names(self) -> dict[str, Any]:
        """Give everything that an expression may name here; the nearest place wins."""
        if self._outer is None:
            return {**self.known, **self.own}
        around = self._outer.names()
        here = {**self.known, **self.own}
        if self._row is None:
            return {**around, **here}
        return {**around, **here, "this": here, "parent": around, "i": list(self.indices)}


def is_hidden(component: Component, scope: Scope, evaluate: Evaluate) -> bool:
    """Say whether the component's condition hides it; one that cannot be evaluated hides nothing."""
    condition = (component.get("conditional") or {}).get("hide")
    if condition is True:
        return True
    if not isinstance(condition, str) or not condition:
        return False
    try:
        return evaluate(condition.removeprefix("="), scope.names()) is True
    except InvalidInput:
        return False


def inside(component: Component) -> tuple[Component, ...]:
    """Give the components of a container."""
    return tuple(component.get("components") or ())


def as_mapping(raw: object) -> Mapping[str, Any]:
    """Give what stands inside a container, or nothing when it is no mapping."""
    return raw if isinstance(raw, Mapping) else {}


def as_rows(raw: object) -> list[Mapping[str, Any]]:
    """Give the rows of a list, as many as a list may have; rows of another kind are empty."""
    return [as_mapping(row) for row in raw[:MAX_ROWS]] if isinstance(raw, list | tuple) else []


def known_row(component: Component, known: Mapping[str, Any], index: int) -> Mapping[str, Any]:
    """Give what the case has in a row; rows that people add and remove have no fixed counterpart."""
    rows = [] if may_grow(component) else as_rows(known.get(component["path"]))
    return rows[index] if index < len(rows) else {}


def flattened(components: tuple[Component, ...], scope: Scope, evaluate: Evaluate) -> Iterator[Component]:
    """Give the components of one place that are shown, groups without a path opened, in order.

    Names of hidden ones become null in the scope as the walk passes them.
    """
    for component in components:
        if is_hidden(component, scope, evaluate):
            for name in _names(component):
                scope.own[name] = None
        elif component["type"] == "group" and not component.get("path"):
            yield from flattened(inside(component), scope, evaluate)
        else:
            yield component


def first_look(
    components: tuple[Component, ...], raw: Mapping[str, Any], known: Mapping[str, Any], choices: Choices
) -> dict[str, Any]:
    """Give every answer that fits its kind, for conditions that name fields further down the form."""
    return _Look(choices).place(components, raw, known)


class _Look:
    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._cells = 0

    def place(
        self, components: tuple[Component, ...], raw: Mapping[str, Any], known: Mapping[str, Any]
    ) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for component in components:
            name = name_of(component)
            if component["type"] == "group" and name is None:
                seen |= self.place(inside(component), raw, known)
            elif name is None or component["type"] in PASSIVE or is_locked(component) or name not in raw:
                continue
            elif component["type"] in CONTAINERS:
                seen[name] = self._container(component, raw[name], known)
            else:
                seen[name] = self._value(component, raw[name])
        return seen

    def _container(self, component: Component, raw: object, known: Mapping[str, Any]) -> Any:
        parts = inside(component)
        if component["type"] == "group":
            there = as_mapping(known.get(component["path"]))
            return {**there, **self.place(parts, as_mapping(raw), there)}
        rows = []
        for index, row in enumerate(as_rows(raw)):
            there = known_row(component, known, index)
            rows.append({**there, **self.place(parts, row, there)})
        return rows

    def _value(self, component: Component, raw: object) -> Any:
        self._cells += 1
        if self._cells > MAX_CELLS:
            return None
        try:
            return typed(component, raw, self._choices.of(component))
        except Unfit:
            return None


def _names(component: Component) -> Iterator[str]:
    name = name_of(component)
    if name is not None:
        yield name
    elif component["type"] == "group":
        for part in inside(component):
            yield from _names(part)
