"""Moves a token by hand: what that would close and open, then the step itself, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import spiff
from engine.deed import Deed
from engine.errors import InvalidInput, InvalidState, NotFound
from engine.explanations import check_reason
from engine.instances import advance, open_case
from engine.operators import check_operator

if TYPE_CHECKING:
    from engine.case import Case
    from engine.definitions import Definition
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.spiff import Resting

MAX_TOKENS = 200
"""How many resting tokens of a case are offered to be moved."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that rests. kind: as of `spiff.Resting`. targets: the elements to which it may be moved."""

    number: int
    element_id: str
    kind: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a token does at once: elements that are closed, passed and opened, and whether the case ends."""

    closes: tuple[str, ...]
    passes: tuple[str, ...]
    opens: tuple[str, ...]
    ends: bool
    numbers: tuple[int, ...] = ()
    """Of the tokens that it opens."""
    stuck: tuple[str, ...] = ()
    """Of what it opens, the elements that cannot be carried out."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a case at a version."""

    definition: Definition
    row_version: int
    items: tuple[Token, ...]


def read_tokens(runtime: Runtime, process_instance_id: int, actor: Actor) -> Tokens:
    """List the tokens of a running case that may be moved, with where to.

    Raises NotFound for a case that the actor does not see, NotAllowed for anybody who is no operator,
    InvalidState when it has ended.
    """
    case = _read(runtime, process_instance_id, actor)
    found = [
        Token(number, item.element_id, item.kind, tuple(_targets(case, number)))
        for number, item in spiff.resting(case.workflow).items()
    ]
    items = tuple(token for token in found if token.targets)[:MAX_TOKENS]
    return Tokens(case.definition, case.row.row_version, items)


def preview(runtime: Runtime, process_instance_id: int, number: int, element_id: str, actor: Actor) -> Move:
    """Say what moving a token would do, without doing it; raises as move does, but for the reason."""
    return _moved(_read(runtime, process_instance_id, actor), number, element_id)


def move(
    runtime: Runtime,
    process_instance_id: int,
    number: int,
    element_id: str,
    actor: Actor,
    reason: str,
    *,
    undoes: int | None = None,
) -> Move:
    """Let a token go on at another element of its scope; what it opens and closes stands in the history.

    undoes: the number of the link of the history that it takes back. Raises as read_tokens does, InvalidInput without a reason of 5 characters or for an element to which it
    cannot be moved (`target_unknown`), InvalidState when the token is gone (`token_gone`), Busy as every step.
    """
    check_reason(reason)

    def act(case: Case) -> tuple[Deed, Move]:
        check_operator(runtime, case.row, actor)
        left = _token(case, number).element_id
        done = _moved(case, number, element_id)
        payload: dict[str, Any] = {
            "number": number,
            "from": left,
            "to": element_id,
            "reason": reason.strip(),
            "closed": list(done.closes),
            "opened": list(done.opens),
            "numbers": list(done.numbers),
        }
        if undoes is not None:
            payload["undoes"] = undoes
        return Deed("token_moved", actor, left, payload), done

    return advance(runtime, lambda: runtime.steps.load(process_instance_id), act)


def _read(runtime: Runtime, process_instance_id: int, actor: Actor) -> Case:
    found = runtime.steps.load(process_instance_id)
    if found is None:
        raise NotFound("Expected a case with that id, but there is none", code="case_unknown")
    check_operator(runtime, found[0], actor)
    return open_case(runtime, *found)


def _moved(case: Case, number: int, element_id: str) -> Move:
    """Move a token in memory, and say what came of it."""
    _token(case, number)
    if element_id not in _targets(case, number):
        raise InvalidInput(
            "Expected an element of the same scope that one token can enter", code="target_unknown"
        )
    before, seen = spiff.resting(case.workflow), len(case.workflow.trace)
    spiff.move(case.workflow, number, element_id)
    after = {} if case.workflow.completed else spiff.resting(case.workflow)
    return Move(
        closes=_named(before, without=after),
        passes=tuple(passed.element_id for passed in case.workflow.trace[seen:] if passed.counted),
        opens=_named(after, without=before),
        ends=bool(case.workflow.completed),
        numbers=tuple(key for key, item in after.items() if key not in before and item.kind != "listener"),
        stuck=tuple(
            item.element_id for key, item in after.items() if key not in before and item.kind == "stuck"
        ),
    )


def _named(items: dict[int, Resting], *, without: dict[int, Resting]) -> tuple[str, ...]:
    return tuple(
        item.element_id for number, item in items.items() if number not in without and item.kind != "listener"
    )


def _targets(case: Case, number: int) -> list[str]:
    """Give where a token may go: elements that the designer drew."""
    known = case.definition.elements
    return [target for target in spiff.move_targets(case.workflow, number) if target in known]


def _token(case: Case, number: int) -> Resting:
    found = spiff.resting(case.workflow).get(number)
    if found is None:
        raise InvalidState("Expected a token that rests, but the case has moved on", code="token_gone")
    return found
