"""Takes back what an operator did to a case, where that can be: an edit of variables, a moved token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import editing, history, moving
from engine.errors import InvalidState, NotFound

if TYPE_CHECKING:
    from engine.history import Link
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.cases import CaseStore

UNDOABLE = frozenset({"variables_edited", "token_moved"})
"""Events of the history that may be taken back; what was answered, cancelled or sent may not."""


def undo(
    runtime: Runtime, store: CaseStore, process_instance_id: int, seq: int, actor: Actor, reason: str
) -> None:
    """Take back the act of one link of a case's history, with a reason of its own.

    Variables get their values of before; a token goes back to the element that it was moved from, whose task
    opens anew. Raises as `editing.edit` and `moving.move` do, NotFound for an unknown link, InvalidState
    (`not_undoable`) for another act, or where the token has gone on since.
    """
    link = _link(runtime, store, process_instance_id, seq)
    if link.event == "variables_edited":
        editing.put_back(runtime, process_instance_id, actor, link.payload["changes"], reason, seq)
        return
    if link.event != "token_moved":
        raise InvalidState("Expected an act that can be taken back, but it is none", code="not_undoable")
    tokens = moving.read_tokens(runtime, process_instance_id, actor).items
    came = [token for token in tokens if token.number in link.payload["numbers"]]
    if len(came) != 1 or link.payload["from"] not in came[0].targets:
        raise InvalidState("Expected the token where it was moved to, but it is not", code="not_undoable")
    moving.move(runtime, process_instance_id, came[0].number, link.payload["from"], actor, reason, undoes=seq)


def _link(runtime: Runtime, store: CaseStore, process_instance_id: int, seq: int) -> Link:
    row = next((row for row in store.history(process_instance_id) if row.seq == seq), None)
    if row is None:
        raise NotFound("Expected an entry of the history with that number", code="entry_unknown")
    return history.open_link(runtime.sealer, process_instance_id, row)
