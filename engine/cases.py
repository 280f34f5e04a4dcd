"""What people read of a case: where it is, its clocks, its history. Writes comments and files only."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import clocks, codec, history, spiff
from engine.clocks import DeadlineFacts, DeadlineState, Due, LedgerDay
from engine.errors import InvalidInput, NotFound
from engine.explanations import check_reason
from engine.instances import note, open_case
from engine.messages import sendable
from engine.state import CaseState, from_ms, sealing_place
from engine.store.cases import AttachmentRow, CaseStore

if TYPE_CHECKING:
    from engine.deadlines import Tracked
    from engine.definitions import Definition
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import IncidentRow, InstanceRow, UserTaskRow

MAX_COMMENT = 4_000
MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024
MEDIA_TYPES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
"""What may be attached, with the first bytes by which it is recognised."""


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock of a case with everything that follows from its facts."""

    facts: DeadlineFacts
    scope: int
    state: DeadlineState
    due: Due
    remaining: clocks.Remaining
    ledger: tuple[LedgerDay, ...]


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter that was issued; `number` finds it again."""

    number: str
    key: str
    issued_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment of a colleague."""

    author: int
    at: datetime
    text: str


@dataclass(slots=True)
class CaseView:
    """A case to read. Counts are by element id; `current` are the elements where tokens rest."""

    row: InstanceRow
    definition: Definition
    tasks: list[UserTaskRow]
    variables: Mapping[str, Any]
    clocks: list[ClockView]
    links: list[history.Link]
    incidents: list[IncidentRow]
    current: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    flows: set[str] = field(default_factory=set)
    messages: list[str] = field(default_factory=list)
    letters: list[LetterView] = field(default_factory=list)


def read_case(runtime: Runtime, store: CaseStore, process_instance_id: int, actor: Actor) -> CaseView:
    """Read a case; raises NotFound when there is none or the actor's office does not see it."""
    row = visible_instance(runtime, store, process_instance_id, actor)
    definition = runtime.catalogue.get(row.definition_id)
    links = [history.open_link(runtime.sealer, row.id, stored) for stored in store.history(row.id)]
    tasks = [task for task in store.user_tasks(row.id) if task.state == "open"]
    view = CaseView(row, definition, tasks, {}, [], links, store.incidents(row.id))
    if row.state == "active":
        case = open_case(runtime, row, tasks)
        state = case.state
        view.variables = spiff.newest_data(case.workflow)
        for item in spiff.resting(case.workflow).values():
            if item.element_id in definition.elements and item.kind != "listener":
                view.current[item.element_id] += 1
        view.messages = sendable(case, actor)
    else:
        content = codec.load_values(runtime.sealer.open(row.sealed_state, sealing_place(row.id)))
        state = CaseState.unpack(content["x"])
        view.variables = content.get("d") or _last_data(links)
    view.clocks = [_clock(runtime, row.office_id, key, one) for key, one in state.deadlines.items()]
    _trace(view)
    return view


def visible_instance(
    runtime: Runtime, store: CaseStore, process_instance_id: int, actor: Actor
) -> InstanceRow:
    """Give a case's row if the actor's office sees it; raises NotFound otherwise."""
    row = store.instance(process_instance_id)
    if row is None or not runtime.offices.sees(actor, row.office_id):
        raise NotFound("Expected a case of your office with that id, but there is none", code="case_unknown")
    return row


def add_comment(
    runtime: Runtime, store: CaseStore, process_instance_id: int, actor: Actor, text: str
) -> None:
    """Add a comment; raises InvalidInput when it is empty or too long, NotFound as read_case does."""
    words = text.strip()
    if not words or len(words) > MAX_COMMENT:
        raise InvalidInput(f"Expected a comment of 1 to {MAX_COMMENT} characters", code="comment_length")
    row = visible_instance(runtime, store, process_instance_id, actor)
    assert actor.person_id is not None
    comment_id = runtime.ids.next()
    sealed = runtime.sealer.seal(words.encode(), f"comment:{comment_id}")
    store.add_comment(comment_id, row.id, actor.person_id, runtime.now_ms(), sealed)


def read_comments(runtime: Runtime, store: CaseStore, process_instance_id: int) -> list[CommentView]:
    """List a case's comments."""
    return [
        CommentView(author, from_ms(at), runtime.sealer.open(sealed, f"comment:{comment_id}").decode())
        for comment_id, author, at, sealed in store.comments(process_instance_id)
    ]


