"""Messages for a correlation key: take one in, bring it to the case that waits for it, or close it in time.

A message that comes for one case is taken in by `engine.messages`; what waits for a case is looked after here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import message_keeping, spiff
from engine.deed import Deed
from engine.errors import EngineError, InvalidInput, InvalidState, NotFound
from engine.instances import advance, note
from engine.operators import check_role
from engine.people import SYSTEM
from engine.state import from_ms
from engine.store.jobs import TryAgain
from engine.store.rows import KeptMessage
from engine.values import checked_variables

if TYPE_CHECKING:
    from engine.case import Case
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.jobs import DueJob
    from engine.store.rows import Saved

ROLES = frozenset({"operator", "admin"})
"""Who may send a message to whichever case waits for a key."""
MAX_NUMBER = 200
MAX_DELIVERED = 100
"""How many messages one look at a place delivers; the rest is looked at by their own jobs."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A message for whichever case waits for a key.

    number: the sender's own, which makes a second one with it a double. time_to_live: as in a diagram, such as
    `P3D`; None: as the services say that know the message.
    """

    name: str
    key: str
    number: str
    values: Mapping[str, Any]
    time_to_live: str | None = None


def publish(runtime: Runtime, actor: Actor, publication: Publication) -> KeptMessage:
    """Take a message in and bring it to the case that waits for its key, or keep it until one does.

    Gives it with its state: `delivered` or `waiting`; the same again changes nothing. Raises NotAllowed for
    anybody without one of ROLES, NotFound for a message that no service has, InvalidInput for a key, a number,
    a time or content that cannot be, Busy as every step does.
    """
    check_role(actor, ROLES)
    row = _row(runtime, actor, publication)
    known = runtime.kept.sent_before(row.source, row.number)
    if known is None and runtime.kept.add(row, message_keeping.job_of(row, row.created_at)):
        deliver(runtime, row.id)
    return _found(runtime, known.id if known is not None else row.id)


def read_message(runtime: Runtime, message_id: int, actor: Actor) -> KeptMessage:
    """Give a message that the actor has published, as it stands; raises NotFound for any other."""
    row = runtime.kept.find(message_id)
    if row is None or row.source != _source(actor):
        raise NotFound("Expected a message of yours with that id, but there is none", code="message_unknown")
    return row


def deliver(runtime: Runtime, message_id: int) -> str:
    """Bring a message to the case that waits for it, at most once; close it when its time is over.

    Gives its state then; one that nobody waits for stays `waiting`. Raises NotFound, Busy as every step does.
    """
    row = _found(runtime, message_id)
    if row.state == "waiting" and row.expires_at <= runtime.now_ms():
        _expire(runtime, row)
        return "expired"
    if row.state == "waiting":
        for case_id in _receivers(runtime, row):
            try:
                _hand_over(runtime, row, case_id)
            except EngineError as exc:
                if exc.code not in {"not_awaited", "case_ended", "case_unknown"}:
                    raise
            except _GoneError:
                break
            else:
                return "delivered"
    return _found(runtime, message_id).state


def look_after(runtime: Runtime, job: DueJob) -> None:
    """Run the job of a message; raises TryAgain at its expiry, InvalidState (`message_gone`) when it is over."""
    if deliver(runtime, int(job.target)) == "waiting":
        raise TryAgain(from_ms(_found(runtime, int(job.target)).expires_at))
    raise InvalidState("Expected a message that still waits, but it does not", code="message_gone")


def look_at_place(runtime: Runtime, job: DueJob) -> None:
    """Bring what was sent while a token came to wait to it; raises InvalidState (`message_gone`) when done."""
    case_id, _, target = job.target.partition(":")
    for name, place in runtime.kept.places(int(case_id), target):
        for row in runtime.kept.waiting([(name, place)], MAX_DELIVERED):
            if deliver(runtime, row.id) == "waiting":
                break
    raise InvalidState("Expected nothing more to look at", code="message_gone")


def _row(runtime: Runtime, actor: Actor, publication: Publication) -> KeptMessage:
    """Check a publication and give its row."""
    declared = [
        found
        for _id, definition in runtime.catalogue.services().values()
        if definition.correlates and (found := definition.messages.get(publication.name)) is not None
    ]
    if not declared:
        raise NotFound("Expected a message that a service waits for by a key", code="message_unknown")
    key, number = publication.key.strip(), publication.number.strip()
    if not 0 < len(key) <= spiff.MAX_KEY or not 0 < len(number) <= MAX_NUMBER:
        raise InvalidInput("Expected a key and a number of 1 to 200 characters", code="key_missing")
    message_id, now = runtime.ids.next(), runtime.clock.now()
    times = [publication.time_to_live] if publication.time_to_live else [one.time_to_live for one in declared]
    return KeptMessage(
        id=message_id,
        name=publication.name,
        place=message_keeping.place_of_key(runtime, key),
        process_instance_id=None,
        sender_id=None,
        source=_source(actor),
        number=number,
        state="waiting",
        sealed_content=message_keeping.sealed(
            runtime, message_id, checked_variables(dict(publication.values))
        ),
        created_at=runtime.now_ms(),
        expires_at=max(message_keeping.expiry(runtime, one, now) for one in times),
    )


def _receivers(runtime: Runtime, row: KeptMessage) -> list[int]:
    if row.process_instance_id is not None:
        return [row.process_instance_id]
    return runtime.kept.receivers(row.name, row.place)


def _hand_over(runtime: Runtime, row: KeptMessage, case_id: int) -> None:
    """Deliver a message to a case; raises InvalidState where it does not wait for it, _GoneError when it is over."""

    def load() -> Any:
        if _found(runtime, row.id).state != "waiting":
            raise _GoneError
        return runtime.steps.load(case_id)

    def act(case: Case) -> tuple[Deed, None]:
        if not message_keeping.take_one(case, row):
            raise InvalidState("Expected a case that waits for it, but it does not", code="not_awaited")
        values = message_keeping.opened(runtime, row)
        payload = {"message": row.name, "answers": values, "source": row.source, "kept": row.id}
        return Deed("message_correlated", SYSTEM, payload=payload, takes=(row,)), None

    advance(runtime, load, act)


def _expire(runtime: Runtime, row: KeptMessage) -> None:
    """Close a message, with a line in the history of the case that it was for, or that sent it."""
    case_id = row.process_instance_id or row.sender_id
    if case_id is None:
        runtime.kept.expire(row.id, runtime.now_ms())
        return
    payload: dict[str, Any] = {"message": row.name, "kept": row.id}

    def act(case: Case) -> tuple[Deed, None]:
        declared = case.definition.messages.get(row.name)
        answer = declared.on_expiry if declared is not None and row.sender_id is not None else None
        if answer is not None:
            told = {"message": row.name, "content": message_keeping.opened(runtime, row)}
            payload["answered"] = spiff.deliver_message(case.workflow, answer, {"unheard": told})
        return Deed("message_expired", SYSTEM, payload=payload, expires=(row.id,)), None

    try:
        advance(runtime, lambda: runtime.steps.load(case_id), act)
    except InvalidState as exc:
        if exc.code != "case_ended":
            raise
        note(runtime, case_id, SYSTEM, "message_expired", payload, amend=_closing(row))


def _closing(row: KeptMessage) -> Any:
    def amend(saved: Saved) -> None:
        saved.kept_ended = [(row.id, "expired")]
        saved.jobs_removed = [row.id]

    return amend


def _found(runtime: Runtime, message_id: int) -> KeptMessage:
    row = runtime.kept.find(message_id)
    if row is None:
        raise NotFound("Expected a message with that id, but there is none", code="message_unknown")
    return row


def _source(actor: Actor) -> str:
    return f"api:{actor.person_id}"


class _GoneError(Exception):
    """Somebody else has delivered or closed it."""
