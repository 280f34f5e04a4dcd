"""Works out who hears of an alert, from the rule, the open tasks and who works where today. Asks and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.definitions.alerts import GROUP, MAIL, PAGE, SMS, WAYS, AlertRule
from engine.errors import InvalidInput
from engine.store.announcing import Announcement, Recipient

if TYPE_CHECKING:
    from engine.definitions import Definition, Groups
    from engine.people import Offices
    from engine.store.announcing import NewAlert, OpenTask, Staff

SUPERVISOR = "supervisor"
INSTEAD = "instead"
"""As what supervisors hear of an alert whose rule finds nobody."""
TOLD, NOBODY, SILENT = "told", "nobody", "silent"


@dataclass(frozen=True, slots=True)
class House:
    """Who works where today, and which messages can be sent at all."""

    staff: Staff
    offices: Offices
    groups: Groups
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """Somebody whom a rule finds."""

    person_id: int
    who: str
    ways: frozenset[str]
    stands_for: int | None = None


def plan(
    alert: NewAlert, definition: Definition, rule: AlertRule, tasks: Sequence[OpenTask], house: House
) -> Announcement:
    """Say who hears of an alert; whoever stands in for an absent one of them hears of it, too.

    Where the rule finds nobody, the supervisors of the office and above are told instead, on the page and by
    mail. Nobody hears of a case that they may not see.
    """
    if not rule.told:
        return Announcement(alert, rule.name, SILENT, ())
    concerned = _concerned(alert, definition, tasks)
    reached, found = TOLD, list(_found(alert, rule, concerned, house))
    if not found:
        reached, found = INSTEAD, list(_instead(alert, house))
    if not found:
        reached = NOBODY
    people = _merged(found).values()
    return Announcement(alert, rule.name, reached, tuple(_recipient(one, house) for one in people))


def _concerned(alert: NewAlert, definition: Definition, tasks: Sequence[OpenTask]) -> list[OpenTask]:
    """Give the open tasks that the clock watches: the task itself, those of its diagram, or else all of the case."""
    declared = definition.deadlines.get(alert.deadline_id)
    scope = definition.elements.get(declared.scope) if declared is not None else None
    if scope is None or scope.id == definition.key:
        return list(tasks)
    if scope.kind == "userTask":
        return [task for task in tasks if task.element_id == scope.id]
    here = [
        task
        for task in tasks
        if task.element_id in definition.elements
        and definition.elements[task.element_id].process == scope.process
    ]
    return here or list(tasks)


def _found(alert: NewAlert, rule: AlertRule, tasks: Sequence[OpenTask], house: House) -> Iterator[_Found]:
    for told in rule.told:
        for person_id in _people(told.who, alert, tasks, house):
            yield from _with_substitutes(_Found(person_id, told.who, told.ways), alert, house)


def _people(who: str, alert: NewAlert, tasks: Sequence[OpenTask], house: House) -> Iterable[int]:
    if who.startswith(GROUP):
        return _members(who.removeprefix(GROUP), alert, house)
    return _PEOPLE[who](alert, tasks, house)


def _assignees(_alert: NewAlert, tasks: Sequence[OpenTask], _house: House) -> Iterable[int]:
    return [task.assignee for task in tasks if task.assignee is not None]


def _leaders(alert: NewAlert, tasks: Sequence[OpenTask], house: House) -> Iterable[int]:
    led = dict.fromkeys(task.candidate_group for task in tasks)
    leaders = dict.fromkeys(house.groups[group].leader for group in led if group in house.groups)
    return [person for group in leaders if group is not None for person in _members(group, alert, house)]


def _members(group: str, alert: NewAlert, house: House) -> list[int]:
    """Give the people of a group at the case's office of the group's level."""
    if group not in house.groups:
        return []  # the authority has struck it from its list since
    try:
        office = house.offices.at_level(alert.office_id, house.groups[group].level)
    except InvalidInput:
        return []
    return house.staff.members.get((group, office), [])


def _supervisors(alert: NewAlert, _tasks: Sequence[OpenTask], house: House) -> Iterable[int]:
    chain = house.offices.chain(alert.office_id)
    return _supervising(chain[:-1] or chain, house)


def _district(alert: NewAlert, _tasks: Sequence[OpenTask], house: House) -> Iterable[int]:
    return _supervising(house.offices.chain(alert.office_id)[-1:], house)


_PEOPLE: Mapping[str, Callable[[NewAlert, Sequence[OpenTask], House], Iterable[int]]] = {
    "assignee": _assignees,
    "leader": _leaders,
    "supervisor": _supervisors,
    "district": _district,
}


def _supervising(offices: Sequence[int], house: House) -> list[int]:
    return [
        person.id
        for person in house.staff.people.values()
        if SUPERVISOR in person.roles and person.office_id in offices
    ]


def _instead(alert: NewAlert, house: House) -> Iterator[_Found]:
    for person_id in _supervising(house.offices.chain(alert.office_id), house):
        yield from _with_substitutes(_Found(person_id, INSTEAD, frozenset({PAGE, MAIL})), alert, house)


def _with_substitutes(found: _Found, alert: NewAlert, house: House) -> Iterator[_Found]:
    """Give a person, and who stands in for them today; of these whoever may sign in and see the case."""
    here = house.offices.chain(alert.office_id)
    people = house.staff.people
    if found.person_id not in people:
        return  # may not sign in any more
    substitutes = house.staff.substitutes.get(found.person_id, ())
    also = [replace(found, person_id=one, stands_for=found.person_id) for one in substitutes]
    for one in (found, *also):
        if one.person_id in people and people[one.person_id].office_id in here:
            yield one


def _merged(found: Iterable[_Found]) -> dict[int, _Found]:
    """Tell everybody once, by every way by which they are to be told; their own part counts before another's."""
    merged: dict[int, _Found] = {}
    for one in sorted(found, key=lambda item: item.stands_for is not None):
        known = merged.get(one.person_id)
        merged[one.person_id] = one if known is None else replace(known, ways=known.ways | one.ways)
    return merged


def _recipient(found: _Found, house: House) -> Recipient:
    contact = house.staff.people[found.person_id]
    return Recipient(
        found.person_id,
        found.who,
        found.stands_for,
        " ".join(way for way in WAYS if way in found.ways),
        mail=MAIL in found.ways and MAIL in house.channels and contact.has_address,
        sms=SMS in found.ways and SMS in house.channels and contact.has_phone,
    )
