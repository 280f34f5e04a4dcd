"""The yearly notices of the State Council on holidays: reads their files, refuses what cannot be one.

A new notice is a new file `<year>.yaml` in this folder; `2026.yaml` shows the form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from engine.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_CHARS = 20_000

_SATURDAY = 5
_FIRST_NOTICE = 2025  # the law of today; `chinesecalendar` knows the years before
_LAST_NOTICE = 2199

# 全国年节及纪念日放假办法 as in force since 2025-01-01: those of its 13 days that have a Gregorian date.
FIXED_HOLIDAYS = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A yearly notice on holidays: days of rest and make-up days, each with the name of its holiday."""

    year: int
    number: str
    issued_on: date
    off: Mapping[date, str]
    on: Mapping[date, str]


@cache
def shipped_notices() -> tuple[Notice, ...]:
    """Read the notices that came with this release."""
    folder = resources.files("engine.notices")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(read_notice(file.read_text("utf-8"), file.name) for file in files)


def read_notice(text: str, filename: str) -> Notice:
    """Read a notice file; `2026.yaml` shows the form.

    Raises InvalidInput naming file, line, and what was expected there: for text that is no YAML, unknown,
    repeated or missing keys, a date outside the notice's year, a day named twice, an `on` day that is
    no weekend day, and a holiday of fixed date that is not off.
    """
    return _NoticeReader(filename).read(text)


@dataclass(frozen=True, slots=True)
class _NoticeReader:
    """Reads YAML nodes instead of values, because only nodes know their lines."""

    filename: str

    def read(self, text: str) -> Notice:
        if len(text) > MAX_CHARS:
            raise self._problem(None, f"at most {MAX_CHARS} characters", f"there are {len(text)}")
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise self._problem(line, "YAML", getattr(error, "problem", None) or "it is none") from error
        fields = self._fields(root, ("year", "number", "date", "off", "on"))
        year = self._year(fields["year"])
        off = self._days(fields["off"], year, "off")
        on = self._days(fields["on"], year, "on", taken=off)
        for month, day in FIXED_HOLIDAYS:
            if (fixed := date(year, month, day)) not in off:
                raise self._problem(
                    fields["off"], f"the statutory holiday {fixed} among the days off", "it is missing"
                )
        return Notice(
            year=year,
            number=self._text(fields["number"], "the notice's number"),
            issued_on=self._issued_on(fields["date"], year),
            off=off,
            on=on,
        )

    def _fields(self, node: yaml.Node | None, expected: Sequence[str]) -> dict[str, yaml.Node]:
        fields = self._mapping(node, f"the keys {', '.join(expected)}")
        for key, value in fields.items():
            if key not in expected:
                raise self._problem(value, f"only the keys {', '.join(expected)}", f"got '{key}'")
        if missing := [key for key in expected if key not in fields]:
            raise self._problem(node, f"the key '{missing[0]}'", "it is missing")
        return fields

    def _mapping(self, node: yaml.Node | None, expected: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._problem(node, expected, "got something else")
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self._text(key_node, "a key")
            if key in found:
                raise self._problem(key_node, "each key once", f"'{key}' is there again")
            found[key] = value
        return found

    def _text(self, node: yaml.Node, expected: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self._problem(node, expected, "got something else")
        return str(node.value).strip()

    def _year(self, node: yaml.Node) -> int:
        text = self._text(node, "a year")
        if not (text.isascii() and text.isdigit() and _FIRST_NOTICE <= int(text[:5]) <= _LAST_NOTICE):
            raise self._problem(node, f"a year from {_FIRST_NOTICE} to {_LAST_NOTICE}", f"got '{text}'")
        return int(text)

    def _issued_on(self, node: yaml.Node, year: int) -> date:
        issued_on = self._date(node)
        if issued_on.year not in {year - 1, year}:
            raise self._problem(node, f"a notice issued in {year - 1} or {year}", f"got {issued_on}")
        return issued_on

    def _days(
        self, node: yaml.Node, year: int, key: str, taken: Mapping[date, str] | None = None
    ) -> dict[date, str]:
        """Read holiday names with their days; refuses a day that is taken by the other list."""
        days: dict[date, str] = {}
        for name, listed in self._mapping(
            node, f"names of holidays, each with its days, under '{key}'"
        ).items():
            if not isinstance(listed, yaml.SequenceNode):
                raise self._problem(listed, f"a list of dates for '{name}'", "got something else")
            for item in listed.value:
                day = self._date(item)
                # The notice for 2019 made 2018-12-29 a working day: New Year reaches back into December.
                if day.year != year and (day.year, day.month) != (year - 1, 12):
                    raise self._problem(item, f"a date of {year} or of the December before", f"got {day}")
                if day in days or day in (taken or {}):
                    raise self._problem(item, "each day once, either off or on", f"{day} is there again")
                if key == "on" and day.weekday() < _SATURDAY:
                    raise self._problem(
                        item, "a Saturday or Sunday to be worked", f"{day} is a working day anyway"
                    )
                days[day] = name
        return days

    def _date(self, node: yaml.Node) -> date:
        text = self._text(node, "a date such as 2026-01-01")
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:
            raise self._problem(node, "a date such as 2026-01-01", f"got '{text[:40]}'")
        return day

    def _problem(self, where: yaml.Node | int | None, expected: str, found: str) -> InvalidInput:
        line = where.start_mark.line + 1 if isinstance(where, yaml.Node) else where or 1
        return InvalidInput(
            f"{self.filename}, line {line}: Expected {expected}, but {found}",
            code="invalid_notice",
            file=self.filename,
            line=line,
        )
