"""The tables of the supervisor's overview: counts added up by a part of their place, the worst lines first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from engine.store.work import Count
from webui.page import installation
from webui.words import element_name, office_name, person_name, service_name
from webui.words.desk import NOBODY, STANDINGS

from .sheets import MAX_EXPORTED

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.store.work import Place

MAX_LINES = 50

Line = tuple[str, str, dict[str, str], Count]
"""A name, what is said below it, the filter of the list behind it, and its numbers."""
Table = dict[str, Any]


class Tables:
    """Puts counts into tables, each with title, heading, lines, and how many lines it leaves out.

    every: leaves none out.
    """

    def __init__(self, *, every: bool = False) -> None:
        runtime = installation().runtime
        self._services: Mapping[str, Definition] = {
            key: found[1] for key, found in runtime.catalogue.services().items()
        }
        self._offices = runtime.offices.rows
        self._list = url_for("desk.work")
        self._standings = [(key, str(STANDINGS[key])) for key in ("late", "at_risk", "on_time", "paused")]
        self._most = MAX_EXPORTED if every else MAX_LINES

    def of_places(self, counts: Mapping[Place, Count]) -> dict[str, Table]:
        """Give the tables `service`, `office` and `step`."""
        services = [self._of_service(*one) for one in _by(counts, lambda place: place[1])]
        offices = [self._of_office(*one) for one in _by(counts, lambda place: place[0])]
        steps = [self._of_step(*one) for one in _by(counts, lambda place: place[1:])]
        return {
            "service": self._table(_("By service"), _("Service"), services),
            "office": self._table(_("By office"), _("Office"), offices),
            "step": self._table(_("By step"), _("Step"), steps),
        }

    def of_people(self, counts: Mapping[int | None, Count]) -> Table:
        """Give the table by person."""
        names = {row.id: person_name(row) for row in installation().runtime.people.persons()}
        lines = [_of_person(person_id, names, count) for person_id, count in counts.items()]
        return self._table(_("By person"), _("Person"), lines)

    def service(self, key: str) -> str:
        """Say what a service is called."""
        found = self._services.get(key)
        return service_name(found) if found else key

    def _table(self, title: str, heading: str, lines: list[Line]) -> Table:
        more = max(0, len(lines) - self._most)
        return {"title": title, "heading": heading, "lines": self._worst(lines), "more": more}

    def _of_service(self, key: str, count: Count) -> Line:
        return self.service(key), "", {"service": key}, count

    def _of_office(self, office_id: int, count: Count) -> Line:
        return office_name(self._offices.get(office_id)), "", {"office": str(office_id)}, count

    def _of_step(self, step: tuple[str, str], count: Count) -> Line:
        service, element_id = step
        found = self._services.get(service)
        name = element_name(found, element_id) if found else element_id
        return name, self.service(service), {"service": service, "step": element_id}, count

    def _worst(self, lines: list[Line]) -> list[dict[str, Any]]:
        """Give the worst lines, each number with its list, and the parts of the bar in percent of the longest."""
        lines.sort(key=lambda line: (-line[3].late, -line[3].at_risk, -line[3].total, line[0]))
        longest = max((line[3].total for line in lines[: self._most]), default=1)
        return [
            {
                "name": name,
                "sub": below,
                "numbers": [
                    {
                        "standing": standing,
                        "words": words,
                        "number": getattr(count, standing),
                        "href": f"{href}&standing={standing}",
                    }
                    for standing, words in self._standings
                ],
                "total": count.total,
                "href": href,
                "bar": [round(100 * part / longest, 2) for part in _parts(count)],
            }
            for name, below, where, count in lines[: self._most]
            for href in (f"{self._list}?{urlencode(where)}",)
        ]


def _by(counts: Mapping[Place, Count], part: Callable[[Place], Any]) -> Iterable[tuple[Any, Count]]:
    """Add the counts up by a part of their place."""
    found: dict[Any, list[Count]] = defaultdict(list)
    for place, count in counts.items():
        found[part(place)].append(count)
    return ((key, Count.sum(some)) for key, some in found.items())


def _of_person(person_id: int | None, names: Mapping[int, str], count: Count) -> Line:
    if person_id is None:
        return _("Nobody yet"), "", {"person": NOBODY}, count
    return names.get(person_id, "–"), "", {"person": str(person_id)}, count


def _parts(count: Count) -> tuple[int, int, int]:
    return count.late, count.at_risk, count.total - count.late - count.at_risk
