"""Puts synthetic people, numbers and texts in the place of those of a case; the same everywhere stays the same.

It knows no case: what has to stay as it is, so that the case goes its way, it is told.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from engine import forms
from engine.forms.patterns import matches

if TYPE_CHECKING:
    from engine.forms import Component

BIRTH_DATES = "birth dates"
"""Stands among the names of fields for the days of birth in identity numbers."""
DECIDING = frozenset({"finance", "health", "identity", "bank"})
"""Marks of fields whose numbers, choices and dates are replaced, too, as far as the case still goes its way."""
_FACTOR = Decimal("1.02")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_LINE = re.compile(r"\+?[0-9]{3,5}[ -]?[0-9]{7,8}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]{2,6}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_DAY = re.compile(r"\d{4}-\d\d(-\d\d(T.*)?)?")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = (
    "安平",
    "明远",
    "淑贤",
    "长河",
    "桂香",
    "文静",
    "立群",
    "春生",
    "秋月",
    "冬梅",
    "小满",
    "思远",
    "家兴",
)
_REGION = "990101"


@dataclass
class Mask:
    """Replaces what is personal in one case's answers.

    constants: values that expressions speak of, by name; offices: codes of offices; both stay. moving: names of
    marked fields whose numbers, choices and dates are replaced.
    """

    constants: Mapping[str, Collection[Any]]
    offices: frozenset[str]
    moving: frozenset[str]
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: dict[Decimal, Any] = field(default_factory=dict)
    _dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - synthetic values

    def answers(self, schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """Give answers to a form with everything personal replaced; what nobody answers there is left out."""
        found: dict[str, Any] = {}
        for one in schema.get("components") or ():
            name = forms.name_of(one)
            if one.get("type") == "group" and name is None:
                found |= self.answers(one, values)
            elif name is None or forms.is_locked(one) or values.get(name) is None:
                continue
            elif one["type"] == "group":
                found[name] = self.answers(one, values[name])
            elif one["type"] == "dynamiclist":
                found[name] = self._rows(one, values[name])
            else:
                found[name] = self._field(one, name, values[name])
        return found

    def said(self, value: Any, name: str = "") -> Any:
        """Give what an outside system or a program said, of which no form tells what it is."""
        if isinstance(value, Mapping):
            return {key: self.said(item, str(key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.said(item, name) for item in value]
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return self._numbers.get(Decimal(value), value)
        if not isinstance(value, str) or self._stays(value) or _DAY.fullmatch(value) or _KEY.fullmatch(value):
            return value
        return self.text(value, name)

    def text(self, value: str, name: str = "") -> str:
        """Give a synthetic text for one of a case."""
        text = value.strip()
        if not text or self._stays(text):
            return value
        for pattern, make in ((_IDENTITY, self._identity), (_PHONE, self._phone), (_MAIL, self._mail)):
            if pattern.fullmatch(text):
                return self._once(pattern.pattern, text, make)
        if _LINE.fullmatch(text):
            return self._once(_PHONE.pattern, text, self._phone)
        if not _HAN.search(text):
            return self._once("code", text, self._code if any(map(str.isdigit, text)) else self._words)
        if "address" in name:
            return self._once("address", text, lambda _old: f"样例路{self._count('address') + 1}号")
        return self._once("name" if _HAN_NAME.fullmatch(text) else "text", text, self._han)

    def _rows(self, component: Component, rows: list[Any]) -> list[Any]:
        found = [self.answers(component, row) for row in rows]
        for one in component.get("components") or ():
            name = forms.name_of(one)
            if name in self.moving and one["type"] == "number":
                before, after = (sum(Decimal(row.get(name) or 0) for row in part) for part in (rows, found))
                self._numbers.setdefault(Decimal(before), after)
        return found

    def _field(self, component: Component, name: str, value: Any) -> Any:
        kind = component["type"]
        if kind in {"textfield", "textarea"}:
            return self._fitting(component, name, str(value))
        if kind == "filepicker":
            return [f"paper{number}" for number, _one in enumerate(value, start=1)]
        if (
            "valuesKey" in component
        ):  # a choice among what the case holds, where it was replaced in the same way
            return self.said(value, name)
        return self._marked(component, value) if name in self.moving else value

    def _marked(self, component: Component, value: Any) -> Any:
        """Give another number, choice or date for a marked one."""
        kind = component["type"]
        if kind == "number":
            return self._number(component, Decimal(value))
        if kind in {"select", "radio"}:
            others = [one["value"] for one in component.get("values") or () if one.get("value") != value]
            return others[0] if others else value
        if kind == "datetime" and isinstance(value, date):
            return value - timedelta(days=1)
        return not value if kind == "checkbox" else value

    def _fitting(self, component: Component, name: str, value: str) -> str:
        """Give a synthetic text that keeps the rules of its field."""
        rules = component.get("validate") or {}
        made = self.text(value, name)
        longest = rules.get("maxLength")
        made = made[: int(longest)] if longest else made
        made += "。" * (int(rules.get("minLength") or 0) - len(made))
        pattern = rules.get("pattern")
        if pattern and not matches(pattern, made):
            return self._once("code", value, self._code)
        return made

    def _number(self, component: Component, value: Decimal) -> Any:
        step = Decimal(1).scaleb(-int(component.get("decimalDigits") or 0))
        step = max(step, Decimal(str(component.get("increment") or 0)))
        moved = (value * _FACTOR / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        if moved == value and value:
            moved = value + step
        rules = component.get("validate") or {}
        if rules.get("max") not in (None, "") and moved > Decimal(str(rules["max"])):
            moved = value - step
        new: Any = int(moved) if moved == moved.to_integral_value() else moved
        return self._numbers.setdefault(value, new)

    def _stays(self, text: str) -> bool:
        return text in self.offices or any(text in known for known in self.constants.values())

    def _once(self, kind: str, old: str, make: Callable[[str], str]) -> str:
        if (kind, old) not in self._known:
            self._known[kind, old] = make(old)
        return self._known[kind, old]

    def _count(self, kind: str) -> int:
        return sum(one == kind for one, _old in self._known)

    def _identity(self, old: str) -> str:
        """Give a number of the same sex; the day of birth lies elsewhere in the same month, where it may."""
        number = self._count(_IDENTITY.pattern)
        day = int(old[12:14])
        if BIRTH_DATES in self.moving:
            day = (day + 8 + number) % 28 + 1
        sequence = 200 + 2 * number + int(old[16]) % 2
        digits = f"{_REGION}{old[6:12]}{day:02}{sequence:03}"
        total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
        return digits + "10X98765432"[total % 11]

    def _phone(self, _old: str) -> str:
        return f"1990000{7001 + self._count(_PHONE.pattern):04}"

    def _mail(self, _old: str) -> str:
        return f"person{self._count(_MAIL.pattern) + 1}@example.org"

    def _code(self, old: str) -> str:
        """Give a code of the same form with other digits."""
        return re.sub(r"\d", lambda _digit: str(self._dice.randint(1, 9)), old)

    def _words(self, _old: str) -> str:
        return f"text {self._count('code') + 1}"

    def _han(self, old: str) -> str:
        if not _HAN_NAME.fullmatch(old):
            return f"记录文字{self._count('text') + 1}"
        number = self._count("name")
        given = _GIVEN[number % len(_GIVEN)]
        return _SURNAMES[number * 7 % len(_SURNAMES)] + given


def marked_fields(schemas: Mapping[str, Any]) -> dict[str, str]:
    """Give the fields of forms whose numbers, choices and dates are personal: kinds by names."""
    found: dict[str, str] = {}
    waiting = [one for schema in schemas.values() for one in schema.get("components") or ()]
    while waiting:
        one = waiting.pop()
        waiting.extend(one.get("components") or ())
        name = forms.name_of(one)
        mark = (one.get("properties") or {}).get("linbang:sensitive")
        if name and mark in DECIDING and one["type"] not in {"textfield", "textarea"}:
            found[name] = one["type"]
    return found
