"""Finds fields of forms that nothing ever reads: no condition, no table, no letter, no other form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine import feel
from engine.definitions.expressions import expressions
from engine.definitions.wording import form_keys
from engine.forms import name_of
from engine.sentences import Sentence

from .uses import asked

if TYPE_CHECKING:
    from lxml import etree

    from engine.definitions.bundle import Bundle
    from engine.definitions.findings import Findings

    from .uses import Bundled

OF_FIGURES = frozenset({"rating", "attempt_result", "bad_review", "sent_back", "language"})
"""Variables that the desk's figures and the letters read in every service."""
FOR_PEOPLE = frozenset({"textfield", "textarea", "filepicker", "dynamiclist"})
"""Kinds of fields that are written for people, who read them in the history of the case."""
_WORD = re.compile(r"\w+")


def check_fields(
    bundle: Bundle, trees: Iterable[tuple[str, etree._Element]], bundled: Bundled, findings: Findings
) -> None:
    """Note, form by form, the choices, numbers and dates that are asked for nothing."""
    read = OF_FIGURES | _read_by_diagrams(trees, bundled) | _read_by_letters(bundle)
    words = {form: set(_words_of(schema)) for form, schema in bundled.forms.items()}
    shown = {form: set(form_keys(schema.get("components"))) for form, schema in bundled.forms.items()}
    for form, schema in bundled.forms.items():
        elsewhere = [other for other in bundled.forms if other != form]
        unread = [
            name
            for one in asked(schema)
            if (name := name_of(one) or "") not in read
            and not _is_record(one)
            and not any(name in words[other] | shown[other] for other in elsewhere)
            and name not in words[form]
        ]
        if unread:
            message = Sentence(
                "Expected something to read what the form {form!r} asks, but nothing reads {names}.",
                form=form,
                names=", ".join(map(repr, unread)),
            )
            hint = "Do not ask for it, use it, or say that it is for the record: `linbang:record`."
            file = bundle.path_of(f"{form}.form.json") or f"{form}.form.json"
            findings.add(file, "field_never_read", message, hint, severity="warning")


def _is_record(field: Mapping[str, Any]) -> bool:
    """Say whether people read a field in the history: a text, something signed for, or what is marked as that."""
    required = (field.get("validate") or {}).get("required") is True
    signed = field.get("type") == "checkbox" and required
    marked = (field.get("properties") or {}).get("linbang:record") is True
    return signed or marked or field.get("type") in FOR_PEOPLE


def _read_by_diagrams(trees: Iterable[tuple[str, etree._Element]], bundled: Bundled) -> set[str]:
    found: set[str] = set()
    for _, root in trees:
        for _, text in expressions(root):
            expression = feel.compile(text, names=bundled.names)
            found |= expression.names | expression.filter_names
    for decision in bundled.decisions.values():
        found |= decision.inputs
    return found


def _read_by_letters(bundle: Bundle) -> set[str]:
    files = [*bundle.parts(".html", "letters"), *bundle.parts("notices.yaml"), *bundle.parts("texts.zh.yaml")]
    return {word for file in files for word in _WORD.findall(bundle.files[file].decode("utf-8", "replace"))}


def _words_of(value: Any) -> Iterator[str]:
    """Iterate over the words of a form's expressions: whatever is written but for labels and names."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in {"hide", "linbang:check", "linbang:checks", "check", "valuesKey", "text"}:
                yield from _WORD.findall(json.dumps(inner, ensure_ascii=False, default=str))
            elif not isinstance(inner, str):
                yield from _words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words_of(inner)
