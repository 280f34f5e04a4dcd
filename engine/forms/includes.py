"""Puts the fields of one form where another includes them; refuses includes that cannot be carried out.

Happens when a bundle is read: the files stay as the editor saved them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.forms.model import name_of
from engine.sentences import Sentence

MAX_INCLUDED = 20
"""How many forms one form may include, those inside of others counted."""


@dataclass(frozen=True, slots=True)
class Included:
    """A form whose fields stand in another. renamed: new ids of its texts and rules, by their own."""

    form: str
    renamed: Mapping[str, str]


@dataclass(slots=True)
class Expansion:
    """A form with everything that it includes. problems: (code, element, message) of each broken include."""

    schema: Mapping[str, Any]
    included: list[Included] = field(default_factory=list)
    problems: list[tuple[str, str | None, str]] = field(default_factory=list)


def expand(form: str, schemas: Mapping[str, Any]) -> Expansion:
    """Give a form whose groups with `linbang:includes` hold the fields of the form named, and its checks.

    A component whose id is taken gets the form's name before its own. What cannot be included stays empty.
    """
    expansion = Expansion(schemas[form])
    if not any(True for _ in _includes(schemas[form].get("components"))):
        return expansion
    work = _Expander(schemas, expansion, set(_ids(schemas[form].get("components"))))
    components = work.components(schemas[form].get("components"), (form,), plain=True)
    checks = [*(schemas[form].get("linbang:checks") or []), *work.checks]
    expansion.schema = {**schemas[form], "components": components}
    if checks:
        expansion.schema = {**expansion.schema, "linbang:checks": checks}
    return expansion


class _Expander:
    def __init__(self, schemas: Mapping[str, Any], expansion: Expansion, ids: set[str]) -> None:
        self.checks: list[Any] = []
        self._schemas = schemas
        self._expansion = expansion
        self._ids = ids

    def components(self, components: Any, path: tuple[str, ...], *, plain: bool) -> Any:
        """Expand one place; plain: its names are variables of the form itself."""
        if not isinstance(components, list):
            return components
        return [self._component(one, path, plain=plain) for one in components]

    def _component(self, component: Any, path: tuple[str, ...], *, plain: bool) -> Any:
        if not isinstance(component, dict) or ("components" not in component and not _target(component)):
            return component
        plain = plain and component.get("type") == "group" and not component.get("path")
        inner = self.components(component.get("components") or [], path, plain=plain)
        target = _target(component)
        if target and self._may_include(target, component, path, plain=plain):
            inner = [*(inner if isinstance(inner, list) else []), *self._fields_of(target, path)]
        return {**component, "components": inner}

    def _may_include(
        self, target: str, component: Mapping[str, Any], path: tuple[str, ...], *, plain: bool
    ) -> bool:
        element = component.get("id")
        problem: tuple[str, str] | None = None
        if target not in self._schemas:
            problem = (
                "includes_unknown",
                Sentence("Expected a form to include, but there is no form {target!r}.", target=target),
            )
        elif target in path:
            problem = (
                "includes_recursive",
                Sentence("Expected a form that does not include itself, but {target!r} does.", target=target),
            )
        elif not plain:
            message = "Expected an included form outside of lists and of groups with a path."
            problem = ("includes_misplaced", message)
        elif len(self._expansion.included) >= MAX_INCLUDED:
            problem = (
                "includes_many",
                Sentence("Expected at most {most} included forms.", most=MAX_INCLUDED),
            )
        if problem:
            code, message = problem
            self._expansion.problems.append((code, element if isinstance(element, str) else None, message))
        return problem is None

    def _fields_of(self, target: str, path: tuple[str, ...]) -> list[Any]:
        schema = self._schemas[target]
        renamed: dict[str, str] = {}
        self._expansion.included.append(Included(target, renamed))
        written = schema.get("components")
        components = written if isinstance(written, list) else []
        own = [self._with_free_id(one, target, renamed) for one in components]
        checks = schema.get("linbang:checks")
        self.checks += checks if isinstance(checks, list) else []
        expanded: list[Any] = self.components(own, (*path, target), plain=True)
        return expanded

    def _with_free_id(self, component: Any, target: str, renamed: dict[str, str]) -> Any:
        if not isinstance(component, dict):
            return component
        found = dict(component)
        own = found.get("id")
        if isinstance(own, str) and own:
            if own in self._ids:
                found["id"] = f"{target}_{own}"
                if name_of(found) is None:
                    renamed[own] = found["id"]
            self._ids.add(found["id"])
        if isinstance(found.get("components"), list):
            found["components"] = [self._with_free_id(one, target, renamed) for one in found["components"]]
        return found


def _target(component: Mapping[str, Any]) -> str | None:
    properties = component.get("properties")
    found = properties.get("linbang:includes") if isinstance(properties, Mapping) else None
    return found if isinstance(found, str) else None


def _includes(components: Any) -> Iterator[str]:
    for component in components if isinstance(components, list) else ():
        if isinstance(component, Mapping):
            if target := _target(component):
                yield target
            yield from _includes(component.get("components"))


def _ids(components: Any) -> Iterator[str]:
    for component in components if isinstance(components, list) else ():
        if isinstance(component, Mapping):
            if isinstance(component.get("id"), str):
                yield component["id"]
            yield from _ids(component.get("components"))
