"""Words for the problems of a form: a code and its limits become a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from engine.forms.model import CHOICES

_Words = Callable[[Mapping[str, Any]], str]

_SENTENCES: Mapping[str, _Words] = {
    "required": lambda p: _("Enter “%(label)s”", **p),
    "required_choice": lambda p: _("Choose an answer for “%(label)s”", **p),
    "required_tick": lambda p: _("Tick “%(label)s” to go on", **p),
    "required_file": lambda p: _("Add a file for “%(label)s”", **p),
    "not_text": lambda p: _("“%(label)s” must be text", **p),
    "bad_character": lambda p: _("“%(label)s” holds a character that cannot be kept; type it again", **p),
    "too_short": lambda p: _("“%(label)s” must have %(min)s characters or more", **p),
    "too_long": lambda p: _("“%(label)s” must have %(max)s characters or fewer", **p),
    "email": lambda p: _("“%(label)s” must be an e-mail address, like name@example.org", **p),
    "phone": lambda p: _("“%(label)s” must be a phone number of 7 to 15 digits", **p),
    "pattern": lambda p: _("“%(label)s” is not in the expected form", **p),
    "not_a_number": lambda p: _("“%(label)s” must be a number, like 1650 or 12.50", **p),
    "too_many_digits": lambda p: _("“%(label)s” must have %(max)s digits or fewer", **p),
    "too_small": lambda p: _("“%(label)s” must be %(min)s or more", **p),
    "too_large": lambda p: _("“%(label)s” must be %(max)s or less", **p),
    "decimals": lambda p: _("“%(label)s” must have %(digits)s decimals or fewer", **p),
    "increment": lambda p: _("“%(label)s” must be a multiple of %(step)s", **p),
    "not_yes_or_no": lambda p: _("“%(label)s” must be yes or no", **p),
    "not_a_choice": lambda p: _("Choose one of the answers offered for “%(label)s”", **p),
    "not_a_date": lambda p: _("“%(label)s” must be a real date, like 2026-03-02", **p),
    "not_a_time": lambda p: _("“%(label)s” must be a time, like 10:15", **p),
    "not_a_moment": lambda p: _("“%(label)s” must be a date and a time", **p),
    "date_out_of_range": lambda p: _("The year of “%(label)s” must be between %(first)s and %(last)s", **p),
    "date_passed": lambda p: _("“%(label)s” must be %(today)s or later", **p),
    "not_a_file": lambda p: _("Add the file for “%(label)s” again", **p),
    "too_many_files": lambda p: _("“%(label)s” can hold %(max)s files or fewer", **p),
    "too_many_rows": lambda p: _("“%(label)s” can have %(max)s rows or fewer", **p),
    "wrong_rows": lambda p: _("“%(label)s” must have %(expected)s rows; load the page again", **p),
    "not_a_list": lambda p: _("“%(label)s” must be a list", **p),
    "not_a_group": lambda p: _("“%(label)s” must hold answers", **p),
    "check": lambda p: _("“%(label)s” is not right", **p),
    "form_check": lambda p: _("The answers do not fit together", **p),
    "form_too_large": lambda p: _("The form holds more than can be kept; shorten the answers", **p),
}
_REQUIRED = {"checkbox": "required_tick", "filepicker": "required_file"} | dict.fromkeys(
    CHOICES, "required_choice"
)

CODES = frozenset(_SENTENCES)
"""Every code that has words; a test holds it against what the engine says."""


def sentence(code: str, params: Mapping[str, Any], *, label: str, kind: str | None = None) -> str:
    """Say what is wrong with the field of that label.

    kind: the type of the component, which tells how to ask for a missing answer.
    """
    if code == "required":
        code = _REQUIRED.get(kind or "", code)
    told = {name: format_date(value) if name == "today" else plain(value) for name, value in params.items()}
    return _SENTENCES[code]({**told, "label": label})


def plain(value: Any) -> str:
    """Write a value the way a person types it: no exponents, dates as the standard has them."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return f"{value:f}" if hasattr(value, "as_tuple") else str(value)
