"""One raw answer → one typed value; refuses everything that is not exactly of the field's kind.

Raw answers come from a page (texts) or from a program (JSON, with exact numbers), so each kind
takes both. Numbers are int or Decimal; a float has already lost what was typed and is refused.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from engine.forms.choices import as_text
from engine.forms.model import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_CHOICES,
    MAX_DIGITS,
    MAX_FILES,
    MAX_TEXT,
    MULTIPLE_CHOICES,
    SINGLE_CHOICES,
    TEXTS,
    Component,
    Option,
)
from engine.forms.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PHONE = re.compile(r"\+?[0-9]+([ -][0-9]+)*")
_LONGEST_NUMBER = 60
_MOMENTS: dict[str, tuple[str, type[dt.date | dt.time | dt.datetime]]] = {
    "date": ("not_a_date", dt.date),
    "time": ("not_a_time", dt.time),
    "datetime": ("not_a_moment", dt.datetime),
}
_FEWEST_PHONE_DIGITS, _MOST_PHONE_DIGITS = 7, 15


class Unfit(Exception):  # noqa: N818 -- it never leaves this room: it becomes a FieldProblem
    """An answer does not fit its field."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def typed(  # noqa: PLR0911 -- one line a kind
    component: Component, raw: object, options: Mapping[str, Option]
) -> Any:
    """Give the value in the field's own type; raise Unfit when the answer is of another kind.

    Nothing answered gives None; False for a checkbox; an empty list where several may be chosen.
    """
    kind = component["type"]
    if kind == "checkbox":
        return _boolean(raw)
    if kind in MULTIPLE_CHOICES:
        return _choices(raw, options)
    if kind == "filepicker":
        return _files(raw)
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if kind in TEXTS:
        return _text(raw, multiline=kind == "textarea")
    if kind == "number":
        return number(raw)
    if kind in SINGLE_CHOICES:
        return _choice(raw, options)
    return _moment(raw, component.get("subtype") or "date")


def check_rules(component: Component, value: Any, today: dt.date | None) -> None:
    """Raise Unfit when a typed value breaks a rule of the schema's `validate` or of its kind."""
    rules: Mapping[str, Any] = component.get("validate") or {}
    if value is None or value is False or value == []:
        if rules.get("required"):
            raise Unfit("required")
        return
    kind = component["type"]
    if kind in TEXTS:
        _check_text(component, rules, value)
    elif kind == "number":
        _check_number(component, rules, value)
    elif kind == "datetime" and component.get("disallowPassedDates") and today is not None:
        day = value.date() if isinstance(value, dt.datetime) else value
        if isinstance(day, dt.date) and day < today:
            raise Unfit("date_passed", today=today)
    elif kind == "filepicker" and len(value) > 1 and not component.get("multiple"):
        raise Unfit("too_many_files", max=1)


def number(raw: object) -> int | Decimal:
    """Give an exact number; full-width digits and grouped thousands are understood."""
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        raise Unfit("not_a_number")
    if isinstance(raw, str):
        raw = unicodedata.normalize("NFKC", raw[: _LONGEST_NUMBER + 1]).strip()
        if len(raw) > _LONGEST_NUMBER or not _NUMBER.fullmatch(raw):
            raise Unfit("not_a_number")
        raw = raw.replace(",", "")
    elif isinstance(raw, int) and abs(raw) >= 10**MAX_DIGITS:
        raise Unfit("too_many_digits", max=MAX_DIGITS)
    exact = Decimal(raw)
    if not exact.is_finite():
        raise Unfit("not_a_number")
    longest = max(exact.adjusted() + 1, len(exact.as_tuple().digits), _decimals(exact))
    if longest > MAX_DIGITS:
        raise Unfit("too_many_digits", max=MAX_DIGITS)
    return int(exact) if exact == exact.to_integral_value() else exact


