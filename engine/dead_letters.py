"""Letters that were given up and that no case waits for: messages about alerts, events for machines.

An operator sees what failed, sends one again or closes it by hand, with a reason. Notices to citizens are
incidents of their case and stand there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import telling
from engine.errors import InvalidState, NotFound
from engine.explanations import check_reason
from engine.operators import check_role, is_operator
from engine.store.alert_messages import JOB_KIND, NO_CASE
from engine.store.dead_letters import EVENT, MESSAGE, DeadLetter, LetterAct
from engine.store.rows import JobRow

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime

_NOTHING_WENT = frozenset(
    {"address_missing", "address_refused", "mail_refused", "number_invalid", "sms_refused"}
)
"""Why a message never left: its address and words are made anew when it is sent again."""


def listing(runtime: Runtime, actor: Actor, *, before: int | None = None, size: int = 50) -> list[DeadLetter]:
    """List the letters of people of the actor's office and those below it, the newest first.

    before: the id of the last one that was shown. Raises NotAllowed for anybody who is no operator.
    """
    check_role(actor)
    return runtime.dead_letters.page(runtime.offices.seen_by(actor), before=before, size=size)


def count(runtime: Runtime, actor: Actor) -> int | None:
    """Count what listing lists, up to a hundred of each kind; None for somebody who may not list it."""
    return runtime.dead_letters.count(runtime.offices.seen_by(actor)) if is_operator(actor) else None


def send_again(runtime: Runtime, kind: str, letter_id: int, actor: Actor, reason: str) -> None:
    """Send a letter once more, from its first try on; the other side knows it again by its number.

    Raises NotAllowed as listing does, NotFound, InvalidInput without a reason of 5 characters, InvalidState
    (`letter_settled`) when somebody else has seen to it.
    """
    letter = _found(runtime, kind, letter_id, actor, reason)
    now = runtime.now_ms()
    if letter.kind == EVENT:
        job = telling.job_of(letter.id, now)
    else:
        job = JobRow(letter.id, NO_CASE, JOB_KIND, str(letter.id), now)
    act = _act(runtime, letter, actor, "again", reason)
    if not runtime.dead_letters.send_again(act, job, anew=letter.code in _NOTHING_WENT):
        raise _settled()
    runtime.wake()


def close(runtime: Runtime, kind: str, letter_id: int, actor: Actor, reason: str) -> None:
    """Close a letter that is no longer needed; raises as send_again does."""
    letter = _found(runtime, kind, letter_id, actor, reason)
    if not runtime.dead_letters.close(_act(runtime, letter, actor, "close", reason)):
        raise _settled()


def _found(runtime: Runtime, kind: str, letter_id: int, actor: Actor, reason: str) -> DeadLetter:
    check_role(actor)
    check_reason(reason)
    letter = runtime.dead_letters.find(kind, letter_id) if kind in {MESSAGE, EVENT} else None
    if letter is None or letter.office_id not in runtime.offices.seen_by(actor):
        raise NotFound("Expected a letter that was given up, but there is none", code="letter_gone")
    return letter


def _act(runtime: Runtime, letter: DeadLetter, actor: Actor, act: str, reason: str) -> LetterAct:
    assert actor.person_id is not None
    return LetterAct(
        runtime.ids.next(), letter.kind, letter.id, act, actor.person_id, runtime.now_ms(), reason.strip()
    )


def _settled() -> InvalidState:
    return InvalidState("Expected a letter that nobody has seen to, but somebody has", code="letter_settled")
