"""What a step says of messages across cases: where it waits by a key, what it threw, what it took and keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine import message_keeping, spiff
from engine.errors import EngineError
from engine.store.rows import JobRow, KeptMessage, WaitRow

if TYPE_CHECKING:
    from engine.rested import Rested


@dataclass(slots=True)
class Messages:
    """What a step writes of messages across cases."""

    kept_added: list[KeptMessage] = field(default_factory=list)
    kept_ended: list[tuple[int, str]] = field(default_factory=list)
    waits_added: list[WaitRow] = field(default_factory=list)
    waits_removed: list[WaitRow] = field(default_factory=list)
    jobs_added: list[JobRow] = field(default_factory=list)
    jobs_removed: list[int] = field(default_factory=list)


def messages_of(rested: Rested) -> Messages:
    """Give what a step writes; nothing for a service without messages.

    Must run before incidents are worked out: a key that cannot be worked out is noted in `broken`.
    """
    found = Messages()
    if rested.case.definition.messages:
        _note_waits(rested, found)
        _note_thrown(rested, found)
        _note_kept(rested, found)
    return found


def _note_waits(rested: Rested, saved: Messages) -> None:
    """Compare the places at which the case waits by a key with those that are stored."""
    known, wanted = rested.case.state.waits, _wanted(rested)
    case_id = rested.case.row.id
    for target in [target for target in known if target not in wanted]:
        saved.waits_removed.append(WaitRow(*known.pop(target), case_id, target))
    for target, awaited in wanted.items():
        if target not in known:
            known[target] = awaited
            saved.waits_added.append(WaitRow(*awaited, case_id, target))
            # Whoever sends while this is written sees nobody waiting; the job looks once more afterwards.
            job = JobRow(
                rested.case.runtime.ids.next(),
                0,
                message_keeping.WAIT_JOB,
                f"{case_id}:{target}",
                rested.now_ms,
            )
            saved.jobs_added.append(job)


def _wanted(rested: Rested) -> dict[str, tuple[str, str]]:
    state = rested.case.state
    found: dict[str, tuple[str, str]] = {}
    for number, item in rested.resting.items():
        for event in item.waits:
            if not isinstance(event, spiff.MessageEvent) or event.correlation is None:
                continue
            target = f"{number}:{event.element_id}"
            if target in state.waits:
                found[target] = state.waits[target]
            elif number not in state.incidents or number in rested.deed.retries:
                try:
                    place = message_keeping.place_awaited(rested.case, event, item.data)
                except EngineError as exc:
                    rested.broken[number] = (event.element_id, exc.code, exc.message)
                else:
                    found[target] = (str(event.name), str(place))
    return found


def _note_thrown(rested: Rested, saved: Messages) -> None:
    """Keep what was thrown to other cases, each with the job that delivers it."""
    case = rested.case
    for thrown in case.workflow.thrown:
        message_id = case.runtime.ids.next()
        declared = case.definition.messages.get(thrown.name)
        time_to_live = declared.time_to_live if declared is not None else None
        row = KeptMessage(
            id=message_id,
            name=thrown.name,
            place=message_keeping.place_of_key(case.runtime, thrown.key),
            process_instance_id=None,
            sender_id=case.row.id,
            source="case",
            number=str(message_id),
            state="waiting",
            sealed_content=message_keeping.sealed(case.runtime, message_id, thrown.content),
            created_at=rested.now_ms,
            expires_at=message_keeping.expiry(case.runtime, time_to_live, case.now),
        )
        rested.note("message_thrown", message=thrown.name, id=message_id, element=thrown.element_id)
        saved.kept_added.append(row)
        saved.jobs_added.append(message_keeping.job_of(row, rested.now_ms))


def _note_kept(rested: Rested, saved: Messages) -> None:
    """Write what the step keeps for the case, what it took, and what an ended case will never hear."""
    state = rested.case.state
    for row in rested.deed.keeps:
        state.kept[row.id] = row.name
        saved.kept_added.append(row)
        saved.jobs_added.append(message_keeping.job_of(row, row.expires_at))
    for row in rested.deed.takes:
        if rested.deed.payload.get("kept") != row.id:  # otherwise the step itself says it
            values = message_keeping.opened(rested.case.runtime, row)
            rested.note("message_delivered", message=row.name, id=row.id, source=row.source, answers=values)
        _end(rested, saved, row.id, "delivered")
    if rested.finished:
        for message_id, name in list(state.kept.items()):
            rested.note("message_unheard", message=name, id=message_id)
            _end(rested, saved, message_id, "unheard")
    for message_id in rested.deed.expires:
        _end(rested, saved, message_id, "expired")


def _end(rested: Rested, saved: Messages, message_id: int, state: str) -> None:
    rested.case.state.kept.pop(message_id, None)
    saved.kept_ended.append((message_id, state))
    saved.jobs_removed.append(message_id)
