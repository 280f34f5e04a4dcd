"""Variables as a form, for somebody who corrects them: each field with the words of the form that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from engine import forms
from webui import forms as form_pages
from webui.language import language
from webui.page import installation
from webui.words import label_of, units_of

if TYPE_CHECKING:
    from engine.corrections import Input
    from engine.definitions import Definition


def view(definition: Definition, asked: Input, raw: Mapping[str, Any] | None, problems: Any) -> Any:
    """Give what `parts/form.html` draws. raw: what was posted; None before anybody changed anything."""
    known = asked.shown
    literals = {name: known[name] for name in asked.literals if name in known}
    evaluate = installation().runtime.evaluator(definition)
    shown = forms.visible(asked.schema, {**literals, **(raw or {})}, evaluate, asked.known)
    texts = {"fields": _words(definition, asked)}
    return form_pages.view(asked.schema, texts, shown, problems, units=units_of(definition))


def _words(definition: Definition, asked: Input) -> dict[str, Any]:
    """Give the words of the fields, each from the form that asks for it."""
    found: dict[str, Any] = {}
    for form in dict.fromkeys(form for form in asked.asked_in.values() if form):
        found = {**definition.texts.section(language(), "forms", form, "fields"), **found}
    by_value = {
        part.get("key") or part.get("path"): part
        for part in asked.schema["components"]
        if asked.asked_in.get(str(part.get("key") or part.get("path"))) == ""
    }
    for name, form in asked.asked_in.items():
        if not form:
            found[name] = _of_value(definition, by_value[name])
            continue
        own = definition.texts.section(language(), "forms", form, "fields").get(name)
        if own is not None:
            found[name] = own
    hint = _('As the diagram writes it: a text in quotes, a number plainly, date("2026-03-02"), true, null.')
    for name in asked.literals:
        found[name] = {"label": label_of(definition, name), "description": hint}
    return found


def _of_value(definition: Definition, part: Mapping[str, Any]) -> dict[str, Any]:
    """Give the words of a field that no form asks for, and of those in it."""
    name = str(part.get("key") or part.get("path"))
    inner = {
        str(one.get("key") or one.get("path")): _of_value(definition, one)
        for one in part.get("components", ())
    }
    return {"label": label_of(definition, name), **inner}
