"""Which days are working days in the People's Republic, and why; refuses days outside 1900–2199.

Four sources, the stronger first: an office's own overrides, the yearly notices of the State Council
shipped in `notices/`, the package `chinesecalendar`, the law's holidays of fixed date. A year that
neither a notice nor the package knows is *provisional*: its lunar holidays and make-up days are missing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import metadata
from itertools import accumulate
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays as packaged_holidays
from chinese_calendar.constants import workdays as packaged_workdays

from engine.errors import InvalidInput
from engine.notices import FIXED_HOLIDAYS, Notice, read_notice, shipped_notices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "BEIJING",
    "FIRST_YEAR",
    "LAST_YEAR",
    "MAX_DAYS",
    "Calendar",
    "DayInfo",
    "DayKind",
    "Notice",
    "PackagedDays",
    "installed_days",
    "read_notice",
    "shipped_notices",
]

BEIJING = ZoneInfo("Asia/Shanghai")

FIRST_YEAR = 1900
LAST_YEAR = 2199
MAX_DAYS = 5000  # about twenty years of working days: longer than any limit of the law
MAX_OVERRIDES = 5000

_SATURDAY = 5
_A_DAY = timedelta(days=1)

# The package names holidays in English; people know them by the names of the notices.
_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}


class DayKind(StrEnum):
    """What a day is to an office."""

    WORKING = "working"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"

    @property
    def works(self) -> bool:
        """Whether such a day is a working day."""
        return self in {DayKind.WORKING, DayKind.MAKE_UP}


@dataclass(frozen=True, slots=True)
class DayInfo:
    """Why a day is a working day or not.

    name: the holiday, or for a make-up day the holiday it pays for, or the label of an override.
    provisional: nobody has published the holidays of its year yet.
    """

    kind: DayKind
    name: str | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PackagedDays:
    """What one release of the package `chinesecalendar` knows: days of rest and make-up days with their names.

    label: the package with its release. An installation keeps them, so that another release of the package
    moves no date by itself.
    """

    label: str
    off: Mapping[date, str]
    on: Mapping[date, str]
    years: frozenset[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "years", frozenset(day.year for day in self.off))


@cache
def installed_days() -> PackagedDays:
    """Give the days of the package that is installed."""
    return PackagedDays(
        f"chinesecalendar {metadata.version('chinesecalendar')}",
        {day: _name_of(name) for day, name in packaged_holidays.items()},
        {day: _name_of(name) for day, name in packaged_workdays.items()},
    )


@dataclass(frozen=True, slots=True)
class _Year:
    """A year made ready for counting: its working days, and how many there are up to each day."""

    start: int
    days: tuple[date, ...]
    through: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days and hours of an office; never changes, and equals another of the same version.

    Every method refuses with InvalidInput a day outside FIRST_YEAR to LAST_YEAR and a datetime where
    a date is meant, since its date depends on the zone.
    """

    notices: tuple[Notice, ...]
    zone: ZoneInfo = BEIJING
    opens: time = time(9)
    closes: time = time(17)
    overrides: Mapping[date, DayInfo] = field(default_factory=dict)
    packaged: PackagedDays = field(default_factory=installed_days, repr=False)
    version: str = field(init=False)
    _noticed: Mapping[date, DayInfo] = field(init=False, repr=False)
    _known_years: frozenset[int] = field(init=False, repr=False)
    _years: dict[int, _Year] = field(init=False, repr=False)

    @classmethod
    def standard(
        cls,
        notices: Sequence[Notice] | None = None,
        *,
        zone: ZoneInfo = BEIJING,
        opens: time = time(9),
        closes: time = time(17),
    ) -> Calendar:
        """Make the calendar of the whole country, by default from the notices that are shipped.

        Raises InvalidInput when two notices are for one year or the office closes before it opens.
        """
        return cls(shipped_notices() if notices is None else tuple(notices), zone, opens, closes)

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise InvalidInput(
                f"Expected an office to close after it opens at {self.opens}, but it closes at {self.closes}",
                code="invalid_hours",
            )
        noticed: dict[date, DayInfo] = {}
        for notice in sorted(self.notices, key=lambda notice: notice.year):
            noticed |= {day: DayInfo(DayKind.HOLIDAY, name) for day, name in notice.off.items()}
            noticed |= {day: DayInfo(DayKind.MAKE_UP, name) for day, name in notice.on.items()}
        years = [notice.year for notice in self.notices]
        if len(set(years)) < len(years):
            raise InvalidInput(f"Expected one notice a year, but got {sorted(years)}", code="invalid_notice")
        object.__setattr__(self, "_noticed", noticed)
        object.__setattr__(self, "_known_years", self.packaged.years.union(years))
        object.__setattr__(self, "_years", {})
        object.__setattr__(self, "version", self._digest())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and other.version == self.version

    def __hash__(self) -> int:
        return hash(self.version)

    def with_overrides(self, *, off: Iterable[date] = (), on: Iterable[date] = (), label: str) -> Calendar:
        """Make a calendar in which the office is closed or open on other days than the country.

        An override is stronger than any notice, a later one stronger than an earlier. An `on` day that
        works anyway only undoes an earlier `off`. The label says why, in the words of the office. An
        override does not settle a provisional year. Raises InvalidInput when a day is both off and on,
        or there are more than MAX_OVERRIDES.
        """
        closed, opened = frozenset(off), frozenset(on)
        if both := closed & opened:
            raise InvalidInput(
                f"Expected each day either off or on, but {min(both)} is both", code="invalid_override"
            )
        overrides = dict(self.overrides)
        for day in closed | opened:
            self._year(day)
            usual = self._national(day)
            if day in closed:
                overrides[day] = DayInfo(DayKind.CLOSED, label)
            else:
                overrides[day] = usual if usual.kind.works else DayInfo(DayKind.MAKE_UP, label)
        if len(overrides) > MAX_OVERRIDES:
            raise InvalidInput(
                f"Expected at most {MAX_OVERRIDES} overridden days, but got {len(overrides)}",
                code="invalid_override",
            )
        return replace(self, overrides=overrides)

    @property
    def known_years(self) -> frozenset[int]:
        """Give the years whose holidays are published."""
        return self._known_years

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on the day; make-up weekend days count."""
        year = self._year(day)
        at = day.toordinal() - year.start
        return year.through[at] > (year.through[at - 1] if at else 0)

    def is_provisional(self, day: date) -> bool:
        """Whether the holidays of the day's year are not published yet."""
        return day.year not in self._known_years

    def explain(self, day: date) -> DayInfo:
        """Say why the office works on the day or not."""
        self._year(day)
        info = self.overrides.get(day) or self._national(day)
        return replace(info, provisional=True) if self.is_provisional(day) else info

    def add_working_days(self, day: date, n: int) -> date:
        """Give the n-th working day after the day (which is day 0), or before it when n is negative.

        Raises InvalidInput when n is beyond ±MAX_DAYS.
        """
        _require_count(n, -MAX_DAYS)
        year = self._year(day)
        if n == 0:
            return day
        at = day.toordinal() - year.start
        index = n - 1 + year.through[at] if n > 0 else n + (year.through[at - 1] if at else 0)
        number = day.year
        while index >= len(year.days):
            index -= len(year.days)
            number += 1
            year = self._year(_first_day(number))
        while index < 0:
            number -= 1
            year = self._year(_first_day(number))
            index += len(year.days)
        return year.days[index]

    def working_days_between(self, a: date, b: date) -> int:
        """Count the working days in (a, b]: after a, up to and including b; negative when b is before a."""
        if b < a:
            return -self.working_days_between(b, a)
        first, last = self._year(a), self._year(b)
        whole = sum(len(self._year(_first_day(number)).days) for number in range(a.year, b.year))
        return whole + last.through[b.toordinal() - last.start] - first.through[a.toordinal() - first.start]

    def next_working_day(self, day: date) -> date:
        """Give the day itself when it is a working day, else the first one after it."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def public_notice_end(self, posted_on: date, days: int) -> date:
        """Give the last day of a public notice: the posting day is not counted, a rest day moves on.

        Source: 民法典 art. 201 and 203. Raises InvalidInput when days is not from 1 to MAX_DAYS.
        """
        _require_count(days, 1)
        self._year(posted_on)
        return self.next_working_day(posted_on + timedelta(days=days))

    def start_of_day(self, day: date) -> datetime:
        """Give 00:00 of the day, in UTC."""
        return self._moment(day, time.min)

    def end_of_day(self, day: date) -> datetime:
        """Give 24:00 of the day, which is 00:00 of the next, in UTC."""
        self._year(day)
        return datetime.combine(day + _A_DAY, time.min, self.zone).astimezone(UTC)

    def start_of_business(self, day: date) -> datetime:
        """Give the moment at which the office opens on the day, in UTC."""
        return self._moment(day, self.opens)

    def close_of_business(self, day: date) -> datetime:
        """Give the moment at which the office closes on the day, in UTC."""
        return self._moment(day, self.closes)

    def local_date(self, moment: datetime) -> date:
        """Give the date that the moment has at the office; raises InvalidInput without a UTC offset."""
        day = self.local_moment(moment).date()
        self._year(day)
        return day

    def local_moment(self, moment: datetime) -> datetime:
        """Give the moment as the office's own clock shows it; raises InvalidInput without a UTC offset."""
        if moment.tzinfo is None:
            raise InvalidInput(f"Expected a moment with a UTC offset, but got {moment}", code="naive_moment")
        try:
            return moment.astimezone(self.zone)
        except OverflowError as error:
            raise InvalidInput(
                f"Expected a moment within time, but got {moment}", code="invalid_date"
            ) from error

    def _moment(self, day: date, at: time) -> datetime:
        self._year(day)
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _year(self, day: date) -> _Year:
        """Find the day's year, built when first asked for."""
        if isinstance(day, datetime):
            raise InvalidInput(f"Expected a date, but got the moment {day}", code="invalid_date")
        found = self._years.get(day.year)
        if found is None:
            _require_year(day.year)
            found = self._years[day.year] = self._build_year(day.year)
        return found

    def _build_year(self, number: int) -> _Year:
        first = date(number, 1, 1)
        days = [first + timedelta(days=n) for n in range((date(number, 12, 31) - first).days + 1)]
        works = [(self.overrides.get(day) or self._national(day)).kind.works for day in days]
        return _Year(
            start=first.toordinal(),
            days=tuple(day for day, working in zip(days, works, strict=True) if working),
            through=tuple(accumulate(works)),
        )

    def _national(self, day: date) -> DayInfo:
        """Say what the day is to the whole country."""
        if day in self._noticed:
            return self._noticed[day]
        if day in self.packaged.off:
            return DayInfo(DayKind.HOLIDAY, self.packaged.off[day])
        if day in self.packaged.on:
            return DayInfo(DayKind.MAKE_UP, self.packaged.on[day])
        if self.is_provisional(day) and (day.month, day.day) in FIXED_HOLIDAYS:
            return DayInfo(DayKind.HOLIDAY, FIXED_HOLIDAYS[day.month, day.day])
        return DayInfo(DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKING)

    def _digest(self) -> str:
        """Digest everything that shapes an answer, so that a stored due date tells what it came from."""
        parts = [self.packaged.label]
        parts += [f"{month}-{day} {name}" for (month, day), name in FIXED_HOLIDAYS.items()]
        parts += [self.zone.key, self.opens.isoformat(), self.closes.isoformat()]
        parts += sorted(f"notice {notice.year} {notice.number} {notice.issued_on}" for notice in self.notices)
        for source in (self._noticed, self.overrides):
            parts += [f"{day} {info.kind} {info.name}" for day, info in sorted(source.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _name_of(packaged: str) -> str:
    return _NAMES.get(packaged, packaged)


def _first_day(number: int) -> date:
    _require_year(number)
    return date(number, 1, 1)


def _require_year(number: int) -> None:
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise InvalidInput(
            f"Expected a date from {FIRST_YEAR} to {LAST_YEAR}, but got one of {number}", code="invalid_date"
        )


def _require_count(n: int, least: int) -> None:
    if not least <= n <= MAX_DAYS:
        raise InvalidInput(
            f"Expected a number of days from {least} to {MAX_DAYS}, but got {n}", code="invalid_limit"
        )
