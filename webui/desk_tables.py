"""The tables of the supervisor's overview: counts added up by a part of their place, the worst lines first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from engine.store.work import Count

from .page import installation
from .words import element_name, office_name, person_name, service_name
from .words.desk import NOBODY, STANDINGS

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.store.work import Counts

MAX_LINES = 50

Line = tuple[str, str, dict[str, str], Count]
"""A name, what is said below it, the filter of the list behind it, and its numbers."""


class Tables:
    """What the counts say by service, office, person and step. Reads names once, for all lines."""

    def __init__(self, counts: Counts) -> None:
        runtime = installation().runtime
        self._counts = counts
        self._services: Mapping[str, Definition] = {
            key: found[1] for key, found in runtime.catalogue.services().items()
        }
        self._offices = runtime.offices.rows
        self._names = {row.id: person_name(row) for row in runtime.people.persons()}
        self._list = url_for("desk.work")
        self._standings = [(key, str(STANDINGS[key])) for key in ("late", "at_risk", "paused")]

    def all(self) -> list[dict[str, Any]]:
        """Give the four tables, each with title, heading, lines, and how many lines it leaves out."""
        parts = [
            (_("By service"), _("Service"), self._by(lambda place: place[1], self._of_service)),
            (_("By office"), _("Office"), self._by(lambda place: place[0], self._of_office)),
            (_("By person"), _("Person"), [self._of_person(*one) for one in self._counts.people.items()]),
            (_("By step"), _("Step"), self._by(lambda place: place[1:], self._of_step)),
        ]
        return [
            {
                "title": title,
                "heading": heading,
                "lines": self._worst(lines),
                "more": max(0, len(lines) - MAX_LINES),
            }
            for title, heading, lines in parts
        ]

    def service(self, key: str) -> str:
        """Say what a service is called."""
        found = self._services.get(key)
        return service_name(found) if found else key

    def _by(
        self, key: Callable[[tuple[int, str, str]], Any], line: Callable[[Any, Count], Line]
    ) -> list[Line]:
        """Add the counts up by a part of their place."""
        found: dict[Hashable, Count] = defaultdict(Count)
        for place, count in self._counts.places.items():
            found[key(place)] += count
        return [line(part, count) for part, count in found.items()]

    def _of_service(self, key: str, count: Count) -> Line:
        return self.service(key), "", {"service": key}, count

    def _of_office(self, office_id: int, count: Count) -> Line:
        return office_name(self._offices.get(office_id)), "", {"office": str(office_id)}, count

    def _of_step(self, step: tuple[str, str], count: Count) -> Line:
        service, element_id = step
        found = self._services.get(service)
        name = element_name(found, element_id) if found else element_id
        return name, self.service(service), {"service": service, "step": element_id}, count

    def _of_person(self, person_id: int | None, count: Count) -> Line:
        if person_id is None:
            return _("Nobody yet"), "", {"person": NOBODY}, count
        return self._names.get(person_id, "–"), "", {"person": str(person_id)}, count

    def _worst(self, lines: list[Line]) -> list[dict[str, Any]]:
        """Give the worst lines, each number with its list, and the parts of the bar in percent of the longest."""
        lines.sort(key=lambda line: (-line[3].late, -line[3].at_risk, -line[3].total, line[0]))
        longest = max((line[3].total for line in lines[:MAX_LINES]), default=1)
        return [
            {
                "name": name,
                "sub": below,
                "numbers": [
                    {
                        "standing": standing,
                        "words": words,
                        "number": getattr(count, standing),
                        "href": self._address(**where, standing=standing),
                    }
                    for standing, words in self._standings
                ],
                "total": count.total,
                "href": self._address(**where),
                "bar": [round(100 * part / longest, 2) for part in _parts(count)],
            }
            for name, below, where, count in lines[:MAX_LINES]
        ]

    def _address(self, **where: str) -> str:
        return f"{self._list}?{urlencode(where)}"


def _parts(count: Count) -> tuple[int, int, int]:
    return count.late, count.at_risk, count.total - count.late - count.at_risk
