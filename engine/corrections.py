"""The input of an element that could not be carried out, as a form; checks what somebody puts in its place.

A variable that a form of the service asks for is checked as that form checks it. One that no form asks for
is written in FEEL, as a literal, and may be what a case may hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import feel, forms, spiff
from engine.errors import InvalidInput
from engine.forms.model import MAX_ROWS
from engine.spiff.data import same
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.case import Case
    from engine.definitions import Definition

_NAME = re.compile(r"[^\W\d_]\w{0,79}")
_MAX_DEPTH = 3
_SHORT = 200
_CONDITIONS = frozenset({"conditional", "disabled", "readonly"})
"""What a form says of when a field is asked; here it is asked in any case."""


@dataclass(frozen=True, slots=True)
class Input:
    """What an element reads.

    schema: a form of its variables. asked_in: the form that asks for each, empty for one that is asked
    for as its value is; those in `literals` are asked for by none, and their values are FEEL. known: the variables as they are.
    """

    schema: Mapping[str, Any]
    asked_in: Mapping[str, str]
    literals: frozenset[str]
    known: Mapping[str, Any]

    @property
    def shown(self) -> dict[str, Any]:
        """Give what a page shows of it before anybody changes anything."""
        return {
            **self.known,
            **{name: feel.to_text(self.known[name]) for name in self.literals if name in self.known},
        }


def input_of(case: Case, number: int) -> Input | None:
    """Give what a resting token's element reads; None where there is nothing to correct."""
    item = spiff.resting(case.workflow).get(number)
    if item is None or item.kind in ("user_task", "activity"):
        return None
    elements = {item.element_id} | {
        event.element_id for event in item.waits if isinstance(event, spiff.ClockEvent)
    }
    names = {name for element in elements for name in case.definition.variables_read(element)}
    return _input(case.definition, names, item.data) if names else None


def input_for(definition: Definition, names: Iterable[str], known: Mapping[str, Any]) -> Input:
    """Give some variables as a form, each as a form of the service asks for it, else as its value is."""
    return _input(definition, names, known, by_value=_of_value)


def variables_asked(definition: Definition) -> frozenset[str]:
    """Give the names of the variables that the forms of a service ask for, but files."""
    return frozenset(
        name
        for form in definition.forms.values()
        for component in _fields(form.get("components", ()))
        if (name := forms.name_of(component)) is not None and component["type"] != "filepicker"
    )