def note_unmasking(
    runtime: Runtime, store: CaseStore, process_instance_id: int, actor: Actor, reason: str
) -> None:
    """Write into the history that somebody looks at masked data; raises InvalidInput without a reason."""
    check_reason(reason)
    visible_instance(runtime, store, process_instance_id, actor)
    note(runtime, process_instance_id, actor, "details_unmasked", {"reason": reason.strip()})


def add_attachment(
    runtime: Runtime,
    store: CaseStore,
    actor: Actor,
    filename: str,
    content: bytes,
    *,
    process_instance_id: int | None,
    user_task_id: int | None,
) -> AttachmentRow:
    """Keep a file; its type is recognised by its first bytes, never by its name.

    Raises InvalidInput for an empty file, one larger than 10 MB, or one that is no PDF, PNG or JPEG.
    """
    media_type = next((kind for kind, magic in MEDIA_TYPES.items() if content.startswith(magic)), None)
    if media_type is None:
        raise InvalidInput(f"Expected a PDF, PNG or JPEG file, but {filename!r} is none", code="file_type")
    if len(content) > MAX_ATTACHMENT_BYTES:
        limit = MAX_ATTACHMENT_BYTES // 1024 // 1024
        raise InvalidInput(
            f"Expected a file of at most {limit} MB, but {filename!r} is larger", code="file_size"
        )
    assert actor.person_id is not None
    row = AttachmentRow(
        id=runtime.ids.next(),
        process_instance_id=process_instance_id,
        user_task_id=user_task_id,
        filename=filename.replace("/", "_").replace("\\", "_")[-200:],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        uploaded_at=runtime.now_ms(),
        uploaded_by=actor.person_id,
    )
    store.add_attachment(row, runtime.sealer.seal(content, f"attachment:{row.id}"))
    return row


def read_attachment(
    runtime: Runtime, store: CaseStore, attachment_id: int, actor: Actor
) -> tuple[AttachmentRow, bytes]:
    """Give a file of a visible case, checked against its hash; raises NotFound."""
    found = store.attachment(attachment_id)
    if found is None:
        raise NotFound("Expected a file with that id, but there is none", code="attachment_unknown")
    row, sealed = found
    if row.process_instance_id is not None:
        visible_instance(runtime, store, row.process_instance_id, actor)
    elif row.uploaded_by != actor.person_id:
        raise NotFound("Expected a file with that id, but there is none", code="attachment_unknown")
    content = runtime.sealer.open(sealed, f"attachment:{row.id}")
    if hashlib.sha256(content).digest() != row.sha256:
        raise InvalidInput(
            "Expected the file as it was uploaded, but its hash differs", code="attachment_changed"
        )
    return row, content


def read_letter(view: CaseView, number: str) -> LetterView:
    """Find a letter of a case; raises NotFound."""
    found = next((letter for letter in view.letters if letter.number == number), None)
    if found is None:
        raise NotFound(
            "Expected a letter of this case with that number, but there is none", code="letter_unknown"
        )
    return found


def _clock(runtime: Runtime, office_id: int, key: str, tracked: Tracked) -> ClockView:
    """Give a clock by the calendar that it goes by: one that has ended is never counted anew."""
    now, facts = runtime.clock.now(), tracked.facts
    calendar = runtime.calendars.knowing(tracked.calendar).of(office_id, tracked.calendar)
    return ClockView(
        facts=facts,
        scope=int(key.rsplit(":", 1)[1]),
        state=clocks.state_of(facts, calendar, now),
        due=clocks.due_at(facts, calendar, now),
        remaining=clocks.remaining(facts, calendar, now),
        ledger=clocks.ledger(facts, calendar, now),
    )


def _trace(view: CaseView) -> None:
    """Add up what the history says of elements, flows and letters."""
    for link in view.links:
        for element_id, *sources in link.payload.get("passed", ()):
            view.passed[element_id] += 1
            view.flows.update(
                view.definition.flows[source, element_id]
                for source in sources
                if (source, element_id) in view.definition.flows
            )
        for index, event in enumerate(link.payload.get("events", ())):
            if event["type"] == "letter_issued":
                number = f"{link.seq}-{index}"
                view.letters.append(LetterView(number, event["letter"], from_ms(link.at), event["data"]))


def _last_data(links: list[history.Link]) -> Mapping[str, Any]:
    """Give what the start form said, for a case that was cancelled before it had final variables."""
    return links[0].payload.get("answers", {}) if links else {}
