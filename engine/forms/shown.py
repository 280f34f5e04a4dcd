"""What a page shows of a form: hidden parts left out, each field with its value and its choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.forms.choices import Choices
from engine.forms.model import MAX_CELLS, Component, Evaluate, Shown, is_locked, join, may_grow, name_of
from engine.forms.walk import Scope, as_mapping, as_rows, first_look, inside, is_hidden, known_row

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_BLANK_ROWS = 20


def visible(
    schema: Mapping[str, Any],
    data: Mapping[str, Any],
    evaluate: Evaluate,
    context: Mapping[str, Any] | None = None,
) -> tuple[Shown, ...]:
    """Give the components to show, in order, for what is answered so far.

    data: what was posted or drafted, right or wrong; a field that it does not name begins with the
    variable of the same name in `context`, or else with its default. Locked fields always show the
    case's own value. Never raises for anything that `data` holds.
    """
    known = context or {}
    begun = _begin(inside(schema), data, known)
    choices = Choices({**data, **known})
    scope = Scope(first_look(inside(schema), begun, known, choices), known)
    return _Looker(choices, evaluate).place(inside(schema), begun, scope, "")


class _Looker:
    def __init__(self, choices: Choices, evaluate: Evaluate) -> None:
        self._choices = choices
        self._evaluate = evaluate
        self._cells = 0

    def place(
        self, components: tuple[Component, ...], data: Mapping[str, Any], scope: Scope, path: str
    ) -> tuple[Shown, ...]:
        shown = []
        for component in components:
            name = name_of(component)
            self._cells += 1
            if self._cells > MAX_CELLS:
                break
            if is_hidden(component, scope, self._evaluate):
                self._forget(component, scope)
            elif component["type"] == "group":
                shown.append(self._group(component, name, data, scope, path))
            elif component["type"] == "dynamiclist":
                shown.append(self._list(component, data, scope, path))
            else:
                value = data.get(name) if name else None
                options = tuple(self._choices.of(component).values())
                shown.append(Shown(component, join(path, name) if name else path, value, options))
        return tuple(shown)

    def _group(
        self, component: Component, name: str | None, data: Mapping[str, Any], scope: Scope, path: str
    ) -> Shown:
        if name is None:
            return Shown(component, path, children=self.place(inside(component), data, scope, path))
        own = dict(as_mapping(scope.own.get(name)))
        inner = Scope(own, as_mapping(scope.known.get(name)), scope)
        there = join(path, name)
        children = self.place(inside(component), as_mapping(data.get(name)), inner, there)
        return Shown(component, there, children=children)

    def _list(self, component: Component, data: Mapping[str, Any], scope: Scope, path: str) -> Shown:
        there = join(path, component["path"])
        looked = as_rows(scope.own.get(component["path"]))
        rows = []
        for index, row in enumerate(as_rows(data.get(component["path"]))):
            known = known_row(component, scope.known, index)
            inner = Scope(dict(looked[index]) if index < len(looked) else {}, known, scope, row=index)
            rows.append(self.place(inside(component), row, inner, join(there, index)))
        return Shown(component, there, rows=tuple(rows))

    def _forget(self, component: Component, scope: Scope) -> None:
        name = name_of(component)
        if name is not None:
            scope.own[name] = None
        for part in inside(component) if component["type"] == "group" and name is None else ():
            self._forget(part, scope)


def _begin(
    components: tuple[Component, ...], data: Mapping[str, Any], known: Mapping[str, Any]
) -> dict[str, Any]:
    """Give every field of one place what it begins with: the post, else the case, else its default."""
    begun: dict[str, Any] = {}
    for component in components:
        name = name_of(component)
        if component["type"] == "group":
            there = as_mapping(known.get(name)) if name else known
            inner = _begin(inside(component), as_mapping(data.get(name)) if name else data, there)
            begun |= {name: inner} if name else inner
        elif name is None:
            continue
        elif component["type"] == "dynamiclist":
            begun[name] = _begin_rows(component, data, known)
        elif not is_locked(component) and name in data:
            begun[name] = data[name]
        else:
            begun[name] = known.get(name, component.get("defaultValue"))
    return begun


def _begin_rows(
    component: Component, data: Mapping[str, Any], known: Mapping[str, Any]
) -> list[dict[str, Any]]:
    name = component["path"]
    blank = min(component.get("defaultRepetitions", 1), _MOST_BLANK_ROWS)
    source = data.get(name) if name in data and not is_locked(component) else known.get(name)
    rows = as_rows(source) if source is not None else [{}] * blank
    if not may_grow(component) and known.get(name) is not None:
        rows = (rows + [{}] * len(as_rows(known[name])))[: len(as_rows(known[name]))]
    return [_begin(inside(component), row, known_row(component, known, i)) for i, row in enumerate(rows)]
