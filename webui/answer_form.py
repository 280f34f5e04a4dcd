"""An answer of an outside system as a form, for somebody who gives it by hand: from its schema and back.

Plain entries become fields of their own. What is a list or has parts is written as JSON; the shape stands
beside it, and what is wrong in it is named by its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from connectors.operations import Amount, Count, Day, named
from engine import forms

MAX_JSON = 20_000
"""Characters of one entry; what the forms accept in a long text."""
MAX_SHAPE_DEPTH = 5
GROUP = "answer"
_TRUTHS = {"true": True, "false": False}


def form_of(answer: type[Schema]) -> dict[str, Any]:
    """Give the form that asks for every entry of an answer, under one name so that no other field is called alike."""
    components = [_component(name, field) for name, field in answer().fields.items()]
    return {"components": [{"type": "group", "path": GROUP, "components": components}]}


def texts_of(answer: type[Schema], labels: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Any]:
    """Give the words of the form. labels: of entries that have one. wrong: what to say of JSON, by entry."""
    words: dict[str, Any] = {}
    for name, field in answer().fields.items():
        words[name] = {"label": labels.get(name, name)}
        if _is_json(field):
            shape = json.dumps(_shape(field, 0), ensure_ascii=False)
            words[name]["description"] = _("As JSON, of this shape: %(shape)s", shape=shape)
    return {"fields": {GROUP: words}, "problems": dict(wrong)}


def read(
    answer: type[Schema], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[forms.FieldProblem], dict[str, str]]:
    """Give the answer that was written, the problems, and what to say of those in JSON, by entry.

    Never raises for anything that `raw` holds. An entry left empty is left out, so that a default counts.
    """
    answers = forms.read_answers(form_of(answer), raw, {}, lambda _text, _variables: None)
    problems, wrong = list(answers.problems), dict[str, str]()
    values: dict[str, Any] = {}
    declared = answer().fields
    for name, value in answers.values.get(GROUP, {}).items():
        field = declared[name]
        if value is None and not (field.required and field.allow_none):
            continue
        try:
            values[name] = _value(field, value)
        except (ValueError, ArithmeticError, RecursionError):
            wrong[name] = _("This is not JSON.")
    flagged = {problem.path.removeprefix(f"{GROUP}.") for problem in problems} | wrong.keys()
    for name, messages in _errors(answer, values).items():
        if name in flagged:
            continue
        if name in declared and _is_json(declared[name]):
            places = named(ValidationError({name: messages}))
            wrong[name] = _("This is not of the shape that is expected: %(places)s", places=places)
        elif name in declared:
            problems.append(forms.FieldProblem(f"{GROUP}.{name}", "pattern"))
    problems += [forms.FieldProblem(f"{GROUP}.{name}", "form_check", {"text": name}) for name in wrong]
    return values, problems, wrong


def _value(field: fields.Field[Any], written: Any) -> Any:
    """Give what was meant; raises ValueError, or what else the parser trips on, for broken JSON."""
    if written is None:
        return None
    if isinstance(field, fields.Boolean):
        return _TRUTHS[written]
    return json.loads(written, parse_float=Decimal) if _is_json(field) else written


def _errors(answer: type[Schema], values: dict[str, Any]) -> dict[str, Any]:
    try:
        answer(unknown=EXCLUDE).load(values)
    except ValidationError as exc:
        return exc.messages if isinstance(exc.messages, dict) else {}
    return {}


def _component(name: str, field: fields.Field[Any]) -> dict[str, Any]:  # noqa: PLR0911 - one line a kind
    needed = {"required": field.required and not field.allow_none}
    words = _words_of(field)
    if _is_json(field):
        return {"type": "textarea", "key": name, "validate": {**needed, "maxLength": MAX_JSON}}
    if isinstance(field, fields.Boolean):
        values = [{"value": text, "label": label} for text, label in (("true", _("Yes")), ("false", _("No")))]
        return {"type": "radio", "key": name, "values": values, "validate": needed}
    if words:
        values = [{"value": word, "label": word} for word in words]
        return {"type": "select", "key": name, "values": values, "validate": needed}
    if isinstance(field, Count | fields.Integer):
        return {"type": "number", "key": name, "decimalDigits": 0, "validate": needed}
    if isinstance(field, Amount | fields.Decimal):
        return {"type": "number", "key": name, "validate": needed}
    if isinstance(field, Day | fields.Date):
        return {"type": "datetime", "subtype": "date", "key": name, "validate": needed}
    return {"type": "textfield", "key": name, "validate": needed}


def _is_json(field: fields.Field[Any]) -> bool:
    return isinstance(field, fields.List | fields.Nested | fields.Mapping)


def _words_of(field: fields.Field[Any]) -> list[str]:
    checks = [check for check in field.validators if isinstance(check, validate.OneOf)]
    return [word for check in checks for word in check.choices if isinstance(word, str)]


def _shape(field: fields.Field[Any], depth: int) -> Any:  # noqa: PLR0911 - as above
    """Give an example of what is expected, as JSON would have it."""
    if depth > MAX_SHAPE_DEPTH:
        return "…"
    if isinstance(field, fields.List):
        return [_shape(field.inner, depth + 1)]
    if isinstance(field, fields.Nested):
        return {name: _shape(inner, depth + 1) for name, inner in field.schema.fields.items()}
    if isinstance(field, fields.Boolean):
        return True
    if isinstance(field, Count | Amount | fields.Integer | fields.Decimal):
        return 0
    if isinstance(field, Day | fields.Date):
        return "2026-03-02"
    return "|".join(_words_of(field)) or "…"
