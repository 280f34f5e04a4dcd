"""What is said of cases that move to another version: whether they can, and if not why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from engine.clocks import NEW_VERSION
from engine.store.schema import FAR_FUTURE_MS
from webui.language import language

from .common import element_name, group_name, limit_words, moment_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_babel.speaklater import LazyString

    from engine.calendar import Calendar
    from engine.definitions import Definition
    from engine.definitions.declarations import Groups
    from engine.migration.previews import SeenCase
    from engine.migration.report import ClockMove, TaskMove

STATE_NAMES: Mapping[str, LazyString] = {
    "movable": lazy("can move"),
    "changed": lazy("has gone on since, can move"),
    "refused": lazy("cannot move"),
    "moved": lazy("moved"),
    "put_back": lazy("moved back"),
    "ended": lazy("has ended meanwhile"),
}
_REFUSALS: Mapping[str, LazyString] = {
    "element_missing": lazy(
        "The case waits at “%(name)s”, which the new version does not have at this place."
    ),
    "element_kind": lazy("The case waits at “%(name)s”, which is something else in the new version."),
    "not_reachable": lazy(
        "The case waits at “%(name)s” together with its other open steps, and the new version has no way to this position."
    ),
    "not_known": lazy(
        "Whether the new version has a way to where the case is cannot be found out; the diagram has too many ways."
    ),
    "call_changed": lazy(
        "An answer is awaited at “%(name)s”, and the new version asks something else there."
    ),
    "timer_changed": lazy("A timer runs at “%(name)s”, and the new version has another kind of timer there."),
    "message_changed": lazy(
        "A message is awaited at “%(name)s”, and the new version awaits another one there."
    ),
    "timer_added": lazy(
        "The new version has the timer “%(name)s” around what runs now, and it is not known since when it would run."
    ),
    "timer_broken": lazy("When the new timer “%(name)s” strikes cannot be worked out for this case."),
    "clock_removed": lazy("The clock “%(name)s” runs, and the new version does not have it."),
    "clock_kind": lazy("The clock “%(name)s” runs, and it is of another kind in the new version."),
    "clock_scope": lazy("The clock “%(name)s” runs, and it stands on another step in the new version."),
    "clock_added": lazy(
        "The new version has the clock “%(name)s”, and it is not known since when it would run in this case."
    ),
    "limit_broken": lazy("The new limit of the clock “%(name)s” cannot be worked out for this case."),
    "group_without_office": lazy("There is no office whose people do “%(name)s” in the new version."),
    "would_fail": lazy("In the new version “%(name)s” could not be carried out with what the case holds."),
    "would_move": lazy("The move would do more than change the version."),
    "definition_unreadable": lazy("The version that the case runs on can no longer be read."),
}


def refusal_words(code: str, element_id: str | None, definition: Definition) -> str:
    """Say why a case cannot move; definition: the version that it runs on."""
    words = _REFUSALS.get(code)
    name = element_id or ""
    if code.startswith(("clock_", "limit_")):
        name = definition.texts.get(language(), "deadlines", name) or name
    elif name:
        name = element_name(definition, name)
    return str(words) % {"name": name} if words is not None else code


def extension_reason(definition: Definition, reason: str) -> str:
    """Say why a clock has another limit."""
    if reason == NEW_VERSION:
        return str(_("new version of the service"))
    return str(definition.texts.say(language(), "reasons", reason))


def case_row(
    seen: SeenCase, old: Definition, new: Definition, groups: Groups, calendar: Calendar
) -> dict[str, Any]:
    """Give a case of a migration as a row: its state, why it is refused, and what changes."""
    row = seen.row
    return {
        "id": row.process_instance_id,
        "number": seen.business_key,
        "state": row.state,
        "state_words": STATE_NAMES[row.state],
        "why": refusal_words(row.code, row.element_id, old) if row.code else "",
        "tasks": [_task(one, old, new, groups, calendar) for one in seen.report.tasks],
        "skipped": [element_name(new, one) for one in seen.report.skipped],
        "clocks": [_clock(one, old, new, calendar) for one in seen.report.clocks],
    }


def _task(
    move: TaskMove, old: Definition, new: Definition, groups: Groups, calendar: Calendar
) -> dict[str, Any]:
    before, after = element_name(old, move.element_id), element_name(new, move.new_element_id)
    return {
        "before": before,
        "after": after if after != before else "",
        "group": group_name(groups, move.new_group) if move.new_group != move.group else "",
        **_dues(move.due_at, move.new_due_at, calendar),
    }


def _clock(move: ClockMove, old: Definition, new: Definition, calendar: Calendar) -> dict[str, Any]:
    name = new.texts.get(language(), "deadlines", move.id) or old.texts.say(language(), "deadlines", move.id)
    changed = move.limit != move.new_limit
    return {
        "name": name,
        "limit": limit_words(move.limit) if changed and move.limit else "",
        "new_limit": limit_words(move.new_limit),
        "added": move.limit is None,
        **_dues(move.due_at, move.new_due_at, calendar),
    }


def _dues(due: int | None, new_due: int, calendar: Calendar) -> dict[str, str]:
    return {
        "due": _due(due, calendar) if due is not None and due != new_due else "",
        "new_due": _due(new_due, calendar),
    }


def _due(moment: int, calendar: Calendar) -> str:
    return _("no limit") if moment == FAR_FUTURE_MS else moment_words(moment, calendar)
