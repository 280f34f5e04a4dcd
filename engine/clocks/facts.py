"""What is known of a deadline: when it started, stood still, was extended and ended; nothing computed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.clocks.limits import Unit
from engine.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from engine.clocks.limits import Limit


class DeadlineKind(StrEnum):
    """Who set the deadline: the law, the office's promise to the applicant, or the office for itself."""

    STATUTORY = "statutory"
    PROMISED = "promised"
    INTERNAL = "internal"


class DeadlineEnd(StrEnum):
    """How a deadline ended. Whether it was kept is not a fact: it follows from when it ended."""

    KEPT_OR_BREACHED = "kept_or_breached"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a promised clock stands still; open while `ended_at` is None.

    The reason is a key of the service's pause catalogue. A pause that ends before it starts is taken for
    empty, because the clocks of two machines may differ by moments.
    """

    started_at: datetime
    ended_at: datetime | None
    reason: str

    def __post_init__(self) -> None:
        _require_offset(self.started_at)
        _require_offset(self.ended_at)


NEW_VERSION = "new_version"
"""The reason of an extension that nobody granted: the case has moved to a version with another limit."""


@dataclass(frozen=True, slots=True)
class Extension:
    """From `at` on the deadline has this limit instead, counted from its start as before."""

    at: datetime
    limit: Limit
    reason: str

    def __post_init__(self) -> None:
        _require_offset(self.at)


@dataclass(frozen=True, slots=True)
class DeadlineFacts:
    """A deadline of one case. All moments are aware.

    Raises InvalidInput for a moment without a UTC offset, a pause on a clock that is not promised (only
    the office's promise may stand still, the law's limits run), a promise in hours (hours cannot stand
    still), and an end without its moment or the other way round.
    """

    id: str
    kind: DeadlineKind
    limit: Limit
    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    ended_at: datetime | None = None
    end: DeadlineEnd | None = None

    def __post_init__(self) -> None:
        _require_offset(self.started_at)
        _require_offset(self.ended_at)
        if self.pauses and self.kind != DeadlineKind.PROMISED:
            raise InvalidInput(
                f"Expected pauses on a promised deadline only, but '{self.id}' is {self.kind}",
                code="deadline_cannot_pause",
            )
        limits = (self.limit, *(extension.limit for extension in self.extensions))
        if self.kind == DeadlineKind.PROMISED and any(limit.unit is Unit.HOUR for limit in limits):
            raise InvalidInput(
                f"Expected a promised deadline in days, but '{self.id}' is in hours", code="hours_promised"
            )
        if (self.end is None) != (self.ended_at is None):
            raise InvalidInput(
                f"Expected '{self.id}' to have both an end and its moment or neither, but one is missing",
                code="invalid_deadline",
            )


def _require_offset(moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise InvalidInput(f"Expected a moment with a UTC offset, but got {moment}", code="naive_moment")
