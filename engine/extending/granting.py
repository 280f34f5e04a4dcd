"""Extends one clock of a case in a step of its own, and tells whoever waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import spiff
from engine.deed import Deed, GivenTime, Telling
from engine.errors import InvalidState, NotFound
from engine.instances import advance
from engine.notifying import LANGUAGES

from .allowing import REFUSALS, check_grounds, option_of, right_of, running_clock, stands

if TYPE_CHECKING:
    from engine.case import Case
    from engine.definitions import ExtensionReason
    from engine.people import Actor
    from engine.runtime import Runtime

    from .allowing import Option

GRANTED = "extension_granted"
"""The event of the history."""


def extend(
    runtime: Runtime, process_instance_id: int, key: str, actor: Actor, reason: str, note: str
) -> None:
    """Extend a running clock of a case to the limit that its service allows, and tell the applicant.

    key: the clock's, such as `statutory_limit:0`; reason: one of `extensions.yaml`; note: why it holds here, for the
    history. Raises NotFound for a case of another office or an unknown clock, InvalidInput for an unknown reason or a
    note of fewer than 5 or more than 500 characters, NotAllowed for anybody whom the reason does not name,
    InvalidState when the clock has ended (`clock_ended`), has run out (`extended_too_late`), was extended as often as
    allowed (`extended_before`), or would not be due later (`not_longer`).
    """
    words = check_grounds(note)

    def act(case: Case) -> tuple[Deed, None]:
        if not runtime.offices.sees(actor, case.row.office_id):
            raise NotFound(
                "Expected a case of your office with that id, but there is none", code="case_unknown"
            )
        return granted(case, key, actor, reason, words), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def granted(case: Case, key: str, actor: Actor, reason_key: str, note: str) -> Deed:
    """Give the deed by which a clock is extended; raises what `extend` says."""
    case.turn_over_clocks()
    tracked, rule = running_clock(case, key)
    reason, on_behalf = right_of(case, rule, actor, reason_key)
    option = option_of(case, key, tracked, rule, actor)
    if option.refused is not None:
        raise InvalidState(REFUSALS[option.refused], code=option.refused)
    ends = [
        other
        for other, one in case.state.deadlines.items()
        if one.facts.id in rule.hands_over and one.scope == tracked.scope and stands(case, one)
    ]
    return Deed(
        GRANTED,
        actor,
        payload={"clock": key, "basis": reason.basis, "note": note},
        on_behalf=on_behalf,
        extends=GivenTime(key, rule.limit, reason.key, tuple(ends)),
        tells=_telling(case, reason, option),
    )


def _telling(case: Case, reason: ExtensionReason, option: Option) -> Telling | None:
    """Give what the applicant is told: the letter and the notice of the reason, with the old date and the new."""
    if reason.letter is None and reason.notice is None:
        return None
    texts = case.definition.texts
    names = {language: texts.say(language, "reasons", reason.key) for language in LANGUAGES}
    facts: Mapping[str, Any] = {
        "deadline": option.deadline,
        "reason": reason.key,
        "basis": reason.basis,
        "limit": option.new_limit,
        "until": option.new_due.on,
        "was": option.due.on,
    }
    return Telling(
        element_id=case.definition.deadlines[option.deadline].scope,
        letter=reason.letter,
        notice=reason.notice,
        data={**spiff.newest_data(case.workflow), "extension": {**facts, "names": names}},
        words={language: {"extension": {**facts, "name": name}} for language, name in names.items()},
    )
