"""Answers that a form takes: found by trying what stories answered, what it offers, and what expressions speak of."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import forms

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

    from engine.forms import Component, Shown
    from engine.forms.model import Evaluate

ROUNDS = 25
"""How often a form's answers are mended before they are given up."""
MAX_VALUES = 24
_TEXTS = (
    "说明",
    "王建国",
    "19900000013",
    "990101195203070011",
    "2026001",
    "990101198506150037",
    "A01",
    "A01.1",
    "123456789012345",
    "someone@example.org",
    "https://example.org/",
)
"""What stands for a text: the first that its rules let through."""
_DAYS = (0, -1, 1, -7, 7, -30, 30, 90, -365)


@dataclass
class Values:
    """What may be tried for a field. constants, told: by the field's name."""

    constants: Mapping[str, list[Any]]
    told: dict[str, list[Any]] = field(default_factory=dict)

    def of(self, component: Component, today: date, options: tuple[Any, ...] | None = None) -> list[Any]:
        """Give values for one field, the likeliest first."""
        kind, name = component["type"], forms.name_of(component) or ""
        rules = component.get("validate") or {}
        if options is None:
            options = tuple(
                one.get("value") for one in component.get("values") or () if isinstance(one, dict)
            )
        if kind == "checkbox":
            return [True, False]
        if kind in {"select", "radio"}:
            return list(options)
        if kind in {"checklist", "taglist"}:
            return [list(options)[:1], list(options), *([one] for one in options[1:]), []][:MAX_VALUES]
        told = [one for one in self.told.get(name, ()) if not isinstance(one, (dict, list))]
        spoken = self.constants.get(name, [])
        if kind == "number":
            found = [*told[:4], *_around(spoken, component), *_limits(rules), 1, 0, 10, 100, 1000, 100000]
        elif kind == "datetime":
            found = _moments(component, today, spoken)
        elif kind == "filepicker":
            found = [["paper"]]
        else:
            least = int(rules.get("minLength") or 0)
            found = [*told[:4], *(one for one in spoken if isinstance(one, str)), *_TEXTS, "说" * least]
        return _once(found)[:MAX_VALUES]


def fill(
    schema: Mapping[str, Any],
    base: Mapping[str, Any],
    context: Mapping[str, Any],
    evaluate: Evaluate,
    values: Values,
    dice: random.Random | None = None,
) -> dict[str, Any] | None:
    """Give answers that a form takes, as near to `base` as can be; None where none were found.

    dice: without it the likeliest values are taken, with it any.
    """
    raw = copy.deepcopy(dict(base))
    today = evaluate("today()", {})
    used: dict[str, int] = {}
    for _round in range(ROUNDS):
        shown = {one.path: one for one in _fields(forms.visible(schema, raw, evaluate, context))}
        _begin_lists(schema, raw, context)
        for path, one in shown.items():
            needed = (one.component.get("validate") or {}).get("required") or dice is not None
            if needed and _empty(_at(raw, path)) and path not in used:
                _put(raw, path, _next(one, values, today, used, dice))
        problems = forms.read_answers(schema, raw, context, evaluate).problems
        if not problems:
            return raw
        for problem in problems:
            at = problem.path if problem.path in shown else _any_of(shown, problem.path, len(used))
            if at is not None:
                _put(raw, at, _next(shown[at], values, today, used, dice))
    return None


def components(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Component]]:
    """Iterate over the fields of a form with the names on the way to each, rows left out."""
    for one in schema.get("components") or ():
        name = forms.name_of(one)
        here = f"{path}.{name}" if path and name else name or path
        if "components" in one:
            yield from components(one, here)
        elif name and not forms.is_locked(one):
            yield here, one


def _fields(shown: tuple[Shown, ...]) -> Iterator[Shown]:
    for one in shown:
        yield from _fields(one.children)
        for row in one.rows:
            yield from _fields(row)
        plain = one.component["type"] not in {"group", "dynamiclist"}
        if plain and forms.name_of(one.component) and not forms.is_locked(one.component):
            yield one


def _begin_lists(schema: Mapping[str, Any], raw: dict[str, Any], context: Mapping[str, Any]) -> None:
    """Give each list at the top of a form its rows: as many as the case has, else what the form begins with."""
    for one in schema.get("components") or ():
        if one.get("type") == "dynamiclist" and not forms.is_locked(one):
            there = context.get(one["path"])
            fixed = not forms.may_grow(one)
            rows = len(there) if isinstance(there, list) and fixed else one.get("defaultRepetitions", 1)
            given = raw.get(one["path"])
            if not isinstance(given, list) or (fixed and len(given) != rows):
                raw[one["path"]] = [{} for _ in range(rows)]


def _next(one: Shown, values: Values, today: date, used: dict[str, int], dice: random.Random | None) -> Any:
    options = tuple(option.value for option in one.options)
    found = values.of(one.component, today, options)
    number = used[one.path] = used.get(one.path, -1) + 1
    if not found:
        return None
    return dice.choice(found) if dice is not None else found[number % len(found)]


def _any_of(shown: Mapping[str, Shown], path: str, number: int) -> str | None:
    """Give a field to change where a rule over several is broken: one of the place, in turn."""
    near = [one for one in shown if one.startswith(path)] or list(shown)
    return near[number % len(near)] if near else None


def _at(raw: Any, path: str) -> Any:
    for name in path.split("."):
        if isinstance(raw, dict):
            raw = raw.get(name)
        elif isinstance(raw, list) and name.isdigit() and int(name) < len(raw):
            raw = raw[int(name)]
        else:
            return None
    return raw


def _put(raw: dict[str, Any], path: str, value: Any) -> None:
    here: Any = raw
    *way, last = path.split(".")
    for name, after in zip(way, path.split(".")[1:], strict=True):
        empty: Any = [] if after.isdigit() else {}
        if isinstance(here, list):
            _lengthen(here, int(name))
            here[int(name)] = here[int(name)] or empty
            here = here[int(name)]
        else:
            if not isinstance(here.get(name), (dict, list)):
                here[name] = empty
            here = here[name]
    if isinstance(here, list):
        _lengthen(here, int(last))
        here[int(last)] = value
    else:
        here[last] = value


def _lengthen(rows: list[Any], index: int) -> None:
    rows.extend({} for _ in range(index + 1 - len(rows)))


def _empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _around(spoken: list[Any], component: Component) -> list[Any]:
    digits = component.get("decimalDigits")
    step: Any = Decimal("0.01") if digits else 1
    numbers = [one for one in spoken if isinstance(one, (int, Decimal)) and not isinstance(one, bool)]
    return [one + by for one in numbers for by in (0, step, -step)]


def _limits(rules: Mapping[str, Any]) -> list[Any]:
    return [rules[name] for name in ("min", "max") if isinstance(rules.get(name), (int, Decimal))]


def _moments(component: Component, today: date, spoken: list[Any]) -> list[Any]:
    days = [
        *(today + timedelta(days=one) for one in _DAYS),
        *(one for one in spoken if isinstance(one, date)),
    ]
    if component.get("subtype") == "time":
        return ["09:00", "15:00", "23:30"]
    if component.get("subtype") == "datetime":
        return [f"{day.isoformat()}T{at}" for day in days for at in ("10:00", "15:00")]
    return days


def _once(found: list[Any]) -> list[Any]:
    seen: dict[tuple[type, Any], Any] = {(type(one), repr(one)): one for one in found}
    return list(seen.values())
