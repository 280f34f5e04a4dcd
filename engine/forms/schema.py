"""Checks a form-js schema when a bundle is deployed: finds everything unsupported or broken, at once.

A schema that passes here can be rendered and read without surprises; the rest of the room relies on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.forms.model import CONTAINERS, FIELDS, PASSIVE, may_grow
from engine.forms.properties import Report, check_expression, check_properties
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.problems import Problem

MAX_DEPTH = 5
MAX_COMPONENTS = 500
MAX_FORM_CHECKS = 50
MAX_PROBLEMS = 200

_NAME = re.compile(r"[^\W\d_]\w{0,79}")
_TEXT_KEY = re.compile(r"\w{1,80}")
_REFUSED_NAMES = frozenset({"self", "typename", "data_objects", "this", "parent", "i", "csrf_token"})
_SUPPORTED = FIELDS | CONTAINERS | PASSIVE
_OF_SCHEMA = frozenset(
    {"type", "id", "components", "schemaVersion", "exporter", "generated", "versionTag"}
    | {"executionPlatform", "executionPlatformVersion", "linbang:checks"}
)


def check_schema(schema: object, *, filename: str) -> list[Problem]:
    """Give every problem of a form, errors and warnings, in the order of the form; none when it is sound.

    schema: what the file's JSON holds, whatever that is. Never raises, and never gives more than
    MAX_PROBLEMS, so that a hostile file cannot fill the page.
    """
    report = Report(filename)
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        report.error(None, "not_a_form", "Expected a form-js schema: an object with a list `components`.")
        return report.problems
    for key in schema.keys() - _OF_SCHEMA:
        report.warning(
            None, "unknown_property", Sentence("Expected a property of form-js, but found {key!r}.", key=key)
        )
    walk = _Walk(report)
    walk.place(schema["components"], names={}, depth=1, lists=0)
    _check_form_checks(schema.get("linbang:checks"), report, walk.paths)
    return report.problems[:MAX_PROBLEMS]


class _Walk:
    def __init__(self, report: Report) -> None:
        self.paths: set[str] = set()
        self._report = report
        self._seen = 0

    def place(
        self, components: object, *, names: dict[str, str], depth: int, lists: int, path: str = ""
    ) -> None:
        """Check the components of one place; `names` are those already taken in the same object."""
        if not isinstance(components, list):
            self._report.error(path or None, "not_a_list", "Expected `components` to be a list.")
            return
        if depth > MAX_DEPTH:
            self._report.error(
                path or None,
                "too_deep",
                Sentence("Expected at most {most} levels of groups.", most=MAX_DEPTH),
            )
            return
        for component in components:
            self._seen += 1
            if self._seen > MAX_COMPONENTS:
                if self._seen == MAX_COMPONENTS + 1:
                    text = Sentence(
                        "Expected at most {most} components in one form.",
                        most=MAX_COMPONENTS,
                    )
                    self._report.error(None, "too_many_components", text)
                return
            self._component(component, names, depth, lists, path)

    def _component(self, component: object, names: dict[str, str], depth: int, lists: int, path: str) -> None:
        if not isinstance(component, Mapping):
            self._report.error(path or None, "not_a_component", "Expected each component to be an object.")
            return
        kind = component.get("type")
        element = _element(component)
        if not isinstance(kind, str) or kind not in _SUPPORTED:
            self._report.error(
                element,
                "unsupported_component",
                Sentence("Expected a supported kind of component, but found {kind!r}.", kind=kind),
                Sentence("Use one of: {listed}.", listed=", ".join(sorted(_SUPPORTED - {"button"}))),
            )
            return
        if kind == "button":
            self._report.warning(
                element,
                "button_ignored",
                "The page has its own buttons: this one is not shown.",
                "Remove it.",
            )
        check_properties(component, element, self._report)
        name = self._name(component, element, names)
        if kind in CONTAINERS:
            self._container(component, element, names, (depth, lists), f"{path}{name}." if name else path)
        elif name:
            self.paths.add(path + name)

    def _container(
        self,
        component: Mapping[str, Any],
        element: str | None,
        names: dict[str, str],
        levels: tuple[int, int],
        path: str,
    ) -> None:
        depth, lists = levels
        is_list = component["type"] == "dynamiclist"
        if is_list and lists:
            self._report.error(
                element,
                "list_in_list",
                "Expected a list outside of every other list.",
                "Use a form of its own.",
            )
        own = {} if is_list or component.get("path") else names
        parts = component.get("components", [])
        self.place(parts, names=own, depth=depth + 1, lists=lists + is_list, path=path)
        if is_list and may_grow(component) and isinstance(parts, list):
            for part in parts:
                if isinstance(part, Mapping) and (part.get("disabled") or part.get("readonly")):
                    self._report.error(
                        _element(part),
                        "locked_in_growing_list",
                        "Expected rows that people add to hold no disabled field: its value would be lost.",
                        "Set `allowAddRemove` of the list to false, or let the field be filled in.",
                    )

    def _name(self, component: Mapping[str, Any], element: str | None, names: dict[str, str]) -> str:
        kind = component["type"]
        wanted = "path" if kind in CONTAINERS else "key" if kind in FIELDS else None
        if wanted is None or (kind == "group" and not component.get("path")):
            return ""
        name = component.get(wanted)
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _REFUSED_NAMES:
            self._report.error(
                element,
                "bad_name",
                Sentence(
                    "Expected `{wanted}` to be a name of letters, digits and _, but found {name!r}.",
                    wanted=wanted,
                    name=str(name)[:80],
                ),
                Sentence(
                    "Not to be used: {listed}, and names that begin with _.",
                    listed=", ".join(sorted(_REFUSED_NAMES)),
                ),
            )
            return ""
        if name in names:
            text = Sentence(
                "Expected each name once in one place, but {name!r} is also that of {other}.",
                name=name,
                other=names[name],
            )
            self._report.error(element, "double_name", text)
        names[name] = Sentence("a {kind}", kind=kind)
        return name


def _element(component: Mapping[str, Any]) -> str | None:
    for name in ("key", "path", "id"):
        found = component.get(name)
        if isinstance(found, str) and found:
            return found[:80]
    return None


def _check_form_checks(checks: object, report: Report, paths: set[str]) -> None:
    if checks is None:
        return
    if not isinstance(checks, list) or len(checks) > MAX_FORM_CHECKS:
        report.error(
            None,
            "bad_checks",
            Sentence(
                "Expected `linbang:checks` to be a list of at most {most}.",
                most=MAX_FORM_CHECKS,
            ),
        )
        return
    for position, check in enumerate(checks, start=1):
        if not isinstance(check, Mapping):
            report.error(
                None, "bad_checks", Sentence("Expected check {position} to be an object.", position=position)
            )
            continue
        check_expression(
            check.get("check"),
            Sentence("check {position} of `linbang:checks`", position=position),
            None,
            report,
        )
        text = check.get("text")
        if not isinstance(text, str) or not _TEXT_KEY.fullmatch(text):
            message = Sentence(
                "Expected check {position} to name its text, a key under `problems`, but found {text!r}.",
                position=position,
                text=text,
            )
            report.error(None, "bad_checks", message)
        field = check.get("field")
        if field is not None and not (isinstance(field, str) and field in paths):
            report.error(
                None,
                "bad_checks",
                Sentence(
                    "Expected check {position} to name a field, but found {field!r}.",
                    position=position,
                    field=field,
                ),
            )
