"""What a step did: the one record from which everything that it writes follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.people import SYSTEM, Actor

if TYPE_CHECKING:
    from engine.clocks import Limit
    from engine.store.rows import KeptMessage, ReasonRow, UserTaskRow


@dataclass(frozen=True, slots=True)
class GivenTime:
    """A clock that somebody gives another limit. key: of the clock; ends: keys of clocks that hand over to it."""

    key: str
    limit: Limit
    reason: str
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """What the applicant is told by the deed itself, as if a token had left an element with this letter and notice.

    data: the variables, and whatever else the letter may say. words: what the notice may say beside them, by language.
    """

    element_id: str
    letter: str | None
    notice: str | None
    data: Mapping[str, Any]
    words: Mapping[str, Mapping[str, Any]]


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
    extends: GivenTime | None = None
    tells: Telling | None = None
    asked: ReasonRow | None = None
    """The question that it asks of whoever has a task."""
    answers: int | None = None
    """The id of the question that its reason answers."""
