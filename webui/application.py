"""What a case was started with, as a form to read: on the case's page and beside each task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from engine import forms

from . import forms as form_pages
from .language import language
from .words import units_of

if TYPE_CHECKING:
    from engine.definitions import Definition


def application(
    definition: Definition,
    variables: Mapping[str, Any],
    evaluate: Callable[[str, Mapping[str, Any]], Any],
    *,
    unmasked: bool = False,
) -> form_pages.FormView | None:
    """Give the start form filled with what the case knows now; None for a service without one.

    unmasked: show identity numbers, telephones and accounts whole, for somebody who gave a reason.
    """
    if definition.start_form is None:
        return None
    schema = definition.forms[definition.start_form]
    shown = forms.visible(schema, {}, evaluate, variables)
    texts = definition.texts.section(language(), "forms", definition.start_form)
    return form_pages.view(
        schema, texts, shown, read_only=True, unmasked=unmasked, units=units_of(definition)
    )
