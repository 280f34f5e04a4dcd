"""The calendars as one process knows them: reads editions when there are new ones, and asks for nothing on the hot path.

An edition never changes, so what was read stays right; a process that has not heard of the newest one counts by
the one before until it looks again, and cases that went by it follow at their next step or when the change is applied.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from engine.calendar import PackagedDays, installed_days
from engine.calendars.content import Edition, edition_of, pack_days, unpack_days
from engine.errors import NotFound
from engine.store.calendars import EditionRow

if TYPE_CHECKING:
    from engine.calendar import Calendar
    from engine.people import Offices
    from engine.store.calendars import CalendarStore

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KNOWN_FOR_S = 5.0
"""How long a process counts by an edition without asking whether there is a newer one."""


class Known:
    """The editions up to one of them, and the calendars that offices have by each."""

    def __init__(
        self,
        newest: Edition,
        offices: Callable[[], Offices],
        read: Callable[[int], Edition],
        packaged: Callable[[str], PackagedDays],
    ) -> None:
        self.newest = newest
        self._offices, self._read, self._packaged = offices, read, packaged
        self._calendars: dict[tuple[int, tuple[int, ...]], Calendar] = {}
        self._house: tuple[Offices, Calendar] | None = None

    @property
    def number(self) -> int:
        """Give the number of the newest edition."""
        return self.newest.number

    @property
    def house(self) -> Calendar:
        """Give the calendar of the office above all others; of the country where there are several such."""
        offices = self._offices()
        if self._house is None or self._house[0] is not offices:
            tops = [one for one, row in offices.rows.items() if row.parent_id is None]
            made = self.of(tops[0]) if len(tops) == 1 else self._made(self.newest, ())
            self._house = (offices, made)
        return self._house[1]

    def of(self, office_id: int, number: int | None = None) -> Calendar:
        """Give the calendar of an office by an edition, without a number by the newest.

        Raises NotFound (`edition_unknown`) for a number that was never in force.
        """
        edition = self.newest if number is None or number == self.newest.number else self._read(number)
        if not edition.offices:
            return self._made(edition, ())
        chain = self._offices().chain(office_id)
        return self._made(edition, tuple(one for one in chain if one in edition.offices))

    def since(self, number: int) -> datetime:
        """Say when an edition came into force; raises NotFound (`edition_unknown`)."""
        edition = self.newest if number == self.newest.number else self._read(number)
        return _EPOCH + timedelta(milliseconds=edition.since)

    def _made(self, edition: Edition, chain: tuple[int, ...]) -> Calendar:
        key = (edition.number, chain)
        found = self._calendars.get(key)
        if found is None:
            found = self._calendars[key] = edition.calendar(chain, self._packaged(edition.packaged))
        return found


class Calendars:
    """What the installation counts by. Shared by threads."""

    def __init__(
        self,
        store: CalendarStore,
        offices: Callable[[], Offices],
        first: Calendar,
        *,
        fixed: Edition | None = None,
    ) -> None:
        self._store = store
        self._offices = offices
        self._first = first
        self._editions: dict[int, Edition] = {}
        self._packages: dict[str, PackagedDays] = {first.packaged.label: first.packaged}
        self._lock = threading.Lock()
        self._read_at = time.monotonic()
        self.applying: int | None = None
        """A change whose cases are being moved."""
        self._fixed = fixed is not None
        if fixed is not None:
            self.known = self._knowing(fixed)
            return
        number, self.applying = store.newest()
        self.known = self._knowing(edition_of(first) if number is None else self.edition(number))

    def keep_first(self, now: int) -> None:
        """Keep what this release ships as the first edition of a new installation, so that none after it moves a date."""
        first = edition_of(self._first)
        row = EditionRow(first.number, now, None, first.pack())
        if self._store.keep_first(row, first.packaged, pack_days(self._first.packaged)):
            self.refresh(at_once=True)

    def refresh(self, *, at_once: bool = False) -> None:
        """Look whether there is a newer edition when that was too long ago, or at once."""
        with self._lock:
            now = time.monotonic()
            if self._fixed or (not at_once and now - self._read_at < KNOWN_FOR_S):
                return
            number, self.applying = self._store.newest()
            if number is not None and number != self.known.number:
                self.known = self._knowing(self.edition(number))
            self._read_at = now

    def knowing(self, number: int) -> Known:
        """Give what is known, at least up to an edition that another process may have made."""
        if self.known.number < number:
            self.refresh(at_once=True)
        return self.known

    def edition(self, number: int) -> Edition:
        """Give an edition; raises NotFound (`edition_unknown`)."""
        found = self._editions.get(number)
        if found is None:
            row = self._store.edition(number)
            if row is None and number == 0:
                return edition_of(self._first)
            if row is None:
                raise NotFound(
                    f"Expected an edition of the calendar, but {number} is none", code="edition_unknown"
                )
            found = self._editions[number] = Edition.unpack(number, row.created_at, row.content)
        return found

    def packaged(self, label: str) -> PackagedDays:
        """Give the packaged days that an edition names."""
        found = self._packages.get(label)
        if found is None:
            text = self._store.days(label)
            if text is None and label == installed_days().label:
                found = installed_days()
            elif text is None:
                raise NotFound(
                    f"Expected the days of {label}, but they were not kept", code="edition_unknown"
                )
            else:
                found = unpack_days(label, text)
            self._packages[label] = found
        return found

    def foreseen(self, edition: Edition) -> Calendars:
        """Give what would be counted by if an edition were in force; it hears of no newer one."""
        return Calendars(self._store, self._offices, self._first, fixed=edition)

    def version(self, version: str) -> Calendar:
        """Give the calendar that a due date names; raises NotFound (`edition_unknown`) for one that never was."""
        for number in range(self.known.number, -1, -1):
            for office in self._offices().rows or (0,):
                found = self.known.of(office, number)
                if found.version == version:
                    return found
        raise NotFound(
            f"Expected a calendar of the version {version}, but there is none", code="edition_unknown"
        )

    def _knowing(self, newest: Edition) -> Known:
        return Known(newest, self._offices, self.edition, self.packaged)