def limit(value: object) -> Decimal | None:
    """Read a limit of a schema, where form-js writes numbers, texts, or nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal) or value == "":
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() and abs(exact.adjusted()) <= MAX_DIGITS else None


def _boolean(raw: object) -> bool:
    if raw is None or raw == "":
        return False
    if isinstance(raw, bool):
        return raw
    if raw in ("true", "false"):
        return raw == "true"
    raise Unfit("not_yes_or_no")


def _text(raw: object, *, multiline: bool) -> str:
    if not isinstance(raw, str):
        raise Unfit("not_text")
    longest = MAX_TEXT["textarea" if multiline else "textfield"]
    if len(raw) > 2 * longest:
        raise Unfit("too_long", max=longest)
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip() if multiline else raw.strip()
    allowed = "\n\t" if multiline else ""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in allowed for sign in text):
        raise Unfit("bad_character")
    if len(text) > longest:
        raise Unfit("too_long", max=longest)
    return text


def _choice(raw: object, options: Mapping[str, Option]) -> Any:
    option = options.get(as_text(raw)) if isinstance(raw, str | int) else None
    if option is None:
        raise Unfit("not_a_choice")
    return option.value


def _choices(raw: object, options: Mapping[str, Option]) -> list[Any]:
    if raw is None or raw == "":
        return []
    if not isinstance(raw, list | tuple):
        raise Unfit("not_a_list")
    if len(raw) > MAX_CHOICES:
        raise Unfit("not_a_choice")
    wanted = {as_text(entry) if isinstance(entry, str | int) else None for entry in raw}
    if not wanted <= options.keys():
        raise Unfit("not_a_choice")
    return [option.value for text, option in options.items() if text in wanted]


def _files(raw: object) -> list[str]:
    if raw is None or raw == "":
        return []
    entries = [raw] if isinstance(raw, str) else raw
    if not isinstance(entries, list | tuple):
        raise Unfit("not_a_list")
    if len(entries) > MAX_FILES:
        raise Unfit("too_many_files", max=MAX_FILES)
    if not all(isinstance(entry, str) and _FILE.fullmatch(entry) for entry in entries):
        raise Unfit("not_a_file")
    return list(dict.fromkeys(entries))


def _moment(raw: object, subtype: str) -> dt.date | dt.time | dt.datetime:
    code, kind = _MOMENTS.get(subtype, _MOMENTS["datetime"])
    value = _from_text(raw.strip(), subtype, code) if isinstance(raw, str) else raw
    if not isinstance(value, kind) or (kind is dt.date and isinstance(value, dt.datetime)):
        raise Unfit(code)
    if isinstance(value, dt.date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Unfit("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return value


def _from_text(text: str, subtype: str, code: str) -> dt.date | dt.time | dt.datetime:
    try:
        if subtype == "date" and _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        if subtype == "time" and _TIME.fullmatch(text):
            return dt.time.fromisoformat(text)
        if subtype == "datetime" and _DATE_TIME.match(text):
            return dt.datetime.fromisoformat(text)
    except ValueError:
        raise Unfit(code) from None
    raise Unfit(code)


def _check_text(component: Component, rules: Mapping[str, Any], value: str) -> None:
    shortest, longest = limit(rules.get("minLength")), limit(rules.get("maxLength"))
    if shortest is not None and len(value) < shortest:
        raise Unfit("too_short", min=int(shortest))
    if longest is not None and len(value) > longest:
        raise Unfit("too_long", max=int(longest))
    kind = rules.get("validationType")
    if kind == "email" and not _is_email(value):
        raise Unfit("email")
    if kind == "phone" and not _is_phone(value):
        raise Unfit("phone")
    pattern = rules.get("pattern")
    if component["type"] == "textfield" and pattern and not matches(pattern, value):
        raise Unfit("pattern")


def _check_number(component: Component, rules: Mapping[str, Any], value: int | Decimal) -> None:
    least, most = limit(rules.get("min")), limit(rules.get("max"))
    if least is not None and value < least:
        raise Unfit("too_small", min=least)
    if most is not None and value > most:
        raise Unfit("too_large", max=most)
    digits = component.get("decimalDigits")
    if isinstance(digits, int) and _decimals(Decimal(value)) > digits:
        raise Unfit("decimals", digits=digits)
    step = limit(component.get("increment"))
    if step and not _is_multiple(Decimal(value), step):
        raise Unfit("increment", step=step)


def _is_multiple(value: Decimal, step: Decimal) -> bool:
    """Compare whole numbers of the smallest unit: Decimal's own remainder is rounded to 28 digits."""
    scale = max(_decimals(value), _decimals(step))
    return _units(value, scale) % _units(step, scale) == 0


def _units(value: Decimal, scale: int) -> int:
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    whole: int = int("".join(map(str, digits)))
    shift = exponent + scale  # negative only where zeros are cut off
    whole = whole * int(10**shift) if shift >= 0 else whole // int(10**-shift)
    return -whole if sign else whole


def _decimals(value: Decimal) -> int:
    """Count the decimals that say something: 2.50 has one."""
    if not value:
        return 0
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -(exponent + zeros))


def _is_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return (
        bool(local and at)
        and "@" not in local
        and not any(sign.isspace() for sign in text)
        and "." in domain
        and all(domain.split("."))
    )


def _is_phone(text: str) -> bool:
    """Mobile and fixed lines, with spaces or hyphens between the groups, and with or without country code."""
    digits = sum(sign.isdigit() for sign in text)
    return bool(_PHONE.fullmatch(text)) and _FEWEST_PHONE_DIGITS <= digits <= _MOST_PHONE_DIGITS
