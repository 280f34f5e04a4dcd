"""What an edition of the calendar consists of, as plain data, as text, and as calendars. Pure; stores nothing.

The nearest office decides: what a sub-district says of a day is stronger than what the district says of it, and
either is stronger than the notices. Business hours are those of the nearest office that has its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendar import Calendar, Notice, PackagedDays


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """A day on which an office is closed or open otherwise than the country. change: what brought it."""

    day: date
    works: bool
    label: str
    change: int


@dataclass(frozen=True, slots=True)
class OfficeRules:
    """What one office has of its own. hours: when it opens and closes; None for those of the office above."""

    days: tuple[OfficeDay, ...] = ()
    hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything that working days were counted by from one change to the next.

    since: when it came into force, in milliseconds. packaged: the label of the packaged days. zone, opens, closes: of every office without hours of its own.
    """

    number: int
    since: int
    packaged: str
    notices: tuple[Notice, ...]
    offices: Mapping[int, OfficeRules] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    opens: time = time(9)
    closes: time = time(17)

    def country(self, packaged: PackagedDays) -> Calendar:
        """Give the calendar of an office that has nothing of its own."""
        return Calendar(self.notices, ZoneInfo(self.zone), self.opens, self.closes, packaged=packaged)

    def calendar(self, chain: Sequence[int], packaged: PackagedDays) -> Calendar:
        """Give the calendar of an office. chain: the office and those above it.

        Raises InvalidInput when what the offices say cannot be: hours that end before they begin, too many days.
        """
        rules = [self.offices[one] for one in chain if one in self.offices]
        made = self.country(packaged)
        hours = next((one.hours for one in rules if one.hours is not None), None)
        if hours is not None:
            made = Calendar(self.notices, made.zone, *hours, packaged=packaged)
        for rule in reversed(rules):
            for label in dict.fromkeys(one.label for one in rule.days):
                days = [one for one in rule.days if one.label == label]
                made = made.with_overrides(
                    off=[one.day for one in days if not one.works],
                    on=[one.day for one in days if one.works],
                    label=label,
                )
        return made

    def pack(self) -> str:
        """Give it as text; number and moment are kept apart."""
        return json.dumps(
            {
                "packaged": self.packaged,
                "zone": self.zone,
                "hours": _pack_hours((self.opens, self.closes)),
                "notices": [_pack_notice(one) for one in self.notices],
                "offices": {str(office): _pack_rules(rules) for office, rules in self.offices.items()},
            },
            ensure_ascii=False,
        )

    @classmethod
    def unpack(cls, number: int, since: int, text: str) -> Edition:
        """Give back what pack gave."""
        found = json.loads(text)
        opens, closes = _unpack_hours(found["hours"])
        return cls(
            number,
            since,
            found["packaged"],
            tuple(_unpack_notice(one) for one in found["notices"]),
            {int(office): _unpack_rules(rules) for office, rules in found["offices"].items()},
            found["zone"],
            opens,
            closes,
        )


def edition_of(calendar: Calendar, since: int = 0) -> Edition:
    """Give the first edition: every office has this calendar."""
    return Edition(
        0,
        since,
        calendar.packaged.label,
        calendar.notices,
        {},
        calendar.zone.key,
        calendar.opens,
        calendar.closes,
    )


def pack_days(days: PackagedDays) -> str:
    """Give packaged days as text; the label is kept apart."""
    return json.dumps({"off": _pack_named(days.off), "on": _pack_named(days.on)}, ensure_ascii=False)


def unpack_days(label: str, text: str) -> PackagedDays:
    """Give back what pack_days gave."""
    found = json.loads(text)
    return PackagedDays(label, _unpack_named(found["off"]), _unpack_named(found["on"]))


def _pack_rules(rules: OfficeRules) -> dict[str, Any]:
    days = [[one.day.isoformat(), one.works, one.label, one.change] for one in rules.days]
    return {"days": days, "hours": _pack_hours(rules.hours) if rules.hours else None}


def _unpack_rules(packed: Mapping[str, Any]) -> OfficeRules:
    days = tuple(
        OfficeDay(date.fromisoformat(day), works, label, change)
        for day, works, label, change in packed["days"]
    )
    return OfficeRules(days, _unpack_hours(packed["hours"]) if packed["hours"] else None)


def _pack_notice(notice: Notice) -> dict[str, Any]:
    return {
        "year": notice.year,
        "number": notice.number,
        "date": notice.issued_on.isoformat(),
        "off": _pack_named(notice.off),
        "on": _pack_named(notice.on),
    }


def _unpack_notice(packed: Mapping[str, Any]) -> Notice:
    return Notice(
        packed["year"],
        packed["number"],
        date.fromisoformat(packed["date"]),
        _unpack_named(packed["off"]),
        _unpack_named(packed["on"]),
    )


def _pack_named(days: Mapping[date, str]) -> list[list[str]]:
    return [[day.isoformat(), name] for day, name in days.items()]


def _unpack_named(packed: Sequence[Sequence[str]]) -> dict[date, str]:
    return {date.fromisoformat(day): name for day, name in packed}


def _pack_hours(hours: tuple[time, time]) -> list[str]:
    return [one.isoformat("minutes") for one in hours]


def _unpack_hours(packed: Sequence[str]) -> tuple[time, time]:
    opens, closes = map(time.fromisoformat, packed)
    return opens, closes
