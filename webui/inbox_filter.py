"""What an inbox's address asks for: whose tasks, and which of them. Reads the address, gives a store's filter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from engine import searching
from engine.errors import EngineError
from engine.saved_filters import DUE, FIELDS, MAX_VALUE, VIEWS
from engine.state import to_ms
from engine.store.inbox import InboxFilter, PutOff

from .page import installation
from .words import element_name, group_name, service_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.definitions import Definition
    from engine.people import Actor
    from engine.store.searching import Hits

MAX_VERSIONS = 10
"""How many versions of a service are looked through for a step of the same name."""

_SOON = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A view with a filter, as somebody asked for it. said: the filter's fields by name, without the view."""

    view: str
    said: Mapping[str, str]

    @property
    def filtered(self) -> bool:
        """Say whether the filter leaves anything out."""
        return bool(self.said)

    def address(self, **more: str) -> dict[str, str]:
        """Give the arguments of the address that asks for the same."""
        return {"view": self.view, **self.said, **more}


def read(arguments: Mapping[str, str], default_view: str) -> Wanted:
    """Read an address; what no filter says is left out."""
    view = arguments.get("view", "")
    said = {name: arguments.get(name, "").strip()[:MAX_VALUE] for name in FIELDS if name != "view"}
    if said["due"] not in DUE:
        said["due"] = ""
    found = {name: value for name, value in said.items() if value}
    return Wanted(view if view in VIEWS else default_view, found)


def read_saved(query: str) -> Wanted:
    """Read the query of a saved filter."""
    return read(dict(parse_qsl(query)), "groups")


def principals_of(actor: Actor, wanted: Wanted) -> frozenset[str]:
    """Give the lists that a view shows; of the groups only the one that was asked for."""
    if wanted.view in {"mine", "put_off"}:
        return frozenset({f"p{actor.person_id}"})
    lists = actor.own_groups if wanted.view == "groups" else actor.others
    group = wanted.said.get("group")
    return frozenset(one for one in lists if not group or one.startswith(f"{group}@") or "@" not in one)


def hits_of(actor: Actor, wanted: Wanted) -> Hits | None:
    """Find the cases that are searched for among those that the person may see; None where nothing is."""
    text = wanted.said.get("q")
    return None if text is None else searching.find(installation().runtime, actor, text)


def filter_of(actor: Actor, wanted: Wanted, hits: Hits | None) -> InboxFilter:
    """Give what the store is asked for. hits: as hits_of gave them."""
    runtime = installation().runtime
    said, now = wanted.said, runtime.clock.now()
    found = view_filter(actor, wanted.view)
    if hits is not None:
        found = replace(found, case_ids=hits.ids)
    if said.get("due") == "overdue":
        found = replace(found, due_before=to_ms(now))
    elif said.get("due") == "soon":
        found = replace(found, due_before=to_ms(now + _SOON))
    elif said.get("due") == "risk":
        found = replace(found, at_risk=True, due_from=to_ms(now))
    if "group" in said and wanted.view != "groups":
        found = replace(found, group=said["group"])
    return replace(found, service_key=said.get("service"), steps=_steps_like(said.get("step", "")))


def view_filter(actor: Actor, view: str) -> InboxFilter:
    """Give what a view leaves out by itself: what one has put off has a list of its own."""
    if view not in {"mine", "put_off"}:
        return InboxFilter()
    assert actor.person_id is not None
    now = installation().runtime.now_ms()
    return InboxFilter(put_off=PutOff(actor.person_id, now, only=view == "put_off"))


def count_new(actor: Actor, view: str, since: int) -> int:
    """Count what came into a view after a moment."""
    where = replace(view_filter(actor, view), since=since)
    return installation().runtime.inbox.count(principals_of(actor, Wanted(view, {})), where)


def options(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    """Give what can be chosen: services, the steps of the person's groups in each, and these groups."""
    runtime = installation().runtime
    groups = sorted(
        {group for group, _office in actor.memberships} | {one[1] for one in actor.borrowed if one[1]}
    )
    services = [(key, definition) for key, (_id, definition) in runtime.catalogue.services().items()]
    steps = [
        (service_name(definition), sorted(_steps_of(key, definition, groups)))
        for key, definition in services
        if wanted.said.get("service", key) == key
    ]
    return {
        "services": [(key, service_name(definition)) for key, definition in services],
        "steps": [(name, found) for name, found in steps if found],
        "groups": [(key, group_name(runtime.groups, key)) for key in groups],
    }


def _steps_of(key: str, definition: Definition, groups: list[str]) -> Iterator[tuple[str, str]]:
    """Give the steps that some groups do, as pairs of words and value; of the same words only one."""
    named = {
        element_name(definition, element.id): f"{key}:{element.id}"
        for element in definition.elements.values()
        if element.kind == "userTask" and element.group in groups
    }
    yield from named.items()


def _steps_like(chosen: str) -> tuple[tuple[str, str], ...]:
    """Give a step and those of other versions that are called the same: a person knows it by its name."""
    key, _colon, element_id = chosen.partition(":")
    if not element_id:
        return ()
    catalogue = installation().runtime.catalogue
    names: dict[str, set[str]] = {}
    for row in catalogue.versions(key)[:MAX_VERSIONS]:
        try:
            definition = catalogue.get(row.id)
        except EngineError:
            continue  # a version that can no longer be read has no names
        for element in definition.elements.values():
            if element.kind == "userTask":
                names.setdefault(element_name(definition, element.id), set()).add(element.id)
    alike = set[str]().union(*(ids for ids in names.values() if element_id in ids))
    return tuple((key, found) for found in sorted(alike | {element_id}))
