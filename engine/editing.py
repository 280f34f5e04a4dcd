"""Edits a running case's variables by hand, with a reason: typed as their forms ask, or as they were before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import corrections, spiff
from engine.deed import Deed
from engine.errors import InvalidInput, InvalidState, NotFound
from engine.explanations import check_reason
from engine.instances import advance, open_case
from engine.operators import check_operator
from engine.spiff import StepError
from engine.spiff.data import same

if TYPE_CHECKING:
    from engine.case import Case
    from engine.corrections import Input
    from engine.definitions import Definition
    from engine.people import Actor
    from engine.runtime import Runtime

FIXED = frozenset({"case_office"})
"""What the engine knows of a case by itself and nobody edits."""
MAX_AT_ONCE = 50
"""How many variables are edited in one step."""


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of a running case at a version. input: those that were asked for, as a form."""

    definition: Definition
    row_version: int
    known: Mapping[str, Any]
    input: Input


def read_variables(
    runtime: Runtime, process_instance_id: int, actor: Actor, names: Iterable[str] = ()
) -> Variables:
    """Give a running case's newest variables, and a form for some of them.

    Raises NotFound for a case that the actor does not see or a variable that it does not have, NotAllowed for
    anybody who is no operator, InvalidState when it has ended.
    """
    found = runtime.steps.load(process_instance_id)
    if found is None:
        raise NotFound("Expected a case with that id, but there is none", code="case_unknown")
    check_operator(runtime, found[0], actor)
    case = open_case(runtime, *found)
    known = _known(case)
    wanted = list(dict.fromkeys(names))[:MAX_AT_ONCE]
    for name in wanted:
        if name not in known and name not in corrections.variables_asked(case.definition):
            raise NotFound("Expected a variable of the case, but it has none", code="variable_unknown")
    asked = corrections.input_for(case.definition, wanted, known)
    return Variables(case.definition, case.row.row_version, known, asked)


def edit(
    runtime: Runtime,
    process_instance_id: int,
    actor: Actor,
    changes: Mapping[str, Any],
    reason: str,
) -> tuple[str, ...]:
    """Give a case other values of variables, wherever a token knows them; gives the names that changed.

    changes: raw answers by variable. Before and after stand in the history. Nothing is tried again by it: a
    call that waits is asked with the new values when its turn comes, what stands still is retried by hand.
    Raises as read_variables does, InvalidInput without a reason of 5 characters and as
    `corrections.checked_changes`, and (`still_broken`) where a call can no longer be asked.
    """
    check_reason(reason)

    def act(case: Case) -> tuple[Deed, tuple[str, ...]]:
        check_operator(runtime, case.row, actor)
        known = _known(case)
        unknown = changes.keys() - known.keys() - corrections.variables_asked(case.definition)
        if unknown or len(changes) > MAX_AT_ONCE:
            raise InvalidInput(
                f"Expected at most {MAX_AT_ONCE} variables of the case", code="variable_unknown"
            )
        asked = corrections.input_for(case.definition, changes, known)
        values = corrections.checked_changes(case, asked, changes)
        return _changed(case, actor, known, values, {"reason": reason.strip()}), tuple(sorted(values))

    return advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def put_back(
    runtime: Runtime,
    process_instance_id: int,
    actor: Actor,
    changes: Mapping[str, Mapping[str, Any]],
    reason: str,
    undoes: int,
) -> None:
    """Undo an edit: give variables the values of before, where nobody has changed them since.

    changes: `before` and `after` by name, as the history has them; undoes: that link's number. Raises as edit
    does, InvalidState (`changed_since_edit`) where one is no longer as it was left.
    """
    check_reason(reason)

    def act(case: Case) -> tuple[Deed, None]:
        check_operator(runtime, case.row, actor)
        known = _known(case)
        if any(not same(known.get(name), change["after"]) for name, change in changes.items()):
            raise InvalidState("Expected the values as they were left", code="changed_since_edit")
        values = {name: change["before"] for name, change in changes.items()}
        return _changed(case, actor, known, values, {"reason": reason.strip(), "undoes": undoes}), None

    advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def _known(case: Case) -> dict[str, Any]:
    found = spiff.newest_data(case.workflow)
    return {name: value for name, value in found.items() if name not in FIXED and not name.startswith("__")}


def _changed(
    case: Case, actor: Actor, known: Mapping[str, Any], values: Mapping[str, Any], payload: dict[str, Any]
) -> Deed:
    """Set the values at every token that knows the variables; at all of them, where none does yet."""
    resting = spiff.resting(case.workflow)
    try:
        for number, item in resting.items():
            if item.kind == "listener":
                continue
            mine = {name: value for name, value in values.items() if name in item.data or name not in known}
            if mine:
                spiff.correct(case.workflow, number, mine)
    except StepError as exc:
        raise InvalidInput(exc.message, code="still_broken") from exc
    told = {name: {"before": known.get(name), "after": value} for name, value in values.items()}
    return Deed("variables_edited", actor, payload={**payload, "changes": told})
