"""Which open tasks a supervisor's list shows: read from its address, and said in addresses and words."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from engine.figures import WEEK, Period
from engine.state import to_ms
from engine.store.work import WorkFilter
from webui.page import installation
from webui.words import element_name, group_name, office_name, person_name, service_name
from webui.words.desk import NOBODY, STANDINGS, THIS_WEEK

_FILTERS = ("standing", "service", "office", "step", "person", "group")
_MAX_ID_DIGITS = 19
_MAX_LENGTH = 100


def read() -> WorkFilter:
    """Read the filter; what is unknown is left out."""
    standing = request.args.get("standing")
    return WorkFilter(
        standing=standing if standing in STANDINGS and standing != THIS_WEEK else None,
        service_key=request.args.get("service") or None,
        office_id=id_of(request.args.get("office", "")),
        element_id=request.args.get("step") or None,
        assignee=id_of(request.args.get("person", "")),
        nobody=request.args.get("person") == NOBODY,
        group=request.args.get("group") or None,
        until=end_of_week() if standing == THIS_WEEK else None,
    )


def end_of_week() -> int:
    """Give when the present week ends: Sunday, 24:00."""
    runtime = installation().runtime
    return to_ms(runtime.calendar.end_of_day(Period.of(runtime.today(), WEEK).last))


def kept() -> dict[str, str]:
    """Give the filter as it stands in the address."""
    return {name: request.args[name][:_MAX_LENGTH] for name in _FILTERS if request.args.get(name)}


def address(**more: str | None) -> str:
    """Give the address of the list with the same filter, and some parts of it changed; None leaves one out."""
    filters: dict[str, Any] = {**kept(), **more}
    return url_for("desk.work", **filters)


def choices(offices: list[int]) -> dict[str, list[tuple[str, str]]]:
    """Give what each field of the filter offers."""
    runtime = installation().runtime
    return {
        "standing": [(key, str(words)) for key, words in STANDINGS.items()],
        "service": [(key, service_name(found[1])) for key, found in runtime.catalogue.services().items()],
        "office": [(str(one), office_name(runtime.offices.rows[one])) for one in offices],
        "group": [(key, group_name(runtime.groups, key)) for key in runtime.groups],
    }


def chips(chosen: dict[str, str]) -> list[tuple[str, str]]:
    """Name the filters that have no field of their own, each with the address of the list without it."""
    found = []
    if "step" in chosen:
        name = _step(chosen.get("service", ""), chosen["step"])
        found.append((_("Step: %(name)s", name=name), address(step=None)))
    if "person" in chosen:
        row = installation().runtime.people.person(person_id=id_of(chosen["person"]) or 0)
        name = _("Nobody yet") if chosen["person"] == NOBODY else person_name(row) if row else "–"
        found.append((_("Person: %(name)s", name=name), address(person=None)))
    return found


def id_of(text: str) -> int | None:
    """Read an id; None for what is none."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_ID_DIGITS else None


def _step(service_key: str, element_id: str) -> str:
    found = installation().runtime.catalogue.services().get(service_key)
    return element_name(found[1], element_id) if found else element_id
