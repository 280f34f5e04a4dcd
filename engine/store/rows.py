"""The records that steps read and write. Times are milliseconds, ids are the application's; nothing is opened here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.store.moving import Moved


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """A case as it is stored."""

    id: int
    definition_id: int
    service_key: str
    business_key: str
    title: str
    office_id: int
    state: str
    outcome: str | None
    started_at: int
    started_by: int | None
    ended_at: int | None
    row_version: int
    history_seq: int
    history_head: bytes
    sealed_state: bytes


@dataclass(slots=True)
class UserTaskRow:
    """An open task as it is stored; times in milliseconds.

    Never changed, and yet not frozen: making a frozen one takes four times as long, and a wide case has hundreds.
    """

    id: int
    process_instance_id: int
    service_key: str
    number: int
    element_id: str
    state: str
    candidate_group: str
    office_id: int
    assignee: int | None
    priority: int
    due_at: int
    at_risk: int
    paused: int
    created_at: int
    handed_by: int | None = None

    @property
    def principal(self) -> str:
        """Say in whose inbox it lies."""
        if self.assignee is not None:
            return f"p{self.assignee}"
        return f"{self.candidate_group}@{self.office_id}"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One link of the chain, sealed and hashed."""

    seq: int
    at: int
    event: str
    actor: int | None
    element_id: str | None
    sealed_payload: bytes
    payload_digest: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class JobRow:
    """Something to do at a moment: fire a clock, look after a deadline, call an outside system."""

    id: int
    process_instance_id: int
    kind: str
    target: str
    due_at: int


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A clock as lists and supervisors see it."""

    key: str
    deadline_id: str
    kind: str
    state: str
    office_id: int
    service_key: str
    started_at: int
    due_at: int
    provisional: int
    ended_at: int | None
    calendar_version: str


BREACH = "breach"
"""The level of an alert about a clock that was missed."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A clock warned or was missed. level: BREACH, or the warning's text such as `60%`."""

    id: int
    process_instance_id: int
    deadline_key: str
    deadline_id: str
    level: str
    service_key: str
    office_id: int
    due_at: int
    at: int


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """Something that could not be carried out and waits for a person."""

    id: int
    number: int
    element_id: str
    code: str
    message: str
    raised_at: int
    attempts: int = 0
    """How often an outside system was asked before."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A notice to one person by one way.

    number: counts the deliveries of a case; an incident about one has the number with a minus before it.
    channel: `sms` or `mail`. state: `waiting`, `sent`, `failed`, or `told` in another way.
    """

    id: int
    process_instance_id: int
    number: int
    element_id: str
    notice: str
    channel: str
    state: str
    sealed_content: bytes
    created_at: int
    sent_at: int | None
    attempts: int
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A supervisor's question why a task is late; the answer is the link of the history at `answered_seq`."""

    id: int
    process_instance_id: int
    user_task_id: int
    asked_by: int
    asked_of: int
    asked_at: int
    answered_at: int | None
    answered_seq: int | None
    sealed_question: bytes


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event that a machine is to be told; a job with the same id does it."""

    id: int
    subscription_id: int
    process_instance_id: int
    event: str
    state: str
    sealed_content: bytes
    created_at: int
    due_at: int
    attempts: int
    alert_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message that waits for a case. place: `case:<id>`, or the hash of a correlation key."""

    id: int
    name: str
    place: str
    process_instance_id: int | None
    sender_id: int | None
    source: str
    number: str
    state: str
    sealed_content: bytes
    created_at: int
    expires_at: int
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class WaitRow:
    """A place at which a case waits for a message with a correlation key."""

    name: str
    place: str
    process_instance_id: int
    target: str


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task after the step; `before` is how it was read, and must still be so."""

    before: UserTaskRow
    state: str
    assignee: int | None
    priority: int
    due_at: int
    at_risk: int
    paused: int
    handed_by: int | None
    completed_at: int | None = None
    completed_by: int | None = None

    @property
    def principal(self) -> str | None:
        """Say in whose inbox it lies now; in none when it is done."""
        if self.state != "open":
            return None
        if self.assignee is not None:
            return f"p{self.assignee}"
        return f"{self.before.candidate_group}@{self.before.office_id}"


@dataclass(slots=True)
class Saved:
    """Everything that one step writes. `sealed_state` None: tokens and variables stayed as they were."""

    instance: InstanceRow
    state: str
    outcome: str | None
    ended_at: int | None
    sealed_state: bytes | None
    history: HistoryRow
    title: str | None = None
    opened: list[UserTaskRow] = field(default_factory=list)
    changed: list[TaskChange] = field(default_factory=list)
    jobs_added: list[JobRow] = field(default_factory=list)
    jobs_removed: list[int] = field(default_factory=list)
    deadlines: list[DeadlineRow] = field(default_factory=list)
    alerts: list[AlertRow] = field(default_factory=list)
    incidents_raised: list[IncidentRow] = field(default_factory=list)
    incidents_resolved: list[int] = field(default_factory=list)
    resolved_by: int | None = None
    subjects: list[bytes] = field(default_factory=list)
    deliveries_added: list[DeliveryRow] = field(default_factory=list)
    deliveries_changed: list[DeliveryRow] = field(default_factory=list)
    reasons_asked: list[ReasonRow] = field(default_factory=list)
    reasons_given: list[int] = field(default_factory=list)
    """Ids of questions that the step's link of the history answers."""
    told: list[EventRow] = field(default_factory=list)
    kept_added: list[KeptMessage] = field(default_factory=list)
    kept_ended: list[tuple[int, str]] = field(default_factory=list)
    """Ids of messages that wait no longer, each with its state from now on."""
    waits_added: list[WaitRow] = field(default_factory=list)
    waits_removed: list[WaitRow] = field(default_factory=list)
    case_number: tuple[str, int] | None = None
    """For a new case: prefix and the definition that must still be the service's newest."""
    start_key: str | None = None
    """For a new case: the key that no other case was started under."""
    parent: int | None = None
    """For a new case: the case that opened it."""
    inbound: tuple[str, str] | None = None
    """Source and number of the message from outside that the step took in; it counts once."""
    moved: Moved | None = None
    """The version to which the step moves the case."""

    @property
    def taken_from(self) -> list[tuple[int, int]]:
        """Give the open tasks that go from somebody to anybody else, as (task id, who had it)."""
        return [
            (change.before.id, change.before.assignee)
            for change in self.changed
            if change.state == "open" and change.before.assignee not in {None, change.assignee}
        ]


def fields_of(row: Any) -> dict[str, Any]:
    """Give a record's values by column."""
    return {name: getattr(row, name) for name in row.__slots__}
