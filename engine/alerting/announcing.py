"""Puts what a step noted of clocks before those whom the service's rules name, and into their messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from engine.alerting.recipients import House, plan
from engine.alerting.sending import GATHER, MOST_SMS, OPERATIONS, due_moment
from engine.definitions.alerts import GROUP
from engine.state import from_ms, to_ms
from engine.store.alert_messages import Opening
from engine.store.rows import BREACH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from engine.definitions import Definition
    from engine.runtime import Runtime
    from engine.store.announcing import Announcement, NewAlert, OpenTask


def announce(runtime: Runtime, limit: int) -> int:
    """Put so many new alerts before those who have to know, and into their messages; gives how many they were.

    Who that is say the rules of the version on which the case runs. Two processes announce each once. Without
    a connector, or without an address or number of the person, an alert is seen on the page only.
    """
    if not runtime.announcing.has_new():
        return 0
    new = runtime.announcing.new(limit)
    tasks = runtime.announcing.open_tasks({alert.process_instance_id for alert in new})
    definitions = {one: runtime.catalogue.get(one) for one in {alert.definition_id for alert in new}}
    house = _house(runtime, definitions.values())
    planned = [_announcement(runtime, alert, definitions[alert.definition_id], tasks, house) for alert in new]
    return runtime.announcing.announce(
        planned, now=runtime.now_ms(), opening=_opening(runtime), new_id=runtime.ids.next
    )


def _house(runtime: Runtime, definitions: Iterable[Definition]) -> House:
    """Read who works where today, as far as the rules ask for it."""
    groups = {group.leader for group in runtime.groups.values() if group.leader is not None}
    for definition in definitions:
        groups |= {declared.escalate_to for declared in definition.deadlines.values()}
        for levels in definition.alerts.clocks.values():
            for told in levels.values():
                groups |= {one.who.removeprefix(GROUP) for one in told if one.who.startswith(GROUP)}
    channels = {
        way for way, operation in OPERATIONS.items() if operation.partition(".")[0] in runtime.connectors
    }
    return House(
        runtime.announcing.staff(groups, runtime.today().isoformat()),
        runtime.offices,
        runtime.groups,
        frozenset(channels),
    )


def _announcement(
    runtime: Runtime,
    alert: NewAlert,
    definition: Definition,
    tasks: dict[int, list[OpenTask]],
    house: House,
) -> Announcement:
    declared = definition.deadlines.get(alert.deadline_id)
    rule = definition.alerts.of(
        alert.deadline_id, alert.level, declared.escalate_to if declared is not None else "supervisor"
    )
    planned = plan(alert, definition, rule, tasks.get(alert.process_instance_id, []), house)
    if alert.level != BREACH:
        return planned
    later = tuple(
        (level, to_ms(_repeat_at(runtime, alert, days)))
        for level, days in definition.alerts.later(alert.deadline_id)
    )
    return replace(planned, later=later)


def _repeat_at(runtime: Runtime, alert: NewAlert, days: int) -> datetime:
    """Give when the office opens so many working days after it called, by the calendar of the case's office."""
    calendar = runtime.calendars.known.of(alert.office_id)
    day = calendar.local_date(from_ms(alert.at))
    return calendar.start_of_business(calendar.add_working_days(day, days))


def _opening(runtime: Runtime) -> Opening:
    """Say when messages go that are opened now."""
    calendar = runtime.calendar
    due = due_moment(calendar, runtime.clock.now())
    day = calendar.local_date(due)
    return Opening(
        due_at=to_ms(due),
        day_begins=to_ms(calendar.start_of_day(day)),
        day_ends=to_ms(calendar.start_of_day(day + timedelta(days=1))),
        next_day=to_ms(calendar.start_of_business(calendar.add_working_days(day, 1)) + GATHER),
        most_sms=MOST_SMS,
    )
