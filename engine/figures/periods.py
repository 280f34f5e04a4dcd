"""Weeks and months, as figures are counted by them; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from engine.errors import InvalidInput

WEEK, MONTH = "week", "month"
_WRITTEN = re.compile(r"(\d{4})-(?:W(\d{2})|(\d{2}))", re.ASCII)
_A_DAY = timedelta(days=1)
_A_WEEK = timedelta(days=7)
_MARGIN = 2


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A week or a month. first, last: its days, both included; a week begins on Monday (ISO 8601)."""

    first: date
    last: date
    kind: str

    @classmethod
    def of(cls, day: date, kind: str) -> Period:
        """Give the week or the month of a day."""
        if kind == WEEK:
            first = day - timedelta(days=day.weekday())
            return cls(first, first + _A_WEEK - _A_DAY, WEEK)
        first = day.replace(day=1)
        return cls(first, (first + timedelta(days=31)).replace(day=1) - _A_DAY, MONTH)

    @classmethod
    def read(cls, text: str) -> Period:
        """Read `2026-W46` or `2026-11`; raises InvalidInput (`period_unknown`) for anything else."""
        found = _WRITTEN.fullmatch(text)
        try:
            if found is None or not MINYEAR + _MARGIN <= int(found[1]) <= MAXYEAR - _MARGIN:
                raise ValueError(text)  # noqa: TRY301 - said in one place
            if found[2]:
                return cls.of(date.fromisocalendar(int(found[1]), int(found[2]), 1), WEEK)
            return cls.of(date(int(found[1]), int(found[3]), 1), MONTH)
        except ValueError as exc:
            raise InvalidInput(
                f"Expected a week such as 2026-W46 or a month such as 2026-11, but got {text[:20]!r}",
                code="period_unknown",
            ) from exc

    @property
    def key(self) -> str:
        """Give how it is written: `2026-W46` or `2026-11`. Sorts by time among its kind."""
        if self.kind == WEEK:
            year, week, _day = self.first.isocalendar()
            return f"{year:04}-W{week:02}"
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> Period:
        """Give the one before."""
        return Period.of(self.first - _A_DAY, self.kind)

    def last_ones(self, count: int) -> list[Period]:
        """Give so many, this one the last."""
        found = [self]
        while len(found) < count:
            found.append(found[-1].before)
        return found[::-1]

    @property
    def months(self) -> list[Period]:
        """Give the months that it touches."""
        first = Period.of(self.first, MONTH)
        last = Period.of(self.last, MONTH)
        return [first] if first == last else [first, last]
