"""Which office, service and time a supervisor's figures are about, read from the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request

from engine import supervising
from engine.errors import InvalidInput
from engine.figures import MONTH, WEEK, Period
from engine.state import to_ms
from webui.auth import actor
from webui.page import installation
from webui.words import office_name, service_name
from webui.words.figures import period_words

MONTHS_SHOWN, WEEKS_SHOWN = 13, 14
"""So many periods a page offers to choose from, and draws."""
_MAX_ID_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Choice:
    """What the figures are of. office_id: with all below it; offices: those that may be chosen."""

    office_id: int
    offices: list[int]
    period: Period
    service: str | None

    @property
    def below(self) -> list[int]:
        """Give the chosen office and those below it."""
        known = set(installation().runtime.offices.below(self.office_id))
        return [one for one in self.offices if one in known]

    @property
    def children(self) -> list[int]:
        """Give the offices right below the chosen one, or itself where there are none."""
        rows = installation().runtime.offices.rows
        found = [one for one in self.offices if rows[one].parent_id == self.office_id]
        return found or ([self.office_id] if self.office_id in rows else [])

    @property
    def lately(self) -> list[Period]:
        """Give the periods up to the chosen one that a chart draws."""
        return self.period.last_ones(WEEKS_SHOWN if self.period.kind == WEEK else MONTHS_SHOWN)

    @property
    def moments(self) -> tuple[int, int]:
        """Give when the period begins and ends, in milliseconds, the second excluded."""
        calendar = installation().runtime.calendar
        first, last = self.period.first, self.period.last
        return to_ms(calendar.start_of_day(first)), to_ms(calendar.end_of_day(last))

    @property
    def by_month(self) -> Choice:
        """Give the same for the month of its first day, where only months are counted."""
        return replace(self, period=Period.of(self.period.first, MONTH))

    def address(self, **more: Any) -> dict[str, Any]:
        """Give the arguments of an address about the same, with some changed; None leaves one out."""
        kept = {"office": self.office_id, "period": self.period.key, "service": self.service, **more}
        return {name: value for name, value in kept.items() if value is not None}


def chosen(*, kind: str = MONTH) -> Choice:
    """Read what is asked for; anything unknown falls back to the own office and the present month or week.

    Raises NotAllowed for anybody but a supervisor.
    """
    runtime = installation().runtime
    offices = supervising.supervised_offices(runtime, actor())
    office = request.args.get("office", "")
    wanted = int(office) if office.isdecimal() and office.isascii() and len(office) < _MAX_ID_DIGITS else 0
    service = request.args.get("service") or None
    return Choice(
        wanted if wanted in offices else actor().office_id or 0,
        offices,
        read_period(request.args.get("period", ""), kind),
        service if service in runtime.catalogue.services() else None,
    )


def read_period(text: str, kind: str) -> Period:
    """Read a period; the present one of a kind for anything else, or for one that is still to come."""
    present = Period.of(installation().runtime.today(), kind)
    try:
        found = Period.read(text)
    except InvalidInput:
        return present
    return found if found.first <= present.last else present


def fields(choice: Choice, *, weeks: bool = True) -> dict[str, Any]:
    """Give what the form above the figures offers; weeks: where these are counted, too."""
    runtime = installation().runtime
    today = runtime.today()
    periods = [
        Period.of(today, kind).last_ones(count)[::-1]
        for kind, count in ((MONTH, MONTHS_SHOWN), (WEEK, WEEKS_SHOWN))
    ]
    listed = [[(one.key, period_words(one)) for one in some] for some in periods]
    keys = {key for some in listed for key, _words in some}
    return {
        "offices": [(one, office_name(runtime.offices.rows[one])) for one in choice.offices],
        "services": [(key, service_name(found[1])) for key, found in runtime.catalogue.services().items()],
        "months": listed[0],
        "weeks": listed[1] if weeks else [],
        "other": None if choice.period.key in keys else (choice.period.key, period_words(choice.period)),
    }
