"""Says where in a filled installation there is something to see, for whoever walks through its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.store.rows import UserTaskRow
    from webui.wiring import Installation

BIGGEST = 5
FIELDLESS = frozenset({"group", "text", "separator", "spacer", "button"})

Sight = tuple[str, str]
"""Who looks, by user name, and the page."""


def sights(found: Installation) -> dict[str, Sight]:
    """Give pages worth seeing by a name for each; what the cases of the installation do not have is left out."""
    runtime, ids = found.runtime, found.cases.ids()
    pages: dict[str, Sight] = {}
    for name, most in (
        ("case-related", _most(ids, lambda case_id: len(runtime.relations.of_case(case_id)))),
        ("case-told", _most(ids, lambda case_id: len(runtime.deliveries.of_case(case_id)))),
        ("case-asked", _most(ids, lambda case_id: _asked(found, case_id))),
    ):
        if most is not None:
            pages[name] = ("supervisor", f"/cases/{most}")
    if "case-asked" in pages:
        pages["sharing"] = ("supervisor", f"{pages['case-asked'][1]}/sharing")
    for listed in runtime.incidents.open(set(runtime.offices.rows), size=50):
        kind = "incident-message" if listed.number < 0 else "incident-call"
        pages.setdefault(kind, ("operator", f"/incidents/{listed.id}"))
    return pages | dict(_tasks(found, ids))


def _most(ids: list[int], count: Callable[[int], int]) -> int | None:
    """Give the case with the most of something; None where no case has any."""
    counted = {case_id: count(case_id) for case_id in ids}
    best = max(counted, key=lambda case_id: counted[case_id], default=None)
    return best if best is not None and counted[best] else None


def _asked(found: Installation, case_id: int) -> int:
    return sum(row.event == "service_answered" for row in found.cases.history(case_id))


def _tasks(found: Installation, ids: list[int]) -> Iterator[tuple[str, Sight]]:
    """Give the open tasks with the biggest forms, each element once, with somebody of their group."""
    people = {
        membership: row.username
        for row in reversed(found.runtime.people.persons())
        for membership in found.runtime.people.memberships(row.id)
    }
    open_tasks: dict[str, tuple[int, UserTaskRow]] = {}
    for case_id in ids:
        row = found.cases.instance(case_id)
        if row is None or row.state != "active":
            continue
        for task in found.cases.user_tasks(case_id):
            if task.assignee is None and (task.candidate_group, task.office_id) in people:
                definition = found.runtime.catalogue.get(row.definition_id)
                open_tasks[task.element_id] = (_size(definition, task.element_id), task)
    biggest = sorted(open_tasks.values(), key=lambda one: -one[0])[:BIGGEST]
    for _fields, task in biggest:
        who = people[task.candidate_group, task.office_id]
        yield f"task-{task.element_id}", (who, f"/tasks/{task.id}")


def _size(definition: Definition, element_id: str) -> int:
    form = definition.elements[element_id].form
    return _fields(definition.forms[form]) if form else 0


def _fields(component: Mapping[str, Any]) -> int:
    own = int(component.get("type") not in FIELDLESS)
    return own + sum(_fields(one) for one in component.get("components", ()))
