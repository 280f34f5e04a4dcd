"""What a case remembers beside its tokens and variables, and how that is packed into its sealed state."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.clocks import DeadlineEnd, DeadlineFacts, DeadlineKind, Extension, Pause, parse_limit
from engine.deadlines import Tracked

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Give a moment as milliseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MS


def from_ms(value: int) -> datetime:
    """Give the moment of milliseconds since 1970 UTC."""
    return _EPOCH + value * _MS


def machine_ms() -> int:
    """Give the present moment of the machine's own clock, which nobody moves, in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def sealing_place(process_instance_id: int) -> str:
    """Name the place in which a case's state is sealed; it opens nowhere else."""
    return f"state:{process_instance_id}"


@dataclass(slots=True)
class CaseState:
    """The engine's own memory of one case.

    tasks: user task ids by task number. jobs: (job id, due) by job key, such as `clock:17:notice_over`.
    incidents: incident ids by task number. doers: who completed which element, for `notDoneBy`. signed:
    the first signature of a task that needs two, by task number. outcome: the end event passed last.
    deliveries: how many notices were written. handed: by task number, who handed it to the present holder and
    with which note. acting: for whom the present holder has taken it, where that is an absent colleague.
    """

    tasks: dict[int, int] = field(default_factory=dict)
    jobs: dict[str, tuple[int, int]] = field(default_factory=dict)
    incidents: dict[int, int] = field(default_factory=dict)
    deadlines: dict[str, Tracked] = field(default_factory=dict)
    doers: dict[str, list[int]] = field(default_factory=dict)
    signed: dict[int, dict[str, Any]] = field(default_factory=dict)
    outcome: str | None = None
    deliveries: int = 0
    handed: dict[int, dict[str, Any]] = field(default_factory=dict)
    acting: dict[int, int] = field(default_factory=dict)
    kept: dict[int, str] = field(default_factory=dict)
    """Names of the messages that wait for this very case, by id."""
    waits: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Message name and place by where a token waits for it, such as `17:wait`; only those with a key."""

    def pack(self) -> dict[str, Any]:
        """Give plain data for the codec."""
        return {
            "t": list(self.tasks.items()),
            "j": [[key, *value] for key, value in self.jobs.items()],
            "i": list(self.incidents.items()),
            "d": [[key, *_pack_tracked(tracked)] for key, tracked in self.deadlines.items()],
            "w": self.doers,
            "s": list(self.signed.items()),
            "o": self.outcome,
            "n": self.deliveries,
            "h": list(self.handed.items()),
            "a": list(self.acting.items()),
            "k": list(self.kept.items()),
            "m": [[target, *awaited] for target, awaited in self.waits.items()],
        }

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> CaseState:
        """Give back what pack gave."""
        return cls(
            tasks={number: task for number, task in packed["t"]},  # noqa: C416 - pairs come back as lists
            jobs={key: (job, due) for key, job, due in packed["j"]},
            incidents={number: found for number, found in packed["i"]},  # noqa: C416 - as above
            deadlines={key: _unpack_tracked(rest) for key, *rest in packed["d"]},
            doers=packed["w"],
            signed={number: signature for number, signature in packed["s"]},  # noqa: C416 - as above
            outcome=packed["o"],
            deliveries=packed["n"],
            handed={number: note for number, note in packed["h"]},  # noqa: C416 - as above
            acting={number: absent for number, absent in packed["a"]},  # noqa: C416 - as above
            kept={message: name for message, name in packed["k"]},  # noqa: C416 - as above
            waits={target: (name, place) for target, name, place in packed["m"]},
        )


def _pack_tracked(tracked: Tracked) -> list[Any]:
    facts = tracked.facts
    return [
        facts.id,
        facts.kind.value,
        str(facts.limit),
        to_ms(facts.started_at),
        [[to_ms(p.started_at), p.ended_at and to_ms(p.ended_at), p.reason] for p in facts.pauses],
        [[to_ms(e.at), str(e.limit), e.reason] for e in facts.extensions],
        facts.ended_at and to_ms(facts.ended_at),
        facts.end and facts.end.value,
        tracked.scope,
        tracked.warned,
        tracked.breached,
        list(tracked.pausing.items()),
        tracked.calendar,
    ]


def _unpack_tracked(packed: list[Any]) -> Tracked:
    key, kind, limit, started, pauses, extensions, ended, end, scope, *rest = packed
    warned, breached, pausing, *edition = rest
    calendar = edition[0] if edition else 0  # a state that was written before editions were kept names none
    facts = DeadlineFacts(
        id=key,
        kind=DeadlineKind(kind),
        limit=parse_limit(limit),
        started_at=from_ms(started),
        pauses=tuple(Pause(from_ms(a), None if b is None else from_ms(b), reason) for a, b, reason in pauses),
        extensions=tuple(
            Extension(from_ms(at), parse_limit(text), reason) for at, text, reason in extensions
        ),
        ended_at=None if ended is None else from_ms(ended),
        end=None if end is None else DeadlineEnd(end),
    )
    held = {number: reason for number, reason in pausing}  # noqa: C416 - pairs
    return Tracked(facts, scope, calendar, warned, breached, held)
