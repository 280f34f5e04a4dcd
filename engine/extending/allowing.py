"""Says which running clocks of a case somebody may extend, to which date, and why not; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import clocks
from engine.clocks import NEW_VERSION, DeadlineState, Due, Extension
from engine.definitions import ExtensionReason
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.explanations import MAX_NOTE, MIN_REASON
from engine.instances import open_case
from engine.people import rights_among

if TYPE_CHECKING:
    from engine.case import Case
    from engine.deadlines import Tracked
    from engine.definitions import ExtensionRule
    from engine.people import Actor
    from engine.runtime import Runtime

REFUSALS: Mapping[str, str] = {
    "extended_too_late": "Expected a clock that still runs, but its limit has run out; a breach is for good",
    "extended_before": "Expected a clock that may be extended once more, but it has been as often as the law allows",
    "not_longer": "Expected a limit that ends later than the one in force, but it does not",
}
"""Why a clock cannot be extended though somebody might, by code."""


@dataclass(frozen=True, slots=True)
class Option:
    """What a clock of a case has, and would have after an extension.

    reasons: for which the person may extend it. refused: the code of why it cannot be now, None where it can.
    """

    key: str
    deadline: str
    limit: str
    due: Due
    new_limit: str
    new_due: Due
    reasons: tuple[ExtensionReason, ...]
    refused: str | None


def options(runtime: Runtime, process_instance_id: int, actor: Actor) -> list[Option]:
    """Give the running clocks of a case that somebody may extend, or might have; none of a case that has ended.

    Raises NotFound for a case of another office.
    """
    loaded = runtime.steps.load(process_instance_id)
    if loaded is None or not runtime.offices.sees(actor, loaded[0].office_id):
        raise NotFound("Expected a case of your office with that id, but there is none", code="case_unknown")
    if loaded[0].state != "active" or not runtime.catalogue.get(loaded[0].definition_id).extensions:
        return []
    case = open_case(runtime, *loaded)
    case.turn_over_clocks()
    return [
        option
        for key, tracked in case.state.deadlines.items()
        if tracked.facts.end is None and (rule := case.definition.extensions.get(tracked.facts.id))
        if (option := option_of(case, key, tracked, rule, actor)).reasons
    ]


def check_grounds(note: str) -> str:
    """Give the note that says why a reason holds; raises InvalidInput (`extension_note`) where it says nothing."""
    words = note.strip()
    if not MIN_REASON <= len(words) <= MAX_NOTE:
        raise InvalidInput(
            f"Expected a note of {MIN_REASON} to {MAX_NOTE} characters on why the reason holds",
            code="extension_note",
        )
    return words


def running_clock(case: Case, key: str) -> tuple[Tracked, ExtensionRule]:
    """Give a clock of a case that runs, and how the service lets people extend it.

    Raises NotFound for an unknown clock, InvalidState when it has ended (`clock_ended`) or may not be extended by hand
    at all (`not_extendable`).
    """
    tracked = case.state.deadlines.get(key)
    if tracked is None:
        raise NotFound("Expected a clock of this case, but there is none", code="clock_unknown")
    if tracked.facts.end is not None:
        raise InvalidState("Expected a clock that runs, but it has ended", code="clock_ended")
    rule = case.definition.extensions.get(tracked.facts.id)
    if rule is None:
        raise InvalidState(
            "Expected a clock that the service lets people extend, but it does not", code="not_extendable"
        )
    return tracked, rule


def right_of(
    case: Case, rule: ExtensionRule, actor: Actor, reason_key: str
) -> tuple[ExtensionReason, int | None]:
    """Give the reason, and for whom the actor extends: None by their own right, otherwise the absent colleague."""
    reason = rule.reasons.get(reason_key)
    if reason is None:
        raise InvalidInput(
            f"Expected one of the reasons {', '.join(rule.reasons)}, but got {reason_key[:80]!r}",
            code="extension_reason_unknown",
        )
    rights = _rights(case, reason, actor)
    if not rights:
        raise NotAllowed(
            f"Expected somebody of {', '.join(reason.by)} at the case's office to extend for this reason",
            code="may_not_extend",
        )
    return reason, rights[0]


def _rights(case: Case, reason: ExtensionReason, actor: Actor) -> list[int | None]:
    """Give by whose membership somebody may extend for a reason; groups below the case's office have no say in it."""
    groups, offices = case.runtime.groups, case.runtime.offices
    levels = {offices.rows[one].level for one in offices.chain(case.row.office_id)}
    among = [group for group in reason.by if group in groups and groups[group].level in levels]
    return rights_among(actor, groups, offices, among, case.row.office_id)


def option_of(case: Case, key: str, tracked: Tracked, rule: ExtensionRule, actor: Actor) -> Option:
    """Say what an extension would do to a running clock, and why it cannot be where it cannot."""
    facts, calendar = tracked.facts, case.calendar_of(tracked)
    longer = replace(facts, extensions=(*facts.extensions, Extension(case.now, rule.limit, "")))
    due, new_due = (clocks.due_at(one, calendar, case.now) for one in (facts, longer))
    times = sum(one.reason != NEW_VERSION for one in facts.extensions)
    refused = None
    if not stands(case, tracked):
        refused = "extended_too_late"
    elif times >= rule.times:
        refused = "extended_before"
    elif new_due.at <= due.at:
        refused = "not_longer"
    return Option(
        key,
        facts.id,
        str(facts.extensions[-1].limit if facts.extensions else facts.limit),
        due,
        str(rule.limit),
        new_due,
        tuple(reason for reason in rule.reasons.values() if _rights(case, reason, actor)),
        refused,
    )


def stands(case: Case, tracked: Tracked) -> bool:
    """Say whether a clock runs or is paused, and has not been missed."""
    if tracked.facts.end is not None or tracked.breached:
        return False
    state = clocks.state_of(tracked.facts, case.calendar_of(tracked), case.now)
    return state in {DeadlineState.RUNNING, DeadlineState.PAUSED}
