"""Raw answers → typed and checked answers; refuses, with a code for each field, what breaks a rule.

What a page did not offer is dropped without a word: unknown names, hidden and disabled fields.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from engine.errors import InvalidInput
from engine.forms.choices import Choices
from engine.forms.model import (
    MAX_CELLS,
    MAX_CHARACTERS,
    MAX_ROWS,
    Answers,
    Component,
    Evaluate,
    FieldProblem,
    is_locked,
    join,
    may_grow,
    name_of,
)
from engine.forms.values import Unfit, check_rules, typed
from engine.forms.walk import Scope, as_mapping, first_look, flattened, inside, known_row


def read_answers(
    schema: Mapping[str, Any], raw: Mapping[str, Any], context: Mapping[str, Any], evaluate: Evaluate
) -> Answers:
    """Read what was answered to a form that `check_schema` found sound.

    raw: nested as the schema is; texts from a page, or exact values from a program.
    context: the variables of the case, for conditions, checks and choices.
    Never raises for anything that `raw` holds: problems stand in the result, in the order of the form.

    A group with a path and a list whose rows are fixed keep what the case has beside the answers;
    a list that people add to is replaced as a whole, and rows left wholly empty are dropped.
    """
    reader = _Reader(context, evaluate)
    components = inside(schema)
    try:
        scope = Scope(first_look(components, as_mapping(raw), context, reader.choices), context)
        values = reader.place(components, as_mapping(raw), scope, "")
    except _TooLarge:
        return Answers({}, (FieldProblem("", "form_too_large"),))
    reader.run_checks()
    if not reader.problems:
        reader.run_form_checks(schema, scope)
    return Answers(values, reader.in_order())


class _TooLarge(Exception):  # noqa: N818 -- it never leaves this module
    """More was posted than a form may hold."""


class _Reader:
    def __init__(self, context: Mapping[str, Any], evaluate: Evaluate) -> None:
        self.problems: list[FieldProblem] = []
        self.choices = Choices(context)
        self._context = context
        self._evaluate = evaluate
        self._checks: list[tuple[Component, str, Scope]] = []
        self._order: dict[str, int] = {"": 0}
        self._cells = 0
        self._characters = 0

    def place(
        self, components: tuple[Component, ...], raw: Mapping[str, Any], scope: Scope, path: str
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for component in flattened(components, scope, self._evaluate):
            name = name_of(component)
            if name is None or is_locked(component):
                continue
            there = join(path, name)
            self._order[there] = len(self._order)
            if component["type"] == "group":
                value: Any = self._group(component, raw.get(name), scope, there)
            elif component["type"] == "dynamiclist":
                value = self._list(component, raw.get(name), scope, there)
            else:
                value = self._field(component, raw.get(name), scope, there)
            values[name] = scope.own[name] = value
        return values

    def _group(self, component: Component, raw: object, scope: Scope, path: str) -> dict[str, Any]:
        if raw is not None and not isinstance(raw, Mapping):
            self.problems.append(FieldProblem(path, "not_a_group"))
        known = as_mapping(scope.known.get(component["path"]))
        own = dict(as_mapping(scope.own.get(component["path"])))
        return {**known, **self.place(inside(component), as_mapping(raw), Scope(own, known, scope), path)}

    def _list(self, component: Component, raw: object, scope: Scope, path: str) -> list[dict[str, Any]]:
        rows = self._rows(component, raw, scope, path)
        looked = scope.own.get(component["path"]) or []
        result = []
        for index, row in enumerate(rows):
            known = known_row(component, scope.known, index)
            if may_grow(component) and _is_blank(row):
                continue
            own = dict(as_mapping(looked[index] if index < len(looked) else {}))
            inner = Scope(own, known, scope, row=index)
            answered = self.place(inside(component), as_mapping(row), inner, join(path, index))
            result.append({**known, **answered})
        return result

    def _rows(self, component: Component, raw: object, scope: Scope, path: str) -> list[Any]:
        if raw is None:
            raw = []
        if not isinstance(raw, list | tuple):
            self.problems.append(FieldProblem(path, "not_a_list"))
            return []
        if len(raw) > MAX_ROWS:
            self.problems.append(FieldProblem(path, "too_many_rows", {"max": MAX_ROWS}))
            return []
        if not may_grow(component):
            there = scope.known.get(component["path"])
            offered = component.get("defaultRepetitions", 1)
            expected = len(there) if isinstance(there, list | tuple) else offered
            if len(raw) != expected:
                self.problems.append(FieldProblem(path, "wrong_rows", {"expected": expected}))
                return []
        for index, row in enumerate(raw):
            if not isinstance(row, Mapping):
                self.problems.append(FieldProblem(join(path, index), "not_a_group"))
        return list(raw)

    def _field(self, component: Component, raw: object, scope: Scope, path: str) -> Any:
        self._measure(raw)
        try:
            value = typed(component, raw, self.choices.of(component))
            check_rules(component, value, self._today if component.get("disallowPassedDates") else None)
        except Unfit as unfit:
            self.problems.append(FieldProblem(path, unfit.code, unfit.params))
            return None
        if (component.get("properties") or {}).get("linbang:check") and value not in (None, []):
            self._checks.append((component, path, scope))
        return value

    def _measure(self, raw: object) -> None:
        texts = raw if isinstance(raw, list | tuple) else (raw,)
        self._cells += 1
        self._characters += sum(len(text) for text in texts if isinstance(text, str))
        if self._cells > MAX_CELLS or self._characters > MAX_CHARACTERS:
            raise _TooLarge

    @cached_property
    def _today(self) -> dt.date | None:
        today = self._evaluate("today()", self._context)
        return today if isinstance(today, dt.date) else None

    def run_checks(self) -> None:
        """Run the fields' own checks on what was answered.

        null says that the check lacks something; when another field has a problem, that is why.
        """
        others_wrong = bool(self.problems)
        for component, path, scope in self._checks:
            verdict = self._verdict(component["properties"]["linbang:check"], scope)
            if verdict is not True and not (verdict is None and others_wrong):
                self.problems.append(FieldProblem(path, "check", {"text": "problem"}))

    def run_form_checks(self, schema: Mapping[str, Any], scope: Scope) -> None:
        """Run the rules over several fields, once every field is right by itself."""
        for check in schema.get("linbang:checks") or ():
            if self._verdict(check["check"], scope) is not True:
                path = check.get("field") or ""
                self.problems.append(FieldProblem(path, "form_check", {"text": check["text"]}))

    def in_order(self) -> tuple[FieldProblem, ...]:
        """Give the problems in the order in which a person meets the fields; the whole form's first."""
        last = len(self._order)
        return tuple(sorted(self.problems, key=lambda problem: self._order.get(problem.path, last)))

    def _verdict(self, check: str, scope: Scope) -> Any:
        try:
            return self._evaluate(check.removeprefix("="), scope.names())
        except InvalidInput:
            return None


def _is_blank(row: object) -> bool:
    """A row that a page offered and nobody filled in; ticks left empty are posted as nothing or false."""
    if isinstance(row, Mapping):
        return all(_is_blank(value) for value in row.values())
    if isinstance(row, list | tuple):
        return all(_is_blank(value) for value in row)
    return row is None or row is False or (isinstance(row, str) and not row.strip())