def checked_changes(case: Case, asked: Input, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values of the changed variables that differ from those that the case has.

    changes: raw answers by name; for a literal its FEEL, or a value. Raises InvalidInput with the
    `problems` of each field, for a name that is no input (`not_an_input`) and when nothing differs
    (`nothing_changed`).
    """
    for name in changes:
        if name not in asked.asked_in and name not in asked.literals:
            raise InvalidInput(
                f"Expected a variable that the element reads, but {name!r} is none", code="not_an_input"
            )
    components = [part for part in asked.schema["components"] if forms.name_of(part) in changes]
    answered = {"components": [part for part in components if forms.name_of(part) in asked.asked_in]}
    answers = forms.read_answers(answered, changes, asked.known, case.evaluate)
    # What was missing before and is not given now is no correction, so that no rule is broken by it.
    problems = [
        problem
        for problem in answers.problems
        if problem.code != "required" or asked.known.get(problem.path) is not None or "." in problem.path
    ]
    values = dict(answers.values)
    for name in changes.keys() & asked.literals:
        try:
            values[name] = _literal(case, changes[name])
        except InvalidInput:
            problems.append(forms.FieldProblem(name, "pattern"))
    if problems:
        raise InvalidInput(
            f"Expected values that keep the rules, but {len(problems)} do not",
            code="form_invalid",
            problems=tuple(problems),
        )
    checked_variables(values)
    differing = {name: value for name, value in values.items() if not same(value, asked.known.get(name))}
    if not differing:
        raise InvalidInput(
            "Expected at least one other value than before, but there is none", code="nothing_changed"
        )
    return differing


def _input(
    definition: Definition,
    names: Iterable[str],
    known: Mapping[str, Any],
    by_value: Callable[[str, Any], Mapping[str, Any] | None] | None = None,
) -> Input:
    """Give variables as a form. by_value: makes a field of one that no form asks for; None leaves a literal."""
    found: dict[str, tuple[str, Mapping[str, Any]]] = {}
    wanted = set(names)
    start = definition.start_form
    for form in sorted(definition.forms, key=lambda form: (form != start, form)):
        for component in _fields(definition.forms[form].get("components", ())):
            name = forms.name_of(component)
            if name in wanted and name not in found and name is not None:
                found[name] = (form, component)
    files = {name for name, (_form, component) in found.items() if component["type"] == "filepicker"}
    make = by_value or nested_component
    for name in sorted(wanted - found.keys()):
        made = make(name, known.get(name))
        if made is not None:
            found[name] = ("", made)
    literals = wanted - found.keys()
    components: list[Mapping[str, Any]] = [
        {key: value for key, value in component.items() if key not in _CONDITIONS}
        for name, (_form, component) in sorted(found.items())
        if name not in files
    ]
    components += [{"type": "textarea", "key": name, "label": name} for name in sorted(literals)]
    asked_in = {name: form for name, (form, _component) in found.items() if name not in files}
    return Input({"components": components}, asked_in, frozenset(literals), known)


def nested_component(name: str, value: Any) -> dict[str, Any] | None:
    """Give fields for a value with parts, typed as its parts are; None for any other, or one of no fixed shape."""
    return _of_value(name, value) if isinstance(value, dict | list) else None


def _of_value(name: str, value: Any, depth: int = 0) -> dict[str, Any] | None:
    """Give a field for a value that no form asks for; None where its kind does not say which."""
    if not _NAME.fullmatch(name) or depth > _MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return _of_parts({"type": "group", "path": name}, value, depth)
    if isinstance(value, list):
        rows = [row for row in value if isinstance(row, dict)]
        regular = bool(rows) and len(rows) == len(value) and all(row.keys() == rows[0].keys() for row in rows)
        if not regular or len(rows) > MAX_ROWS or depth > 0:
            return None
        first = {key: _first_value(rows, key) for key in rows[0]}
        return _of_parts({"type": "dynamiclist", "path": name}, first, depth)
    return _of_plain(name, value, depth)


def _of_plain(name: str, value: Any, depth: int) -> dict[str, Any] | None:
    if isinstance(value, bool):
        return {"type": "checkbox", "key": name}
    if isinstance(value, str):
        return {"type": "textarea" if len(value) > _SHORT or "\n" in value else "textfield", "key": name}
    if isinstance(value, int | Decimal):
        return {"type": "number", "key": name}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"type": "datetime", "subtype": "date", "key": name}
    return {"type": "textfield", "key": name} if value is None and depth else None


def _of_parts(component: dict[str, Any], parts: Mapping[str, Any], depth: int) -> dict[str, Any] | None:
    inner = [_of_value(str(key), value, depth + 1) for key, value in parts.items()]
    return {**component, "components": inner} if inner and None not in inner else None


def _first_value(rows: Iterable[Mapping[str, Any]], key: str) -> Any:
    return next((row[key] for row in rows if row[key] is not None), None)


def _fields(components: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if component.get("type") == "group" and forms.name_of(component) is None:
            yield from _fields(component.get("components", ()))
        else:
            yield component


def _literal(case: Case, raw: Any) -> Any:
    """Give the value of a FEEL literal, which reads no variable; anything but text is the value itself."""
    if not isinstance(raw, str):
        return raw
    if not raw.strip():
        return None
    expression = feel.compile(raw)
    if expression.names:
        raise InvalidInput("Expected a value, but it reads variables", code="not_a_literal")
    return expression.evaluate({}, case.runtime.environment(case.now))
