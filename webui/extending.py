"""What pages say of extending clocks: who may, from which day to which, why not, and what has been granted."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from engine import extending
from engine.errors import InvalidInput
from engine.extending import Wish

from .auth import actor
from .language import language
from .page import installation
from .words import limit_words, moment_words, person_name, service_name
from .words.desk import failure_of
from .words.migrations import extension_reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from engine.clocks import DeadlineFacts, Due
    from engine.definitions import Definition, ExtensionReason
    from engine.extending import Foreseen, Granted, Option
    from engine.history import Link
    from engine.store.work import WorkRow

SEPARATOR = "|"
"""Between service, clock and reason in what a list offers; ids have no such sign."""


def offers(case_id: int) -> dict[str, dict[str, Any]]:
    """Say by its key which running clocks of a case the reader may extend; `href` is missing where that cannot be now."""
    found = extending.options(installation().runtime, case_id, actor())
    return {
        one.key: {
            "href": None if one.refused else url_for("extending.show", case_id=case_id, key=one.key),
            "refused": failure_of(one.refused) if one.refused else "",
        }
        for one in found
    }


def in_words(option: Option, definition: Definition) -> dict[str, Any]:
    """Say what an extension of one clock would do, and for which reasons it may be extended."""
    return {
        "key": option.key,
        "name": definition.texts.say(language(), "deadlines", option.deadline),
        "limit": limit_words(option.limit),
        "new_limit": limit_words(option.new_limit),
        **_dates(option),
        "reasons": [
            {
                "key": reason.key,
                "name": definition.texts.say(language(), "reasons", reason.key),
                "basis": reason.basis,
                "told": told_by(definition, reason),
            }
            for reason in option.reasons
        ],
        "ends": [
            definition.texts.say(language(), "deadlines", other)
            for other in definition.extensions[option.deadline].hands_over
        ],
    }


def told_by(definition: Definition, reason: ExtensionReason) -> str:
    """Say how the applicant is told; nothing where nobody is."""
    ways = []
    if reason.letter is not None:
        title = definition.texts.say(language(), "letters", reason.letter, "title")
        ways.append(_("the letter “%(title)s”", title=title))
    if reason.notice is not None:
        ways.append(_("a message"))
    return str(_(" and ").join(ways))


def choices(rows: Iterable[WorkRow]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give what the reader may extend among the tasks of a list: by service and clock, each reason with its value."""
    runtime, person = installation().runtime, actor()
    groups = {group for group, _office in person.memberships} | {
        group for _who, group, _at in person.borrowed
    }
    found = []
    for definition_id in dict.fromkeys(row.definition_id for row in rows):
        definition = runtime.catalogue.get(definition_id)
        for rule in definition.extensions.values():
            name = definition.texts.say(language(), "deadlines", rule.deadline)
            words = _("%(clock)s to %(limit)s", clock=name, limit=limit_words(rule.limit))
            values = [
                (
                    SEPARATOR.join((definition.key, rule.deadline, reason.key)),
                    definition.texts.say(language(), "reasons", reason.key),
                )
                for reason in rule.reasons.values()
                if groups & set(reason.by)
            ]
            if values:
                found.append((f"{service_name(definition)} · {words}", values))
    return list(dict(found).items())


def wish_of(value: str, note: str) -> Wish:
    """Read what was chosen in a list; raises InvalidInput (`extension_reason_unknown`) where nothing was."""
    service_key, _first, rest = value.partition(SEPARATOR)
    deadline, _second, reason = rest.partition(SEPARATOR)
    if not reason:
        raise InvalidInput(
            "Expected a clock and a reason for which it is extended", code="extension_reason_unknown"
        )
    return Wish(deadline, reason, note, service_key)


def foreseen(ids: Collection[int], wish: Wish) -> dict[str, Any]:
    """Say for ticked tasks from which day to which their clocks would move, each clock once, and which cannot."""
    runtime, person = installation().runtime, actor()
    found = extending.foresee_tasks(runtime, ids, person, wish)
    rows = runtime.work.tasks([one.user_task_id for one in found])
    moves: dict[tuple[int, str], dict[str, Any]] = {}
    failed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        row = rows.get(one.user_task_id)
        if one.option is None or one.refused is not None or row is None:
            unknown = row is None or one.refused == "case_unknown"
            failed[failure_of(one.refused or "task_unknown")].append(
                {} if unknown or row is None else _case(row)
            )
            continue
        place = (row.process_instance_id, one.option.key)
        move = moves.setdefault(place, {**_case(row), **_dates(one.option), "tasks": []})
        move["tasks"].append(one.user_task_id)
    return {"moves": list(moves.values()), "failed": sorted(failed.items()), **_of_wish(found, rows, wish)}


def granted(
    links: Iterable[Link], definition: Definition, key: str, facts: DeadlineFacts
) -> list[dict[str, Any]]:
    """Say what a clock was given: `30 + 15`, since when, why, by which law, by whom.

    facts: of the clock; what was taken back with a version is not among them.
    """
    still = {(one.at, str(one.limit)) for one in facts.extensions}
    found = extending.extensions_in(links) if still else ()
    return [_granted(one, definition) for one in found if one.key == key and (one.at, one.limit) in still]


def _granted(one: Granted, definition: Definition) -> dict[str, Any]:
    runtime = installation().runtime
    person = None if one.by is None else runtime.people.person(person_id=one.by)
    return {
        "sum": extending.sum_of(one).replace(one.limit, limit_words(one.limit)),
        "at": moment_words(one.at, runtime.calendar),
        "reason": extension_reason(definition, one.reason),
        "basis": one.basis,
        "who": person_name(person) if person is not None else "",
    }


def _dates(option: Option) -> dict[str, Any]:
    return {"due": _due(option.due), "new_due": _due(option.new_due)}


def _due(due: Due) -> dict[str, Any]:
    return {"at": moment_words(due.at, installation().runtime.calendar), "provisional": due.provisional}


def _case(row: WorkRow) -> dict[str, Any]:
    return {"id": row.process_instance_id, "case": row.business_key, "title": row.title}


def _of_wish(found: Iterable[Foreseen], rows: Mapping[int, WorkRow], wish: Wish) -> dict[str, Any]:
    """Say what is wished, in the words of the service of the first task for which it can be."""
    first = next((rows[one.user_task_id] for one in found if one.option is not None), None)
    if first is None:
        return {"name": "", "reason": "", "basis": "", "told": ""}
    definition = installation().runtime.catalogue.get(first.definition_id)
    rule = definition.extensions[wish.deadline]
    reason = rule.reasons[wish.reason]
    return {
        "name": definition.texts.say(language(), "deadlines", wish.deadline),
        "new_limit": limit_words(rule.limit),
        "reason": definition.texts.say(language(), "reasons", reason.key),
        "basis": reason.basis,
        "told": told_by(definition, reason),
        "ends": [definition.texts.say(language(), "deadlines", other) for other in rule.hands_over],
    }
