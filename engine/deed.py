"""What a step did: the one record from which everything that it writes follows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.people import SYSTEM, Actor

if TYPE_CHECKING:
    from engine.store.rows import KeptMessage, ReasonRow, UserTaskRow


@dataclass(frozen=True, slots=True)
class Deed:
    """What a step did, in the past participle; everything else follows from it.

    task: the user task that it completed. strikes: keys of deadlines whose moment has come. assignees: who
    holds a task after it, priorities: how urgent somebody says that it is, both by user task id. retries:
    numbers of tokens whose incident was taken up again.
    """

    event: str
    actor: Actor = SYSTEM
    element_id: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    task: UserTaskRow | None = None
    strikes: tuple[str, ...] = ()
    clocks: tuple[str, ...] = ()
    """Keys of deadlines whose limit or start it set itself."""
    assignees: dict[int, int | None] = field(default_factory=dict)
    priorities: dict[int, int] = field(default_factory=dict)
    note: str | None = None
    """What whoever gets a task by it should know."""
    on_behalf: int | None = None
    """The absent colleague for whom the actor does it."""
    failures: tuple[tuple[int, str, str, int], ...] = ()
    """Outside calls given up, as (task number, code, message, tries)."""
    retries: tuple[int, ...] = ()
    renewed: tuple[int, ...] = ()
    """Of the retries, those that failed for another reason than before."""
    cancelled: bool = False
    inbound: tuple[str, str] | None = None
    """Source and number of the message from outside that it took in."""
    keeps: tuple[KeptMessage, ...] = ()
    """Messages that wait from now on for the case."""
    takes: tuple[KeptMessage, ...] = ()
    """Kept messages that moved it on."""
    expires: tuple[int, ...] = ()
    """Ids of kept messages whose time is over."""
    asked: ReasonRow | None = None
    """The question that it asks of whoever has a task."""
    answers: int | None = None
    """The id of the question that its reason answers."""
