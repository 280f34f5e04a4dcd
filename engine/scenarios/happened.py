"""What happened in a case as a story expects it: its end, where it came by, clocks, letters, notices. Judges nothing."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from engine.state import from_ms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.definitions import Definition
    from engine.history import Link
    from engine.runtime import Runtime
    from engine.store.cases import CaseStore

MAX_PASSES = 14
_MILESTONES = frozenset({"boundaryEvent", "endEvent", "intermediateCatchEvent", "userTask", "serviceTask"})
"""Kinds of nodes that say to a reader where a case came by; gateways and scripts follow from them."""


def passed_by(links: Sequence[Link]) -> list[str]:
    """Give the nodes that a case passed, in their order."""
    return [step[0] for link in links for step in link.payload.get("passed", ())]


def what_happened(
    runtime: Runtime,
    cases: CaseStore,
    definition: Definition,
    case_id: int,
    links: Sequence[Link],
    naming: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Give the `expect` that a case fulfils as it stands now.

    naming: nodes that its `passes` has to name.
    """
    row = cases.instance(case_id)
    assert row is not None
    found: dict[str, Any] = {}
    if row.outcome is not None:
        found["outcome"] = row.outcome
    found["passes"] = _milestones(definition, passed_by(links), naming)
    for key, event, name in (("letters", "letter_issued", "letter"), ("notices", "notice_written", "notice")):
        listed = [one[name] for one in _events(links, event)]
        if listed:
            found[key] = listed
    clocks = {clock.deadline_id: clock for clock in cases.deadlines(case_id)}
    if clocks:
        found["deadlines"] = {key: str(clock.state) for key, clock in clocks.items()}
    due = {key: clock.due_at for key, clock in clocks.items() if clock.state == "running"}
    if due:
        found["due"] = {key: moment_text(runtime, at) for key, at in due.items() if at is not None}
    if row.state == "active":
        found["open"] = sorted(task.element_id for task in cases.user_tasks(case_id) if task.state == "open")
    found["incidents"] = len(cases.incidents(case_id))
    return found


def moment_text(runtime: Runtime, at_ms: int) -> str:
    """Write a moment as stories do: in the business zone, no finer than it has to be."""
    local = from_ms(at_ms).astimezone(runtime.calendar.zone).replace(tzinfo=None)
    if local.microsecond:
        return local.isoformat(timespec="milliseconds")
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def _milestones(definition: Definition, passed: list[str], naming: frozenset[str]) -> list[str]:
    """Give where a case came by, shortened to what was named and the rarest kinds where that is too much."""
    kinds: Mapping[str, Any] = definition.elements
    told = [
        one
        for one, _same in groupby(passed)
        if one in kinds and (kinds[one].kind in _MILESTONES or one in naming)
    ]
    for dropped in ("serviceTask", "userTask", "intermediateCatchEvent", "boundaryEvent"):
        if len(told) > MAX_PASSES:
            told = [one for one in told if kinds[one].kind != dropped or one in naming]
    return told if len(told) <= MAX_PASSES else [*told[: MAX_PASSES - 1], told[-1]]


def _events(links: Sequence[Link], kind: str) -> Iterator[Mapping[str, Any]]:
    return (event for link in links for event in link.payload.get("events", ()) if event["type"] == kind)
